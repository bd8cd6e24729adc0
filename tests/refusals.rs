//! For each thing that is accepted, the nearest things that are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::{self, Policy};
use mailpol::source::Source;
use mailpol::syntax;

/// Returns the policy of a text, and the codes of what is told.
fn compile(text: &str) -> (Option<Policy>, BTreeSet<String>) {
    let source = Source::new("policy.kdl", text);
    let files: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    let policy = syntax::parse(&source, &mut diagnostics)
        .and_then(|document| policy::lower(&document, &files, &mut diagnostics));
    let told = diagnostics.sorted();
    let codes = told.iter().map(|one| one.code().unwrap().to_string());
    (policy.ok(), codes.collect())
}

fn policy(host: &str, domain: &str, rest: &str) -> String {
    format!(
        "mailpol version=1\nhost \"mx.example.org\" {{\n address \"198.51.100.25\"\n listen \
         \"smtp\"\n {host}\n}}\nauth \"saslauthd\" mechanism=\"shadow\"\ndomain \"example.org\" {{\n \
         mailbox \"john\" login=\"john\"\n alias \"postmaster\" \"john\"\n {domain}\n}}\n{rest}\n"
    )
}

#[track_caller]
fn good(text: &str) -> Policy {
    let (policy, codes) = compile(text);
    assert_eq!(codes, BTreeSet::new(), "{text}");
    policy.expect("nothing was told")
}

#[track_caller]
fn bad(text: &str, code: &str) {
    let (policy, codes) = compile(text);
    let expected = BTreeSet::from([format!("mailpol::{code}")]);
    assert_eq!(codes, expected, "{text}");
    assert!(policy.is_none(), "{text}");
}

#[track_caller]
fn warned(text: &str, code: &str) {
    let (policy, codes) = compile(text);
    let expected = BTreeSet::from([format!("mailpol::{code}")]);
    assert_eq!(codes, expected, "{text}");
    assert!(policy.is_some(), "{text}");
}

#[test]
fn local_parts() {
    for local in [
        "jane.doe", "a+b", "A_B-c", "x", "0", "o'neil", "a=b", "{a}", "#a", "$a",
    ] {
        good(&policy("", &format!("mailbox \"{local}\""), ""));
    }
    let long = "a".repeat(65);
    for local in [
        "",
        "a%b",
        "b!a",
        "a@b",
        "/etc/passwd",
        "a/b",
        "|cmd",
        "a|b",
        "-f",
        "a b",
        ".a",
        "a.",
        "a..b",
        "a,b",
        "a:b",
        "a;b",
        "\\\"a\\\"",
        "a\\\\b",
        "(a)",
        "<a>",
        "[a]",
        "é",
        &long,
    ] {
        bad(
            &policy("", &format!("mailbox \"{local}\""), ""),
            "mailbox::local_part",
        );
    }
    bad(&policy("", "mailbox \"JOHN\"", ""), "mailbox::duplicate");
    bad(&policy("", "mailbox \"Postmaster\"", ""), "alias::mailbox");
}

#[test]
fn logins() {
    for login in ["jane", "Jane", "j.doe", "j-d_e+f", "_svc", "1000"] {
        good(&policy(
            "",
            &format!("mailbox \"jane\" login=\"{login}\""),
            "",
        ));
    }
    for login in [
        "",
        "jane doe",
        "jane@example.org",
        "jane:x",
        "jane%x",
        "$jane",
        "${run{id}}",
        "-jane",
        ".jane",
        "+jane",
        "../jane",
        "a/b",
        "jane,john",
        "jané",
        "jane\\\"",
        "a!b",
        "*",
        "abcdefghijklmnopqrstuvwxyz0123456",
    ] {
        bad(
            &policy("", &format!("mailbox \"jane\" login=\"{login}\""), ""),
            "login::invalid",
        );
    }
}

