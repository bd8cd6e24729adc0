//! Whatever is answered, the policy says that and nothing else.

use std::net::{IpAddr, Ipv4Addr};

use mailpol::compile::load;
use mailpol::diagnostic::{Style, render};
use mailpol::mail::Domain;
use proptest::prelude::*;

use super::*;

/// What is answered: mostly what belongs there, else what would end a string, a line or a node.
fn said(right: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        40 => Just(right.to_owned()),
        1 => "[a-z0-9.\"\\\\{}();=#/*\\-\u{202e}\u{85} \n]{0,12}",
        1 => "\\PC{0,8}",
    ]
}

fn answers() -> impl Strategy<Value = Answers> {
    let words = |right| prop::collection::vec(said(right), 1..=1);
    let some = prop::collection::vec(said("10.0.0.0/8"), 0..=1);
    let kind = prop::sample::select(vec![Kind::Family, Kind::Company, Kind::Null]);
    let auth = prop_oneof![
        Just(Auth::Saslauthd("shadow".to_owned())),
        said("/run/auth").prop_map(Auth::Dovecot),
    ];
    let lists = (words("example.org"), words("ann"), some);
    let paths = (said("/etc/ssl/a.pem"), said("/etc/ssl/a.key"));
    (kind, said("mx.example.org"), lists, auth, paths).prop_map(
        |(kind, host, (domains, logins, internal), auth, (certificate, key))| Answers {
            kind,
            host,
            addresses: vec![IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25))],
            domains,
            logins,
            internal,
            auth,
            certificate,
            key,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_policy_says_what_was_answered_or_why_it_cannot(answers in answers()) {
        let text = match text::policy(&answers) {
            Ok(text) => text,
            Err(failure) => {
                prop_assert!(matches!(&failure, Failure::Unable(why) if !why.is_empty()));
                return Ok(());
            }
        };
        let mut told = Diagnostics::new();
        let source = Source::new("policy.kdl", text);
        let beside = BTreeMap::<String, Arc<Source>>::new();
        let Ok(policy) = load(&source, &beside, &mut told) else {
            prop_assert!(told.errors() > 0);
            let errors = told.sorted().into_iter().filter(|one| is_error(one.as_ref()));
            for one in errors {
                let shown = render(one.as_ref(), Style::PLAIN);
                prop_assert!(shown.contains("policy.kdl:"), "{shown}");
            }
            return Ok(());
        };
        let host = Domain::parse(&answers.host);
        prop_assert_eq!(Ok(&policy.host.name.value), host.as_ref());
        let tls = policy.host.tls.as_ref().expect("it was answered");
        prop_assert_eq!(&tls.certificate.value, &answers.certificate);
        prop_assert_eq!(&tls.key.value, &answers.key);
        let domains: Result<Vec<Domain>, _> =
            answers.domains.iter().map(|domain| Domain::parse(domain)).collect();
        let mut domains = domains.expect("the policy takes them");
        domains.sort();
        let said: Vec<&Domain> = policy.domains.keys().collect();
        prop_assert_eq!(said, domains.iter().collect::<Vec<_>>());
        prop_assert_eq!(policy.networks.len(), usize::from(!answers.internal.is_empty()));
    }
}
