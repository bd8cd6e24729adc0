//! Names, paths and numbers of a policy that are as long or as large as they may be.

use crate::{BASE, compile, refused, taken};

/// Of RFC 8463 appendix A.2.
const KEY: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// The base with logins, for whom there are listeners.
fn with_auth(auth: &str) -> String {
    let base = BASE.replace(
        "\"smtp\"",
        "\"smtp\" \"submission\"\n    tls certificate=\"/etc/a.pem\" key=\"/etc/a.key\"",
    );
    format!("{base}{auth}\n")
}

/// Asserts that the largest is taken, and one larger refused.
#[track_caller]
fn check(max: usize, code: &str, of: &dyn Fn(usize) -> String) {
    taken(&of(max), &[]);
    refused(&of(max + 1), &[], code);
}

fn path(octets: usize) -> String {
    format!("/{}", "a".repeat(octets - 1))
}

fn publishing(what: &str) -> String {
    publishing_in(BASE, what)
}

fn publishing_in(base: &str, what: &str) -> String {
    let alias = "    alias \"postmaster\" \"john\"\n";
    base.replace(alias, &format!("{alias}    publish {{\n{what}\n    }}\n"))
}

#[test]
fn a_login_has_a_greatest_length() {
    check(32, "mailpol::login::invalid", &|octets| {
        let login = format!("mailbox \"john\" login=\"{}\"", "j".repeat(octets));
        with_auth("auth \"saslauthd\" mechanism=\"shadow\"").replace("mailbox \"john\"", &login)
    });
}

#[test]
fn a_socket_has_a_greatest_length() {
    check(107, "mailpol::host::path", &|octets| {
        with_auth(&format!("auth \"dovecot\" socket=\"{}\"", path(octets)))
    });
}

#[test]
fn a_path_has_a_greatest_length() {
    check(255, "mailpol::host::path", &|octets| {
        with_auth("auth \"saslauthd\" mechanism=\"shadow\"").replace("/etc/a.pem", &path(octets))
    });
}

#[test]
fn a_local_part_has_a_greatest_length() {
    check(64, "mailpol::mailbox::local_part", &|octets| {
        let mailbox = format!("mailbox \"john\"\n    mailbox \"{}\"", "b".repeat(octets));
        BASE.replace("mailbox \"john\"", &mailbox)
    });
}

#[test]
fn a_domain_has_a_greatest_length() {
    check(253, "mailpol::domain::invalid", &|octets| {
        let labels = format!("{0}.{0}.{0}.", "a".repeat(62));
        let last = "b".repeat(octets - labels.len() - ".test".len());
        BASE.to_owned() + &format!("parked \"{labels}{last}.test\"\n")
    });
}

#[test]
fn a_label_has_a_greatest_length() {
    check(63, "mailpol::domain::invalid", &|octets| {
        BASE.to_owned() + &format!("parked \"{}.test\"\n", "a".repeat(octets))
    });
}

#[test]
fn a_selector_and_its_labels_have_a_greatest_length() {
    let key = "        dkim \"SELECTOR\" public=\"KEY\"";
    let of = |selector: &str| publishing(&key.replace("SELECTOR", selector).replace("KEY", KEY));
    check(63, "mailpol::dkim::selector", &|octets| {
        of(&"a".repeat(octets))
    });
    check(100, "mailpol::dkim::selector", &|octets| {
        of(&format!("{}.{}", "a".repeat(60), "b".repeat(octets - 61)))
    });
}

#[test]
fn mta_sts_has_a_greatest_age() {
    check(31_557_600, "mailpol::mta_sts::max_age", &|seconds| {
        let tls = "    listen \"smtp\"\n    tls certificate=\"/etc/a.pem\" key=\"/etc/a.key\"\n";
        let base = BASE.replace("    listen \"smtp\"\n", tls);
        publishing_in(
            &base,
            &format!(
                "        mta-sts \"testing\" web-server=\"www.example.org\" max-age={seconds}"
            ),
        )
    });
}

#[test]
fn the_name_of_a_route_has_a_greatest_length() {
    check(32, "mailpol::route::name", &|octets| {
        let name = "r".repeat(octets);
        let via = format!("domain \"example.org\" via=\"{name}\" {{");
        let base = BASE.replace("domain \"example.org\" {", &via);
        base + &format!("route \"{name}\" {{ to \"inner.example.org\" }}\n")
    });
}

#[test]
fn the_name_of_a_setting_has_a_greatest_length() {
    check(128, "mailpol::target::name", &|octets| {
        let name = "s".repeat(octets);
        BASE.to_owned() + &format!("target \"postfix\" {{ set \"{name}\" \"yes\" }}\n")
    });
}

#[test]
fn a_number_has_so_many_digits() {
    // One that is read is no version; a longer one is no number.
    let of =
        |digits: usize| BASE.replace("version=1", &format!("version={}1", "0".repeat(digits - 1)));
    taken(&of(30), &[]);
    refused(&of(31), &[], "mailpol::syntax::kdl");
}

#[test]
fn a_record_asks_so_often() {
    let of = |count: usize| {
        let terms = (0..count).map(|number| format!(" \"include:i{number}.test\""));
        publishing(&format!(
            "        spf{} \"-all\"",
            terms.collect::<String>()
        ))
    };
    assert!(compile(&of(10), &[]).0.is_ok());
    refused(&of(11), &[], "mailpol::spf::too_many_lookups");
}