#[test]
fn domains() {
    let with = |name: &str| policy("", "", &format!("domain \"{name}\" {{ mailbox \"a\" }}"));
    for name in [
        "sub.example.org",
        "badexample.org",
        "xn--bcher-kva.example",
        "büro.example",
        "a.b.c.d",
    ] {
        good(&with(name));
    }
    for name in [
        "",
        ".",
        "localhost",
        "example",
        "*.example.org",
        ".example.org",
        "example..org",
        "a_b.example",
        "-a.example",
        "192.0.2.1",
        "[192.0.2.1]",
        "a b.example",
        "a@b.example",
        "hash:/etc/x.example",
        "!a.example",
        "a.example, b.example",
        "static:all",
        "a/b.example",
        "$x.example",
        "a.123",
        // A right-to-left label that begins with a digit (RFC 5893).
        "1\u{5d0}.example",
    ] {
        bad(&with(name), "domain::invalid");
    }
    for name in [
        "example.org",
        "EXAMPLE.org",
        "example.org.",
        "example\u{3002}org",
    ] {
        bad(&with(name), "domain::duplicate");
    }
    warned(&with("g\u{43e}\u{43e}gle.example"), "domain::mixed_scripts");
    warned(&with("xn--ggle-55da.example"), "domain::mixed_scripts");
    warned(&with("\u{441}\u{430}\u{445}.example"), "domain::confusable");
    good(&with("пример.example"));
    good(&with("παράδειγμα.example"));
    good(&with("日本カナ.example"));
}

#[test]
fn paths() {
    let with = |path: &str| {
        let host = format!("tls certificate=\"{path}\" key=\"/etc/ssl/key.pem\"");
        policy(&host, "", "")
    };
    good(&with("/etc/ssl/a-b_c+d.1/fullchain.pem"));
    for path in [
        "",
        "cert.pem",
        "./cert.pem",
        "/etc/../cert.pem",
        "/etc/ssl/",
        "/",
        "/a b",
        "/a$b",
        "/a{b}",
        "/a,b",
        "/a:b",
        "/a'b",
        "/a\\\"b",
        "/a;b",
        "/a#b",
        "/a%b",
        "/é",
        "file:/a",
    ] {
        bad(&with(path), "host::path");
    }
}

#[test]
fn prefixes() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr {cidr}; may-send }}"),
        )
    };
    for cidr in [
        "\"10.0.0.0/8\"",
        "\"192.168.7.7/32\"",
        "\"fd00::/32\"",
        "\"::ffff:10.0.0.0/104\"",
        "\"10.0.0.0/8\" \"10.1.0.0/16\"",
        "\"fe80::/64\"",
        "\"172.16.0.0/16\"",
    ] {
        good(&with(cidr));
    }
    for cidr in [
        "10.0.0.0",
        "10.0.0.0/33",
        "fd00::/129",
        "10.0.0/8",
        "010.0.0.0/8",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "/8",
        "a",
        "",
        "10.0.0.0/8 ",
        "[fd00::]/32",
    ] {
        bad(&with(&format!("\"{cidr}\"")), "network::prefix");
    }
    for cidr in ["10.0.0.1/8", "fd00::1/64", "::ffff:10.0.0.1/104"] {
        bad(&with(&format!("\"{cidr}\"")), "network::host_bits");
    }
    for cidr in ["::/0", "::/1", "::/80", "::fffe:0:0/95"] {
        bad(&with(&format!("\"{cidr}\"")), "network::mapped");
    }
    bad(
        &with("\"10.0.0.0/8\" \"::ffff:10.0.0.0/104\""),
        "network::duplicate_prefix",
    );
    bad(
        &with("\"fd00::/32\" \"FD00:0::/32\""),
        "network::duplicate_prefix",
    );
}

#[test]
fn networks_of_everybody() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr {cidr}; may-send }}"),
        )
    };
    for cidr in [
        "\"0.0.0.0/0\"",
        "\"0.0.0.0/1\" \"128.0.0.0/1\"",
        "\"0.0.0.0/1\" \"128.0.0.0/2\" \"192.0.0.0/3\"",
        "\"::ffff:0.0.0.0/96\"",
        "\"2000::/3\"",
        "\"2000::/4\" \"3000::/4\"",
    ] {
        bad(&with(cidr), "network::universal");
    }
    // In two networks as in one; what is said of a nested one does not matter.
    let two = "network \"a\" { cidr \"0.0.0.0/1\"; may-send }\nnetwork \"b\" { cidr \"128.0.0.0/1\"; \
               may-send { from \"john@example.org\" } }\nnetwork \"c\" { cidr \"10.0.0.0/8\" }";
    bad(&policy("", "", two), "network::universal");
    // Only networks that may send are asked.
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"0.0.0.0/0\"; may-hand-over }",
    ));
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"2000::/3\"; otherwise \"refuse\" }",
    ));
}

