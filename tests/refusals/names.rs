//! Local-parts, logins, domains, paths, and the names of raw settings.

use crate::{bad, good, policy};

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
    bad(&with("g\u{43e}\u{43e}gle.example"), "domain::mixed_scripts");
    bad(&with("\u{441}\u{430}\u{445}.example"), "domain::confusable");
    // Who writes the A-label says what is meant.
    good(&with("xn--ggle-55da.example"));
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
