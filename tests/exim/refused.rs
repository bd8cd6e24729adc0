//! What Exim cannot be told, and what stands in its files verbatim. Nothing is driven here.

use libtest_mimic::Failed;
use mailpol::diagnostic::Diagnostics;
use mailpol::target::exim::Exim;
use mailpol::target::{Artifacts, Target};

use crate::Test;
use crate::run;

pub(crate) const TESTS: &[Test] = &[
    ("what Exim cannot be told is an error", unsayable),
    ("keys stand beside forwards and inner hosts", signs_beside),
    ("raw settings replace what is emitted", raw),
    ("raw settings and files stay what they are", raw_refused),
    ("the same policy gives the same files", same_twice),
];

/// The Doe family's policy with some text replaced.
fn doe(text: &str, by: &str) -> Result<String, Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");
    let policy = std::fs::read_to_string(path)?;
    if !policy.contains(text) {
        return Err(format!("the policy has no {text:?}").into());
    }
    Ok(policy.replace(text, by))
}

/// Emits, and returns the codes of what was told besides.
fn emit(text: &str) -> Result<(Option<Artifacts>, Vec<String>), Failed> {
    let policy = run::read(text)?;
    let mut diagnostics = Diagnostics::new();
    let artifacts = mailpol::prove::prove(&policy, &mut diagnostics)
        .and_then(|(proven, _)| Exim.emit(&proven, &mut diagnostics))
        .ok();
    let told = diagnostics.sorted();
    let codes = told.iter().filter_map(|one| one.code());
    Ok((artifacts, codes.map(|code| code.to_string()).collect()))
}

fn refused(text: &str, by: &str, code: &str) -> Result<(), Failed> {
    let (artifacts, codes) = emit(&doe(text, by)?)?;
    if artifacts.is_none() && codes == [code] {
        return Ok(());
    }
    Err(format!("{by}: {codes:?}").into())
}

fn conf(text: &str) -> Result<String, Failed> {
    let (artifacts, codes) = emit(text)?;
    let artifacts = artifacts.ok_or_else(|| format!("{codes:?}"))?;
    let conf = artifacts
        .get("etc/exim4/exim4.conf")
        .ok_or("no exim4.conf")?;
    Ok(conf.source.text().to_owned())
}

/// That of RFC 8463, appendix A.
const KEY: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const INBOUND: &str = "inbound {";

fn with_target(inside: &str) -> String {
    format!("target \"exim\" {inside}\ninbound {{")
}

fn unsayable() -> Result<(), Failed> {
    let value = "mailpol::target::unsayable";
    refused("login=\"fridge\"", "login=\"root\"", value)?;
    refused("login=\"fridge\"", "login=\"8\"", value)?;
    refused("/etc/ssl/doe/privkey", "/etc/ssl/_HAVE_TLS/privkey", value)?;
    refused("\"IOT-fridge\"", "\"#fridge\"", value)?;
    let version = with_target("version=\"4.95\"");
    refused(INBOUND, &version, "mailpol::target::version")
}

/// Strangers' mail leaves by a forward or for an inner host, and Exim tells it from ours.
fn signs_beside() -> Result<(), Failed> {
    for beside in [
        "forward \"aunt\" \"aunt@isp.test\"",
        "mailbox \"eve\" via=\"inner\"\n}\nroute \"inner\" {\n    to \"inner.test\"",
    ] {
        let publish = format!(
            "publish {{ dkim \"a\" key=\"/etc/dkim/a.pem\" public=\"{KEY}\"; \
             spf \"+mx -all\" }}\n    {beside}"
        );
        let conf = conf(&doe("publish { spf \"+mx -all\" }", &publish)?)?;
        let count = |words: &str| conf.matches(words).count();
        let asks = "dkim_domain = ${if or{ {!def:sender_host_address} ";
        if count(asks) == 0 || count(asks) != count("driver = smtp\n") {
            return Err(conf.into());
        }
    }
    Ok(())
}

fn raw() -> Result<(), Failed> {
    let inside = "{ set \"message_size_limit\" \"60M\"; set \"smtp_accept_max\" \"7\" }";
    let conf = conf(&doe(INBOUND, &with_target(inside))?)?;
    let main = conf.split("begin acl").next().unwrap_or_default();
    let lines = |name: &str| main.lines().filter(|line| line.starts_with(name)).count();
    let good = main.contains("\nmessage_size_limit = 60M\n")
        && main.contains("\nsmtp_accept_max = 7\n")
        && lines("smtp_accept_max ") == 1;
    if good { Ok(()) } else { Err(conf.into()) }
}

fn raw_refused() -> Result<(), Failed> {
    let setting = "mailpol::target::setting";
    let file = "mailpol::target::file";
    for (inside, code) in [
        ("{ set \"begin\" \"acl\" }", setting),
        ("{ set \"X\" \"macro\" }", setting),
        ("{ set \"smtp_banner\" \"a \\\\\" }", setting),
        ("{ file \"exim4.conf\" \"\" }", file),
        ("{ file \"senders\" \"\" }", file),
        ("{ file \"conf.d/x\" \"\" }", file),
    ] {
        refused(INBOUND, &with_target(inside), code)?;
    }
    Ok(())
}

fn same_twice() -> Result<(), Failed> {
    let policy = doe(INBOUND, INBOUND)?;
    if conf(&policy)? == conf(&policy)? {
        Ok(())
    } else {
        Err("it does not".into())
    }
}