#[test]
fn networks_that_are_warned_of() {
    let with = |cidr: &str| {
        policy(
            "",
            "",
            &format!("network \"n\" {{ cidr \"{cidr}\"; may-send }}"),
        )
    };
    for cidr in [
        "203.0.113.7/32",
        "100.64.0.0/10",
        "192.0.0.0/8",
        "2001:db8::/48",
    ] {
        // 192.0.0.0/8 holds 192.168.0.0/16 and much more.
        warned(&with(cidr), "network::public");
    }
    for cidr in ["8.0.0.0/7", "fc00::/7", "2a00::/12"] {
        warned(&with(cidr), "network::wide");
    }
    for cidr in [
        "172.17.0.0/16",
        "172.17.0.1/32",
        "172.18.0.0/16",
        "172.16.0.0/12",
        "10.88.0.0/16",
    ] {
        warned(&with(cidr), "network::container");
    }
    for cidr in [
        "127.0.0.1/32",
        "127.0.0.0/8",
        "::1/128",
        "::ffff:127.0.0.1/128",
    ] {
        warned(&with(cidr), "network::loopback");
    }
    good(&policy(
        "",
        "",
        "network \"n\" { cidr \"127.0.0.1/32\" \"172.17.0.0/16\" \"192.0.2.0/24\" }",
    ));
}

#[test]
fn published_records() {
    let with = |terms: &str| policy("", &format!("publish {{ spf {terms} }}"), "");
    for terms in [
        "\"+mx -all\"",
        "\"+mx\" \"-all\"",
        "\"-all\"",
        "\"a mx/24 a:m.example//64 mx:x.example/24//64 ?all\"",
        "\"ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all\"",
        "\"redirect=_spf.example.net\"",
        "\"exists:%{i}.x.example ptr ptr:x.example exp=why.example -all\"",
        "\"INCLUDE:x.example -ALL\"",
    ] {
        good(&with(terms));
    }
    let terms = good(&with("\" +mx   -all \""))
        .domains
        .into_values()
        .next()
        .unwrap();
    let terms: Vec<String> = terms
        .publish
        .spf
        .into_iter()
        .map(|term| term.value)
        .collect();
    assert_eq!(terms, ["+mx", "-all"]);
    for terms in [
        "ipv4:192.0.2.1",
        "ip4=192.0.2.1",
        "ip4:192.0.2.1/33",
        "ip4:2001:db8::1",
        "ip6:192.0.2.1",
        "ip4",
        "include",
        "include:",
        "include=x.example",
        "redirect:x.example",
        "redirect=",
        "+redirect=x.example",
        "mx/33",
        "mx//129",
        "a:",
        "all:x",
        "-",
        "x",
        "mx,",
        "mx;-all",
        "include:x.example/24",
        "exp",
        "é",
        "mx\\\"",
        "a\\\\b",
        "",
    ] {
        bad(&with(&format!("\"{terms}\"")), "spf::term");
    }
    for terms in ["v=spf1", "V=SPF1 -all", "spf2.0/pra"] {
        bad(&with(&format!("\"{terms}\"")), "spf::version");
    }
    for terms in ["all", "+all", "+ALL", "mx all"] {
        bad(&with(&format!("\"{terms}\"")), "spf::everyone");
    }
}

