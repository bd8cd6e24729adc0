//! Laws of the reader, and what is quicker said here than as a tree of the corpus.

use super::*;
use crate::decision::{
    AddressKey, AddressTable, Ask, Decision, Envelope, EnvelopeAsk, Label, Question, TestId,
    Unanswered, Verdict,
};
use crate::mail::{Address, Domain, Listener, Path, PathForm};
use crate::spf::SpfResult;

const MASTER: &str = "smtp inet n - n - - smtpd\nlocal unix - n n - - local\n\
    cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
    rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
    defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nretry unix - - n - - error\n\
    proxymap unix - - n - - proxymap\nerror unix - - n - - error\ndiscard unix - - n - - discard\n\
    pickup unix n - n 60 1 pickup\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
    smtp unix - - n - - smtp\n";
const MAIN: &str = "compatibility_level = 3.6\nmyhostname = mx.here.example\n\
    myorigin = here.example\nmydestination = here.example\nalias_maps =\n\
    local_recipient_maps = inline:{john=x}\nmynetworks = 192.168.0.0/24\n\
    smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n\
    allow_percent_hack = no\nswap_bangpath = no\nsmtputf8_enable = no\n\
    smtpd_forbid_bare_newline = normalize\nsmtpd_forbid_bare_newline_exclusions =\n\
    smtp_tls_security_level = may\n";

fn artifacts(main: &str, master: &str) -> Artifacts {
    let mut artifacts = Artifacts::new();
    artifacts.version = (3, 7, 11);
    artifacts.host_addresses = own();
    artifacts.add("etc/postfix/main.cf", 0o644, main);
    artifacts.add("etc/postfix/master.cf", 0o644, master);
    artifacts
}

fn own() -> Vec<std::net::IpAddr> {
    vec!["198.51.100.25".parse().unwrap()]
}

fn reading(main: &str, master: &str) -> Option<Reading> {
    interpret(&artifacts(main, master), &mut Diagnostics::new()).ok()
}

fn envelope(client: &str, from: Path, to: Path) -> Envelope {
    Envelope {
        client: client.parse().unwrap(),
        listener: Listener::Smtp,
        tls: false,
        login: None,
        helo: "mail.b.example".to_owned(),
        from,
        to,
        spf: SpfResult::None,
        spf_helo: SpfResult::None,
    }
}

#[track_caller]
fn check(more: &str, client: &str, to: &str, expected: Verdict) {
    let reading = reading(&format!("{MAIN}{more}"), MASTER).unwrap();
    let from = Path::parse("a@b.example", &own());
    let envelope = envelope(client, from, Path::parse(to, &own()));
    let (decision, _) = crate::decision::run(reading.decider.as_ref(), &envelope).unwrap();
    assert_eq!(decision.verdict, expected, "{more} {client} {to}");
}

#[test]
fn a_route_in_a_local_part_is_refused_by_its_pattern() {
    let all = "mydestination =\nlocal_recipient_maps =\nvirtual_mailbox_domains = here.example\n\
        virtual_mailbox_base = /var/mail/boxes\n\
        virtual_mailbox_maps = inline:{@here.example=box}\n\
        allow_untrusted_routing = no\n";
    let refused = "smtpd_recipient_restrictions = check_recipient_access \
        regexp:{{/[@%!].*@/ 550 5.1.1 no}}\n";
    for to in [
        "a%b.example@here.example",
        "b.example!a@here.example",
        "\"a@b.example\"@here.example",
    ] {
        check(all, "192.168.0.9", to, Verdict::Accept);
        let both = format!("{all}{refused}");
        check(&both, "192.168.0.9", to, Verdict::Reject);
    }
    let both = format!("{all}{refused}");
    check(&both, "192.168.0.9", "a@here.example", Verdict::Accept);
}

