//! The judge, judged: files that were broken on purpose must not pass, and the reader must see of
//! them what the real Postfix makes of them.

use libtest_mimic::Failed;

use crate::Test;
use crate::machine::{doe, subject};
use crate::real::ToData;
use crate::support::job::Mta;
use crate::verdicts::{Differences, MANY, compare};

pub(crate) const OF_POSTFIX: &[Test] = &[
    (
        "without reject_unauth_destination there is no server",
        no_unauth_destination,
    ),
    (
        "everybody permitted before reject_unauth_destination is seen",
        open_relay,
    ),
    ("an empty table of own domains is seen", no_own_domains),
    (
        "permit_sasl_authenticated for the table of logins is seen",
        any_login,
    ),
    ("SPF services that are not asked are seen", no_spf),
    ("a wider mynetworks is seen", wide_networks),
];

pub(crate) const OF_EXIM: &[Test] = &[
    ("a removed deny is seen", exim_removed_deny),
    ("an accept before the limit of senders is seen", exim_order),
    ("a wider list of hosts is seen", exim_wide_list),
];

const MAIN: &str = "etc/postfix/main.cf";
const EXIM_MAIN: &str = "etc/exim4/exim4.conf";

/// One in so many envelopes of the judge is asked: what is broken here shows in very many.
const EVERY: usize = 4;

/// Breaks a file of the Doe family's server, and compares.
fn broken(file: &str, breaks: impl Fn(&str) -> String) -> Result<Differences, Failed> {
    let mta = if file.starts_with("etc/exim4/") {
        Mta::Exim
    } else {
        Mta::Postfix
    };
    let mut subject = subject(&doe()?, mta)?;
    let asked: Vec<_> = subject
        .asked(&subject.classes(), MANY)
        .into_iter()
        .step_by(EVERY)
        .collect();
    let before = subject.text(file)?.to_owned();
    let after = breaks(&before);
    if before == after {
        return Err(format!("{file} is as it was").into());
    }
    subject.replace(&[(file, after)])?;
    compare(&subject, &asked, ToData::All)
}

/// Whether differences were found, one of them with this rule and this answer of Postfix; and the
/// reader of the broken files agrees with Postfix about every envelope.
fn seen(differences: &Differences, rule: &str, real: &str) -> Result<(), Failed> {
    let shows = |found: &&String| {
        found.contains(&format!("({rule})")) && found.contains(&format!("real     {real}"))
    };
    if !differences.found.iter().any(|found| shows(&found)) {
        let shown = differences.shown();
        return Err(format!("nothing found about {rule} and {real}:\n{shown}").into());
    }
    if differences.unread > 0 {
        let unread = differences.unread;
        let shown = differences.shown();
        return Err(format!("the reader missed {unread} of them:\n{shown}").into());
    }
    Ok(())
}

fn no_unauth_destination() -> Result<(), Failed> {
    // Postfix does not serve such files at all (the harness's own tests try it), and the reader
    // knows that.
    let line = "    reject_unauth_destination\n";
    match broken(MAIN, |text| text.replace(line, "")) {
        Err(why) if format!("{why:?}").contains("Postfix does not run with this") => Ok(()),
        Err(why) => Err(why),
        Ok(differences) => Err(format!("it was read:\n{}", differences.shown()).into()),
    }
}

fn open_relay() -> Result<(), Failed> {
    let line = "    reject_unauth_destination\n";
    let open = format!("    check_client_access static:OK\n{line}");
    let breaks = |text: &str| {
        let text = text.replace(line, &open);
        text.replace(
            "    check_recipient_access regexp:/etc/postfix/address-literals\n",
            "",
        )
    };
    seen(&broken(MAIN, breaks)?, "relay-denied", "data 354")
}

fn no_own_domains() -> Result<(), Failed> {
    let differences = broken("etc/postfix/own-domains", |_| "# empty\n".to_owned())?;
    seen(&differences, "own-domain", "data 354")
}

fn any_login() -> Result<(), Failed> {
    let table = "check_sasl_access texthash:/etc/postfix/logins";
    let differences = broken(MAIN, |text| {
        text.replace(table, "permit_sasl_authenticated")
    })?;
    seen(&differences, "auth-required", "data 354")?;
    seen(&differences, "sender-limit", "data 354")
}

fn no_spf() -> Result<(), Failed> {
    let without = |text: &str| -> String {
        let services = |line: &&str| !line.trim().starts_with("check_policy_service");
        let null = |line: &&str| !line.contains("<> = spf_of_null_sender");
        let kept: Vec<&str> = text.lines().filter(services).filter(null).collect();
        kept.join("\n") + "\n"
    };
    seen(&broken(MAIN, without)?, "spf", "data 354")
}

fn wide_networks() -> Result<(), Failed> {
    let differences = broken(MAIN, |text| {
        text.replace("192.168.0.0/24", "192.168.0.0/15")
    })?;
    seen(&differences, "relay-denied", "data 354")
}

/// Takes the two statements out that refuse foreign recipients and routes.
fn exim_removed_deny() -> Result<(), Failed> {
    let differences = broken(EXIM_MAIN, |text| {
        let is_kept = |statement: &&str| {
            !statement.contains("relay-denied: this server does not relay")
                && !statement.contains("relay-denied: this server does not follow routes")
        };
        let statements = text.split_inclusive("\n  deny ");
        statements.filter(is_kept).collect()
    })?;
    seen(&differences, "relay-denied", "data 354")
}

fn exim_order() -> Result<(), Failed> {
    let limit = "  deny  message   = 553 5.7.1 sender-limit";
    let differences = broken(EXIM_MAIN, |text| {
        text.replace(limit, &format!("  accept authenticated = *\n{limit}"))
    })?;
    seen(&differences, "sender-limit", "data 354")
}

fn exim_wide_list() -> Result<(), Failed> {
    let (one, wider) = ("<; 192.168.0.0/24", "<; 192.168.0.0/15");
    let differences = broken(EXIM_MAIN, |text| text.replace(one, wider))?;
    // A client of the wider list may claim our domain, as internal ones may.
    seen(&differences, "own-domain", "data 354")
}
