//! The Doe family's policy, line by line.

use std::net::IpAddr;

use libtest_mimic::Failed;

use crate::Test;
use crate::run;
use crate::support::job::Listener::{Smtp, Submission, Submissions};
use crate::support::job::{Client, DnsFailure, Envelope, Record};
use crate::table::{asks, check, internal, stranger, user};

pub(crate) const TESTS: &[Test] = &[
    ("strangers reach the family, and nobody else", strangers),
    ("odd paths are refused or delivered here", odd_paths),
    ("submission is for who is known", submission),
    ("internal clients send anything", internal_clients),
    ("SPF is judged as the policy says", spf),
];

fn strangers() -> Result<(), Failed> {
    let table = "
        <a@pass.spf-results.example> <john.doe@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <JOHN.Doe@DOE-Family.com> rcpt 250
        <a@pass.spf-results.example> <family@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <IOT-fridge@doe-family.com> rcpt 250
        <> <jane.doe@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <postmaster> rcpt 250
        <a@pass.spf-results.example> <PostMaster> rcpt 250
        <a@pass.spf-results.example> <nobody@doe-family.com> rcpt 550 5.1.1
        <a@pass.spf-results.example> <john@doe-family.com> rcpt 550 5.1.1
        <a@pass.spf-results.example> <root@doe-family.com> rcpt 550 5.1.1
        <a@pass.spf-results.example> <john.doe+tag@doe-family.com> rcpt 550 5.1.1
        <a@pass.spf-results.example> <*@doe-family.com> rcpt 550 5.1.1
        <a@pass.spf-results.example> <b@victim.example> rcpt 554 5.7.1
        <> <b@victim.example> rcpt 554 5.7.1
        <a@pass.spf-results.example> <john.doe@sub.doe-family.com> rcpt 554 5.7.1
        <a@pass.spf-results.example> <root@mx.doe-family.com> rcpt 554 5.7.1
        <a@pass.spf-results.example> <john@localhost> rcpt 554 5.7.1
        <a@pass.spf-results.example> <john.doe@[198.51.100.25]> rcpt 554 5.7.1
        <a@pass.spf-results.example> <root@[127.0.0.1]> rcpt 554 5.7.1
        <john.doe@doe-family.com> <jane.doe@doe-family.com> rcpt 554 5.7.1
        <x@Doe-Family.COM> <jane.doe@doe-family.com> rcpt 554 5.7.1
        <john.doe@doe-family.com.> <jane.doe@doe-family.com> rcpt 554 5.7.1
        <john.doe@doe-family.com> <postmaster> rcpt 554 5.7.1
        <john.doe@doe-family.com> <nobody@doe-family.com> rcpt 554 5.7.1
        <x@sub.doe-family.com> <jane.doe@doe-family.com> rcpt 250
    ";
    let v6: IpAddr = "2001:db8:9::9".parse()?;
    let few = "
        <a@pass.spf-results.example> <john.doe@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <b@victim.example> rcpt 554 5.7.1
        <john.doe@doe-family.com> <jane.doe@doe-family.com> rcpt 554 5.7.1
    ";
    let mut cases = asks(&stranger(Smtp), table);
    let mut secure = stranger(Smtp);
    secure.tls = true;
    let outside = [
        secure,
        Client::new(v6, Smtp),
        Client::new([192, 168, 1, 0], Smtp),
        Client::new([127, 0, 0, 1], Smtp),
    ];
    for client in outside {
        cases.extend(asks(&client, few));
    }
    check(&run::doe()?, cases, Vec::new())
}