#[test]
fn a_stranger_reaches_what_is_listed_and_nothing_else() {
    check("", "203.0.113.9", "john@here.example", Verdict::Accept);
    check("", "203.0.113.9", "jane@here.example", Verdict::Reject);
    check("", "203.0.113.9", "x@other.example", Verdict::Reject);
    check("", "192.168.0.9", "x@other.example", Verdict::Accept);
    check(
        "soft_bounce = yes\n",
        "203.0.113.9",
        "x@other.example",
        Verdict::Defer,
    );
    check(
        "mynetworks = static:all\n",
        "2001:db8::1",
        "x@other.example",
        Verdict::Accept,
    );
    check(
        "mynetworks = 0.0.0.0/0\n",
        "2001:db8::1",
        "x@other.example",
        Verdict::Reject,
    );
    check(
        "mynetworks = [::]/0\n",
        "203.0.113.9",
        "x@other.example",
        Verdict::Reject,
    );
    check(
        "mynetworks = [::]/0\n",
        "2001:db8::1",
        "x@other.example",
        Verdict::Accept,
    );
}

#[test]
fn every_way_in_is_found() {
    let master = format!(
        "{MASTER}submission inet n - n - - smtpd\nsmtps inet n - n - - smtpd \
         -o smtpd_tls_wrappermode=yes\n\
         10025 inet n - n - - smtpd\n127.0.0.1:628 inet n - n - - qmqpd\n"
    );
    let reading = reading(MAIN, &master).unwrap();
    let found: Vec<(Option<Listener>, &str)> = reading
        .listeners
        .iter()
        .map(|found| (found.listener, found.name.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Some(Listener::Smtp), "0.0.0.0:25 (smtpd)"),
            (Some(Listener::Submission), "0.0.0.0:587 (smtpd)"),
            (Some(Listener::Submissions), "0.0.0.0:465 (smtpd)"),
            (None, "0.0.0.0:10025 (smtpd)"),
            (None, "127.0.0.1:628 (qmqpd)"),
        ]
    );
}

#[test]
fn another_version_is_refused() {
    let mut old = artifacts(MAIN, MASTER);
    old.version = (3, 6, 4);
    assert!(interpret(&old, &mut Diagnostics::new()).is_err());
}

/// Asks as an envelope does, and holds the contract of [`crate::decision::Decider`].
struct Strict<'a> {
    inner: EnvelopeAsk<'a>,
    tests: &'a [crate::decision::Test],
    envelope: &'a Envelope,
}

impl Ask for Strict<'_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        match &self.tests[test.index()].question {
            Question::From(table) => hold(table, &self.envelope.from),
            Question::To(table) => hold(table, &self.envelope.to),
            Question::Owner(_) => assert!(self.envelope.from.form().has_address()),
            Question::OwnerOfDomain(_) => assert!(self.envelope.from.form().has_domain()),
            Question::Listener
            | Question::Tls
            | Question::Client(_)
            | Question::Login(_)
            | Question::Helo(_)
            | Question::FromForm
            | Question::FromKind(_)
            | Question::ToForm
            | Question::ToKind(_)
            | Question::SpfFrom
            | Question::SpfHelo => {}
        }
        self.inner.ask(test)
    }
}

#[track_caller]
fn hold(table: &AddressTable, path: &Path) {
    let has = |part| {
        let mut any = false;
        table.each_key(part, &mut |_| any = true);
        any
    };
    let form = path.form();
    assert!(!has(AddressKey::Address) || form.has_address(), "{form}");
    let by_domain = has(AddressKey::Domain) || has(AddressKey::Parent);
    assert!(!by_domain || form.has_domain(), "{form}");
    assert!(!has(AddressKey::Local) || path.local().is_some(), "{form}");
}

fn decide_strictly(reading: &Reading, envelope: &Envelope) -> Decision {
    let tests = reading.decider.tests();
    let inner = EnvelopeAsk::new(tests, envelope);
    let mut ask = Strict {
        inner,
        tests,
        envelope,
    };
    reading.decider.decide(&mut ask).unwrap()
}

