//! What the emitter decides, on small policies made by hand.

mod house;
mod tables;

use self::house::{House, address, spanned};
use super::*;
use crate::policy::{
    Auth, Otherwise, OwnDomain, RawFile, RawSetting, RecordHeaders, SenderScope, SpfPolicy,
};

fn try_emit(house: &House) -> (Result<Artifacts, Reported>, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let artifacts = emit_policy(&house.policy, &mut diagnostics);
    let told = diagnostics.sorted();
    let told = told.iter().filter_map(|one| one.code());
    (artifacts, told.map(|code| code.to_string()).collect())
}

#[track_caller]
fn emitted(house: &House) -> Artifacts {
    let (artifacts, told) = try_emit(house);
    artifacts.unwrap_or_else(|_| panic!("{told:?}"))
}

#[track_caller]
fn check_refused(house: &House, code: &str) {
    let (artifacts, told) = try_emit(house);
    assert!(artifacts.is_err());
    assert_eq!(told, [code]);
}

#[track_caller]
fn text(artifacts: &Artifacts, name: &str) -> String {
    let path = format!("etc/postfix/{name}");
    let artifact = artifacts.get(&path).unwrap_or_else(|| panic!("no {path}"));
    artifact.source.text().to_owned()
}

/// The lines of a file that are no comment and not empty.
#[track_caller]
fn lines(artifacts: &Artifacts, name: &str) -> Vec<String> {
    let text = text(artifacts, name);
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    lines.map(str::to_owned).collect()
}