fn odd_paths() -> Result<(), Failed> {
    let table = r#"
        <a@pass.spf-results.example> <victim%other.example@doe-family.com> rcpt 554 5.7.1
        <a@pass.spf-results.example> <other.example!victim@doe-family.com> rcpt 554 5.7.1
        <a@pass.spf-results.example> <"victim@other.example"@doe-family.com> rcpt 554 5.7.1
        <a@pass.spf-results.example> <"john.doe"@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <"john\.doe"@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <@relay.example:john.doe@doe-family.com> rcpt 250
        <a@pass.spf-results.example> <@doe-family.com:victim@other.example> rcpt 554 5.7.1
        <a@pass.spf-results.example> <john.doe@doe-family.com.> rcpt 250
        <a@pass.spf-results.example> <john.doe(comment)@doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <john.doe @doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <john\.doe@doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <john..doe@doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <-john.doe@doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <john.doe@192.0.2.1> rcpt 501 5.1.3
        <a@pass.spf-results.example> <jöhn@doe-family.com> rcpt 501 5.1.3
        <a@pass.spf-results.example> <"postmaster"> rcpt 501
        <a@pass.spf-results.example> <john.doe> rcpt 501
        <a@pass.spf-results.example> <> rcpt 501
        <a@pass.spf-results.example> <a@b@doe-family.com> rcpt 501
        <"a"@pass.spf-results.example> <john.doe@doe-family.com> rcpt 250
        <@a.example:a@pass.spf-results.example> <john.doe@doe-family.com> rcpt 250
        <a@pass.spf-results.example.> <john.doe@doe-family.com> rcpt 250
        <a@fail.spf-results.example.> <john.doe@doe-family.com> rcpt 550 5.7.23
        <a@[203.0.113.9]> <john.doe@doe-family.com> rcpt 250
        <a@[IPv6:2001:db8::9]> <john.doe@doe-family.com> rcpt 250
        <a(c)@pass.spf-results.example> <john.doe@doe-family.com> mail 501 5.1.7
        <a @pass.spf-results.example> <john.doe@doe-family.com> mail 501 5.1.7
        <a..b@pass.spf-results.example> <john.doe@doe-family.com> mail 501 5.1.7
        <-a@pass.spf-results.example> <john.doe@doe-family.com> mail 501 5.1.7
        <a@192.0.2.1> <john.doe@doe-family.com> mail 501 5.1.7
        <ä@pass.spf-results.example> <john.doe@doe-family.com> mail 501 5.1.7
        <a> <john.doe@doe-family.com> mail 501
        <postmaster> <john.doe@doe-family.com> mail 501
    "#;
    check(&run::doe()?, asks(&stranger(Smtp), table), Vec::new())
}

fn submission() -> Result<(), Failed> {
    let refused = "
        <a@pass.spf-results.example> <john.doe@doe-family.com> rcpt 530 5.7.0
        <a@pass.spf-results.example> <b@victim.example> rcpt 530 5.7.0
        <john.doe@doe-family.com> <b@victim.example> rcpt 530 5.7.0
        <> <postmaster> rcpt 530 5.7.0
    ";
    let john = "
        <john.doe@doe-family.com> <b@victim.example> rcpt 250
        <JOHN.DOE@doe-family.com> <b@victim.example> rcpt 250
        <\"john.doe\"@doe-family.com> <b@victim.example> rcpt 250
        <family@doe-family.com> <b@victim.example> rcpt 250
        <postmaster@doe-family.com> <jane.doe@doe-family.com> rcpt 250
        <> <b@victim.example> rcpt 250
        <> <b@[192.0.2.1]> rcpt 250
        <jane.doe@doe-family.com> <b@victim.example> rcpt 553 5.7.1
        <a@pass.spf-results.example> <b@victim.example> rcpt 553 5.7.1
        <jane.doe@doe-family.com> <nobody@doe-family.com> rcpt 553 5.7.1
        <john.doe@doe-family.com> <nobody@doe-family.com> rcpt 550 5.1.1
        <john.doe@doe-family.com> <a%b@doe-family.com> rcpt 550 5.1.1
    ";
    let mut cases = Vec::new();
    for listener in [Submission, Submissions] {
        cases.extend(asks(&stranger(listener), refused));
        for login in ["www-data", "john@doe-family.com", "JOHN", "root"] {
            cases.extend(asks(&user(login, listener), refused));
        }
        cases.extend(asks(&user("john", listener), john));
    }
    let jane = "<postmaster@doe-family.com> <b@victim.example> rcpt 553 5.7.1";
    cases.extend(asks(&user("jane", Submission), jane));
    // A password without TLS counts for nothing, nor does one on port 25.
    let mut open = user("john", Submission);
    open.tls = false;
    cases.extend(asks(&open, refused));
    let on_smtp = "
        <john.doe@doe-family.com> <b@victim.example> rcpt 554 5.7.1
        <a@pass.spf-results.example> <b@victim.example> rcpt 554 5.7.1
        <a@pass.spf-results.example> <john.doe@doe-family.com> rcpt 250
    ";
    cases.extend(asks(&user("john", Smtp), on_smtp));
    check(&run::doe()?, cases, Vec::new())
}