#[test]
fn tables_are_asked_only_under_forms_that_have_what_they_look_at() {
    let more = "relay_domains = inner.example\nvirtual_alias_maps = inline:{a@here.example=john}\n\
        allow_untrusted_routing = yes\nstrict_rfc821_envelopes = no\n\
        transport_maps = inline:{{gone.example=error:no}, {john@here.example=local:}}\n\
        smtpd_sasl_auth_enable = yes\nsmtpd_sender_login_maps = inline:{john@here.example=john}\n\
        notify_classes =\n\
        smtpd_reject_unlisted_sender = yes\n\
        smtpd_sender_restrictions = check_sender_access inline:{{d.example=reject}, {x@=reject}, \
        {y@d.example=DUNNO}, {<>=DUNNO}}, reject_known_sender_login_mismatch\n\
        smtpd_recipient_restrictions = reject_unlisted_recipient, check_recipient_access \
        inline:{{d.example=OK}, {x@=OK}, {y@d.example=DUNNO}}\n";
    let reading = reading(&format!("{MAIN}{more}"), MASTER).unwrap();
    for domain in [
        "here.example",
        "inner.example",
        "other.example",
        "d.example",
    ] {
        let address = Address::new("john", Domain::literal(domain));
        for from in PathForm::ALL {
            for to in PathForm::ALL {
                let path = |form| Path::spell(form, &address, &own());
                for client in ["203.0.113.9", "192.168.0.9"] {
                    let envelope = envelope(client, path(from), path(to));
                    let decision = decide_strictly(&reading, &envelope);
                    let is_refused = decision.verdict != Verdict::Accept;
                    assert_eq!(is_refused, decision.route == crate::decision::Route::None);
                }
            }
        }
    }
}

/// Returns how many destinations an address has, or that it has none that mail comes to.
fn led_to(more: &str, local: &str) -> Option<usize> {
    let reading = reading(&format!("{MAIN}forward_path =\n{more}"), MASTER).unwrap();
    let to = Address::new(local, Domain::literal("here.example"));
    let envelope = envelope(
        "203.0.113.9",
        Path::parse("a@b.example", &own()),
        Path::parse(&to.to_string(), &own()),
    );
    let mut ask = EnvelopeAsk::new(reading.decider.tests(), &envelope);
    let found = reading.decider.destinations(&to, &mut ask).unwrap();
    let is_refused = found == [crate::decision::Destination::Undeliverable];
    (!is_refused).then_some(found.len())
}

fn inline_aliases(rows: &[(&str, String)]) -> String {
    let rows = rows.iter();
    let rows = rows.map(|(name, value)| format!("{{{name}@here.example={value}}}"));
    let rows: Vec<String> = rows.collect();
    format!("virtual_alias_maps = inline:{{{}}}\n", rows.join(" "))
}

/// cleanup_map1n.c counts the recipients that an address comes to, not the steps to them.
#[test]
fn as_many_recipients_are_made_as_cleanup_makes() {
    let members = |from: usize, to: usize| {
        let names: Vec<String> = (from..to).map(|n| format!("m{n}@here.example")).collect();
        names.join(" ")
    };
    let limit = |most: usize| format!("virtual_alias_expansion_limit = {most}\n");
    let one = |count| inline_aliases(&[("all", members(0, count))]);
    assert_eq!(led_to(&one(1_000), "all"), Some(1_000));
    assert_eq!(led_to(&one(1_001), "all"), None);
    assert_eq!(led_to(&(limit(1_001) + &one(1_001)), "all"), Some(1_001));
    assert_eq!(led_to(&(limit(1_001) + &one(1_002)), "all"), None);
    // The first of a list takes the place of its name.
    let nested = |last: usize| {
        inline_aliases(&[
            ("all", "low@here.example high@here.example".to_owned()),
            ("low", members(0, 500)),
            ("high", members(500, last)),
        ])
    };
    assert_eq!(led_to(&nested(1_000), "all"), Some(1_000));
    assert_eq!(led_to(&nested(1_001), "all"), None);
    // Who is come to twice counts twice, and is one destination.
    let twice = |count| {
        inline_aliases(&[
            ("all", "low@here.example high@here.example".to_owned()),
            ("low", members(0, count)),
            ("high", members(0, count)),
        ])
    };
    assert_eq!(led_to(&twice(500), "all"), Some(500));
    assert_eq!(led_to(&twice(501), "all"), None);
}