/// The value of a parameter: what stands on its line, and each line that continues it.
#[track_caller]
fn parameter(artifacts: &Artifacts, name: &str) -> Vec<String> {
    let lines = lines(artifacts, "main.cf");
    let head = format!("{name} =");
    let mut found = lines.iter().filter(|line| line.starts_with(&head));
    let first = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is set twice");
    let behind = lines.iter().skip_while(|line| *line != first).skip(1);
    let more = behind.take_while(|line| line.starts_with(' '));
    std::iter::once(first.strip_prefix(&head).unwrap())
        .chain(more.map(String::as_str))
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// Every right at once, nested.
fn wide() -> House {
    let mut house = House::doe();
    let shop = address("x@shop.example").domain().clone();
    let meter = SenderScope::Address(address("m@meters.example"));
    let refuse = || Otherwise::Refuse(spanned(()).at);
    let any = || vec![House::grant(&[])];
    house.network("office", &["10.0.0.0/8"], |n| n.grants = any());
    house.network("guests", &["10.9.0.0/16"], |_| {});
    house.network("printer", &["10.9.9.9/32"], |n| n.grants = any());
    house.network("cage", &["172.17.0.0/16"], |n| n.otherwise = refuse());
    house.network("backup", &["203.0.113.128/25"], |n| {
        n.may_hand_over = Some(spanned(()).at);
        n.otherwise = refuse();
    });
    house.network("meters", &["192.0.2.0/24"], |n| {
        n.grants = vec![House::grant(&[meter, SenderScope::Domain(shop.clone())])];
        n.otherwise = refuse();
    });
    house.domain("shop.example");
    house.mailbox("info@shop.example", None);
    house.mailbox("john.doe@shop.example", Some("john"));
    house.catch_all("shop.example", &["info@shop.example"]);
    let boss = House::grant(&[SenderScope::Domain(shop)]);
    house.login("boss", Some(boss));
    house.login("robot", Some(House::grant(&[SenderScope::Any])));
    house
}

#[test]
fn every_list_ends_in_a_refusal_or_asks_only_who_was_not_refused() {
    for house in [House::doe(), wide()] {
        let artifacts = emitted(&house);
        for (list, last) in [
            ("smtpd_relay_restrictions", "reject_unauth_destination"),
            ("mua_relay_restrictions", "reject_unauth_destination"),
            ("mua_sender_restrictions", "reject"),
            ("mua_recipient_restrictions", "reject"),
        ] {
            let list = parameter(&artifacts, list);
            assert_eq!(list.last().map(String::as_str), Some(last));
        }
        let client = parameter(&artifacts, "mua_client_restrictions");
        assert!(
            client
                .last()
                .unwrap()
                .contains("static:{530 5.7.0 auth-required: ")
        );
        let recipient = parameter(&artifacts, "smtpd_recipient_restrictions");
        let place = |what: &str| recipient.iter().position(|one| one.starts_with(what));
        assert!(place("reject_unlisted_recipient") < place("permit_mynetworks"));
        assert!(place("reject_unauth_destination") < place("check_policy_service"));
    }
}

#[test]
fn logins_count_only_where_they_can_be_given() {
    let artifacts = emitted(&wide());
    for list in ["sender", "relay", "recipient", "data"] {
        let list = parameter(&artifacts, &format!("smtpd_{list}_restrictions"));
        assert!(!list.iter().any(|one| one.contains("sasl")), "{list:?}");
    }
    let master = text(&artifacts, "master.cf");
    assert_eq!(master.matches("smtpd_sasl_auth_enable=yes").count(), 2);
    assert_eq!(parameter(&artifacts, "smtpd_sasl_auth_enable"), ["no"]);
}

#[test]
fn nested_networks_stand_longest_first() {
    let artifacts = emitted(&wide());
    let networks = parameter(&artifacts, "mynetworks");
    let expected = [
        "10.9.9.9/32",
        "192.168.0.0/24",
        "!10.9.0.0/16",
        "10.0.0.0/8",
        "[fd00:d0e::]/64",
    ];
    assert_eq!(networks, expected);
    // Limited networks are asked what they are granted first, and refused before rule 3.
    let sender = parameter(&artifacts, "smtpd_sender_restrictions");
    let expected = [
        "permit_mynetworks",
        "check_client_access cidr:/etc/postfix/networks",
        "check_client_access cidr:/etc/postfix/limited-networks",
        "check_sender_access texthash:/etc/postfix/own-domains",
    ];
    assert_eq!(sender, expected);
    let limited = [
        "192.0.2.0/24\tlimit_network",
        "203.0.113.128/25\tlimit_backup",
        "172.17.0.0/16\tlimit_network",
    ];
    assert_eq!(lines(&artifacts, "limited-networks").len(), limited.len());
    assert!(
        limited
            .iter()
            .all(|row| text(&artifacts, "limited-networks").contains(row))
    );
}

#[test]
fn a_prefix_around_all_of_ipv4_is_written_as_both() {
    let mut house = House::new("d.example");
    let may_send = |n: &mut crate::policy::Network| n.grants = vec![House::grant(&[])];
    house.network("wide", &["::/64"], may_send);
    house.network("hole", &["10.0.0.0/8"], |_| {});
    let networks = parameter(&emitted(&house), "mynetworks");
    assert_eq!(networks, ["!10.0.0.0/8", "[::]/64", "0.0.0.0/0"]);
}

#[test]
fn spf_asks_what_the_policy_wants_recorded() {
    for (header, services) in [
        (RecordHeaders::None, vec!["spf-check"]),
        (RecordHeaders::Spf, vec!["spf-received"]),
        (RecordHeaders::Auth, vec!["spf-authres"]),
        (RecordHeaders::Both, vec!["spf-received", "spf-authres"]),
    ] {
        let mut house = House::doe();
        house.policy.inbound.header = header;
        house.policy.inbound.spf = SpfPolicy::Strict;
        let artifacts = emitted(&house);
        let recipient = parameter(&artifacts, "smtpd_recipient_restrictions");
        let null = parameter(&artifacts, "spf_of_null_sender");
        for service in &services {
            let asked = format!("check_policy_service unix:private/{service}");
            assert!(recipient.contains(&asked));
            assert!(null.contains(&format!("{asked}-null")));
            let conf = |name: &str| {
                let path = format!("etc/postfix-policyd-spf-python/{name}.conf");
                artifacts.get(&path).unwrap().source.text().to_owned()
            };
            assert!(
                conf(service).contains("\nHELO_reject = No_Check\nMail_From_reject = Softfail\n")
            );
            assert!(conf(&format!("{service}-null")).contains("\nHELO_reject = Softfail\n"));
        }
        let asked = recipient
            .iter()
            .filter(|one| one.contains("policy_service"));
        assert_eq!(asked.count(), services.len());
    }
    let mut house = House::doe();
    house.policy.inbound.spf = SpfPolicy::Off;
    let artifacts = emitted(&house);
    assert!(!text(&artifacts, "main.cf").contains("check_policy_service"));
    assert!(!text(&artifacts, "master.cf").contains("spawn"));
    assert_eq!(
        artifacts.packages,
        ["libsasl2-modules", "postfix", "sasl2-bin"]
    );
}

#[test]
fn what_is_not_wanted_is_not_there() {
    let mut house = House::new("d.example");
    house.policy.auth = None;
    house.policy.host.tls = None;
    house.policy.host.listeners.truncate(1);
    house.policy.inbound.own_domain = OwnDomain::Check;
    let artifacts = emitted(&house);
    assert_eq!(parameter(&artifacts, "smtpd_tls_security_level"), ["none"]);
    assert_eq!(parameter(&artifacts, "mynetworks"), [""; 0]);
    let main = text(&artifacts, "main.cf");
    assert!(!main.contains("mua_") && !main.contains("own-domains"));
    assert!(!text(&artifacts, "master.cf").contains("submission"));
    assert!(artifacts.get("etc/default/saslauthd").is_none());

    let mut house = House::doe();
    house.policy.auth = Some(Auth::Dovecot {
        socket: spanned("/run/dovecot/auth".to_owned()),
        at: spanned(()).at,
    });
    let artifacts = emitted(&house);
    assert_eq!(
        parameter(&artifacts, "smtpd_sasl_path"),
        ["/run/dovecot/auth"]
    );
    assert!(artifacts.get("etc/postfix/sasl/smtpd.conf").is_none());
}

#[test]
fn a_version_is_told_what_it_knows() {
    let of = |version: &str| {
        let mut house = House::doe();
        house.target(|target| target.version = Some(spanned(version.to_owned())));
        house
    };
    let old = emitted(&of("3.5.22"));
    assert_eq!(old.version, (3, 5, 22));
    assert_eq!(parameter(&old, "compatibility_level"), ["2"]);
    assert_eq!(
        parameter(&old, "smtpd_discard_ehlo_keywords"),
        ["dsn chunking"]
    );
    let main = text(&old, "main.cf");
    assert!(!main.contains("smtpd_forbid_bare_newline"));
    assert!(!main.contains("smtpd_relay_before_recipient_restrictions"));
    let sender = parameter(&old, "smtpd_sender_restrictions");
    assert_eq!(sender.last().unwrap(), "reject_unauth_destination");
    let data = parameter(&old, "smtpd_data_restrictions");
    assert_eq!(data.first().unwrap(), "reject_unauth_pipelining");
    assert_eq!(emitted(&of("3.10")).version, (3, 10, 3));
    check_refused(&of("3.4"), "mailpol::target::version");
}

#[test]
fn raw_settings_take_the_place_of_emitted_ones() {
    let setting = |name: &str, value: &str| RawSetting {
        name: spanned(name.to_owned()),
        value: spanned(value.to_owned()),
    };
    let with = |settings: Vec<RawSetting>, files: Vec<RawFile>| {
        let mut house = House::doe();
        house.target(|target| (target.settings, target.files) = (settings, files));
        house
    };
    let file = |name: &str| RawFile {
        name: spanned(name.to_owned()),
        text: spanned("text\n".to_owned()),
    };
    let settings = vec![
        setting("mynetworks", "0.0.0.0/0"),
        setting("message_size_limit", "52428800"),
    ];
    let artifacts = emitted(&with(settings, vec![file("maps/more")]));
    assert_eq!(parameter(&artifacts, "mynetworks"), ["0.0.0.0/0"]);
    assert_eq!(parameter(&artifacts, "message_size_limit"), ["52428800"]);
    assert_eq!(text(&artifacts, "maps/more"), "text\n");
    for (name, value) in [
        ("a b", "c"),
        ("", "c"),
        ("a=b", "c"),
        ("a", "b\nc = d"),
        ("#a", "b"),
    ] {
        let house = with(vec![setting(name, value)], Vec::new());
        check_refused(&house, "mailpol::target::setting");
    }
    for name in [
        "main.cf",
        "../x",
        "/x",
        "a/../b",
        "",
        "sasl",
        "logins/x",
        "a b",
        "dynamicmaps.cf.d/x",
    ] {
        let house = with(Vec::new(), vec![file(name)]);
        check_refused(&house, "mailpol::target::file");
    }
}

#[test]
fn what_postfix_cannot_be_told_is_refused_at_its_words() {
    let mut house = House::doe();
    house.mailbox("double-bounce@doe-family.com", None);
    check_refused(&house, "mailpol::target::reserved");
    let mut house = House::doe();
    house.login("Robot", None);
    check_refused(&house, "mailpol::target::unsayable");
    let mut house = House::doe();
    house.mailbox("x@doe-family.com", Some("app@example.com"));
    check_refused(&house, "mailpol::target::unsayable");
    let mut house = House::doe();
    house.mailbox("#x@doe-family.com", None);
    check_refused(&house, "mailpol::target::unsayable");
    let mut house = House::doe();
    house.policy.host.tls.as_mut().unwrap().key.value = "/etc/a b".to_owned();
    check_refused(&house, "mailpol::target::unsayable");
    let mut house = House::doe();
    house.policy.host.postmaster = Some(spanned(address("a$b@doe-family.com")));
    check_refused(&house, "mailpol::target::unsayable");
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    let all = |house: &House| {
        let artifacts = emitted(house);
        let files = artifacts.files();
        let texts = files.map(|(path, one)| (path.to_owned(), one.source.text().to_owned()));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(all(&wide()), all(&wide()));
    for (path, text) in all(&wide()) {
        assert!(text.ends_with('\n') && !text.contains(" \n"), "{path}");
    }
}