#[test]
fn targets_of_aliases() {
    let two = |aliases: &str| {
        policy(
            "",
            "",
            &format!("domain \"two.example\" {{\n mailbox \"a\"\n {aliases}\n}}"),
        )
    };
    good(&two(
        "alias \"b\" \"a\" \"A\" \"john@example.org\" \"postmaster@Example.Org.\"",
    ));
    good(&two("alias \"b\" \"anything\"\n catch-all \"a\""));
    good(&two(
        "alias \"b\" \"c\"\n alias \"c\" \"a\"\n catch-all \"b\"",
    ));
    bad(&two("alias \"b\" \"john\""), "alias::unlisted");
    bad(&two("alias \"b\" \"x@example.org\""), "alias::unlisted");
    bad(&two("alias \"b\" \"x@badexample.org\""), "alias::foreign");
    bad(&two("alias \"b\" \"x@sub.example.org\""), "alias::foreign");
    bad(&two("catch-all \"x\""), "alias::catch_all");
    bad(&two("catch-all \"x@other.example\""), "alias::foreign");
    bad(&two("alias \"b\" \"b\""), "alias::cycle");
    bad(
        &two("alias \"b\" \"a\" \"c\"\n alias \"c\" \"a\" \"b\""),
        "alias::cycle",
    );
    bad(
        &two("alias \"b\" \"anything\"\n catch-all \"b\""),
        "alias::cycle",
    );
    bad(&two("alias \"b\" \"|cmd\""), "mailbox::local_part");
    bad(
        &two("alias \"b\" \":include:/etc/x\""),
        "mailbox::local_part",
    );
    bad(
        &two("alias \"b\" \"a, x@victim.example\""),
        "mailbox::local_part",
    );
}

#[test]
fn postmasters() {
    let one = "mailpol version=1\nhost \"mx.example.org\" {\n address \"198.51.100.25\"\n listen \"smtp\"\n";
    let two = "}\ndomain \"b.example\" { mailbox \"x\" }\ndomain \"a.example\" { mailbox \"y\" }\n";
    let postmaster = |text: &str| {
        compile(text)
            .0
            .unwrap()
            .host
            .postmaster
            .unwrap()
            .value
            .to_string()
    };
    // Nobody is: a box of the first domain in the text.
    let none = [one, two].concat();
    warned(&none, "domain::postmaster");
    assert_eq!(postmaster(&none), "postmaster@b.example");
    // One domain has one: the others go there.
    let some = none.replace("mailbox \"y\"", "mailbox \"y\"; alias \"postmaster\" \"y\"");
    let lowered = good(&some);
    assert_eq!(postmaster(&some), "postmaster@a.example");
    let filled = lowered.domains.values().nth(1).unwrap();
    let (local, alias) = filled.aliases.iter().next().unwrap();
    assert_eq!(local.as_str(), "postmaster");
    assert_eq!(alias.targets[0].value.to_string(), "postmaster@a.example");
    // The host names one.
    let named = [one, "postmaster \"x@b.example\"\n", two].concat();
    good(&named);
    assert_eq!(postmaster(&named), "x@b.example");
    // An alias may lead to a postmaster that is filled in, unless that leads back.
    let alias = named.replace(
        "mailbox \"y\"",
        "mailbox \"y\"; alias \"help\" \"postmaster\"",
    );
    good(&alias);
    let back = alias.replace(
        "postmaster \"x@b.example\"",
        "postmaster \"help@a.example\"",
    );
    bad(&back, "alias::cycle");
}

#[test]
fn names_of_raw_settings() {
    let with = |inner: &str| policy("", "", &format!("target \"postfix\" {{ {inner} }}"));
    good(&with(
        "set \"a_b-1\" \"any $text, {here}\"; file \"d/x.cf\" \"a\\nb\\tc\"",
    ));
    for inner in [
        "set \"a b\" \"\"",
        "set \"a=b\" \"\"",
        "set \"\" \"\"",
        "set \"-o\" \"\"",
        "set \"a/b\" \"\"",
    ] {
        bad(&with(inner), "target::name");
    }
    for file in ["/etc/x", "../x", "a//b", "", ".", "a b", "a\\\"", "-x", "é"] {
        bad(&with(&format!("file \"{file}\" \"\"")), "target::name");
    }
    for value in [
        "a\\nb",
        "a\\rb",
        "\\u{0}",
        "\\u{85}",
        "\\u{2028}",
        "\\u{202e}",
        "\\u{7f}",
    ] {
        bad(
            &with(&format!("set \"a\" \"{value}\"")),
            "syntax::control_in_text",
        );
    }
    bad(&with("file \"a\\nb\" \"\""), "target::name");
}