#[test]
fn an_address_may_lead_to_itself_once_wherever_it_stands() {
    let to = |names: &str| {
        let names = names.split(' ').map(|name| format!("{name}@here.example"));
        names.collect::<Vec<String>>().join(" ")
    };
    let rows = |rows: &[(&'static str, &str)]| {
        let rows = rows.iter().map(|(name, value)| (*name, to(value)));
        inline_aliases(&rows.collect::<Vec<_>>())
    };
    assert_eq!(led_to(&rows(&[("a", "a b")]), "a"), Some(2));
    // `a` has been here when `b` leads back to it.
    assert_eq!(led_to(&rows(&[("a", "A b"), ("b", "a c")]), "a"), Some(2));
    assert_eq!(led_to(&rows(&[("a", "b"), ("b", "a")]), "a"), None);
    assert_eq!(led_to(&rows(&[("a", "b c"), ("b", "a")]), "a"), None);
    // A chain is as long as it likes where each place is looked up but a few times.
    let chain = |count: usize| {
        let rows: Vec<(String, String)> = (0..count)
            .map(|n| (format!("c{n}"), format!("c{}@here.example", n + 1)))
            .collect();
        let rows = rows.iter().map(|(name, to)| (name.as_str(), to.clone()));
        inline_aliases(&rows.collect::<Vec<_>>())
    };
    assert_eq!(led_to(&chain(999), "c0"), Some(1));
    assert_eq!(led_to(&chain(1_000), "c0"), None);
}

#[test]
fn both_loopbacks_are_addresses_of_the_host() {
    let is_read = |more: &str| reading(&format!("{MAIN}{more}\n"), MASTER).is_some();
    assert!(is_read("inet_protocols = all"));
    assert!(is_read("inet_protocols = ipv4, ipv6"));
    assert!(!is_read("inet_protocols = ipv4"));
    assert!(is_read("inet_interfaces = 198.51.100.25 127.0.0.1 [::1]"));
    assert!(!is_read("inet_interfaces = 198.51.100.25 127.0.0.1"));
}

#[test]
fn no_text_makes_the_reader_panic() {
    let more = "virtual_alias_maps = inline:{a@here.example=john}\nx = ${y?{z}:{w}}\n\
        smtpd_data_restrictions = check_client_access cidr:{{10.0.0.0/8 REJECT no}}, $x\n\
        smtpd_command_filter = regexp:{{;^(MAIL +FROM: *<>.*)$$;  $$1}}\n";
    let main = format!("{MAIN}{more}");
    let master = format!("{MASTER}submission inet n - n - - smtpd -o {{ a = b }} -o c=d\n");
    let odd = [
        "{", "}", "$", "${", "\n", "\n ", "#", "!", "\"", "\\", ":", "=", "@", ",", "\u{e9}", "\0",
    ];
    for (text, is_main) in [(&main, true), (&master, false)] {
        for at in (0..text.len()).step_by(3) {
            let word = odd[at % odd.len()];
            let mut broken = text.clone();
            if at % 2 == 0 {
                broken.insert_str(at, word);
            } else {
                broken.replace_range(at..=at, word);
            }
            let cut = text.get(..at).unwrap();
            for broken in [broken.as_str(), cut] {
                let _ = if is_main {
                    reading(broken, &master)
                } else {
                    reading(&main, broken)
                };
            }
        }
    }
}
