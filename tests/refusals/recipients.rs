//! Where aliases lead, who the postmaster is, and what is published.

use crate::{bad, compile, good, policy, warned};

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
    let one = "mailpol version=1\nhost \"mx.example.org\" {\n \
               address \"198.51.100.25\"\n listen \"smtp\"\n";
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