fn internal_clients() -> Result<(), Failed> {
    let table = "
        <a@fail.spf-results.example> <b@victim.example> rcpt 250
        <a@fail.spf-results.example> <john.doe@doe-family.com> rcpt 250
        <john.doe@doe-family.com> <b@victim.example> rcpt 250
        <> <b@victim.example> rcpt 250
        <john.doe@doe-family.com> <b@[192.0.2.1]> rcpt 250
        <john.doe@doe-family.com> <nobody@doe-family.com> rcpt 550 5.1.1
        <john.doe@doe-family.com> <a%b@doe-family.com> rcpt 550 5.1.1
        <john.doe@doe-family.com> <john@unix.invalid> rcpt 554 5.7.1
    ";
    let v6: IpAddr = "fd00:d0e::7".parse()?;
    let mut cases = Vec::new();
    for listener in [Smtp, Submission, Submissions] {
        cases.extend(asks(&internal(listener), table));
        cases.extend(asks(&Client::new(v6, listener), table));
    }
    let mut known = user("john", Submission);
    known.address = [192, 168, 0, 7].into();
    cases.extend(asks(&known, table));
    check(&run::doe()?, cases, Vec::new())
}

fn spf() -> Result<(), Failed> {
    let results = [
        ("none", "rcpt 250"),
        ("neutral", "rcpt 250"),
        ("pass", "rcpt 250"),
        ("fail", "rcpt 550 5.7.23"),
        ("softfail", "rcpt 250"),
        ("temperror", "rcpt 451 4.7.24"),
        ("permerror", "rcpt 550 5.7.24"),
        ("twice", "rcpt 550 5.7.24"),
        ("loop", "rcpt 550 5.7.24"),
        ("refused", "rcpt 451 4.7.24"),
        ("below", "rcpt 451 4.7.24"),
        ("nowhere", "rcpt 250"),
    ];
    let mut cases = Vec::new();
    for (word, outcome) in results {
        let name = format!("{word}.spf-results.example");
        let to = "john.doe@doe-family.com";
        let from = format!("a@{name}");
        let mut push = |helo: &str, from: &str, to: &str, outcome: &str| {
            let mut client = stranger(Smtp);
            helo.clone_into(&mut client.helo);
            cases.push((Envelope::new(&client, from, to), outcome.to_owned()));
        };
        push("client.example", &from, to, outcome);
        push("client.example", &from, "postmaster", outcome);
        push(
            "client.example",
            &from,
            "nobody@doe-family.com",
            "rcpt 550 5.1.1",
        );
        push(
            "client.example",
            &from,
            "b@victim.example",
            "rcpt 554 5.7.1",
        );
        // HELO counts for the null reverse-path only.
        push(&name, "", to, outcome);
        push(&name, "a@pass.spf-results.example", to, "rcpt 250");
    }
    for helo in [
        "[203.0.113.9]",
        "localhost",
        "a_b.example",
        "x",
        "203.0.113.9",
        "a..b",
        "-",
    ] {
        let mut client = stranger(Smtp);
        helo.clone_into(&mut client.helo);
        let envelope = Envelope::new(&client, "", "john.doe@doe-family.com");
        cases.push((envelope, "rcpt 250".to_owned()));
    }
    let text = |name: &str, text: &str| Record::Txt {
        name: format!("{name}.spf-results.example"),
        strings: vec![text.to_owned()],
    };
    let more = vec![
        text("twice", "v=spf1 -all"),
        text("twice", "v=spf1 +all"),
        text("loop", "v=spf1 include:loop.spf-results.example -all"),
        text("below", "v=spf1 include:refused.spf-results.example -all"),
        Record::Fails {
            name: "refused.spf-results.example".to_owned(),
            how: DnsFailure::Refused,
        },
    ];
    check(&run::doe()?, cases, more)
}
