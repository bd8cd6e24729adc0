//! Answers, such as there are and such as nobody gives.

use proptest::prelude::*;

use super::{Asked, address, domain, domain_of, each, host_name, login, prefix};

/// What an answer makes of words, and what it says of those that it does not take.
fn answered<T>(read: fn(&str) -> Result<T, String>, answer: &str) -> Option<Vec<T>> {
    match each(read)(answer) {
        Ok(all) => Some(all),
        Err(why) => {
            assert!(!why.is_empty());
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_answer_is_taken_as_it_is_or_refused_with_words(
        answer in "(\\PC|[a-z0-9.:/,;\"\\\\ \\x00-\\x1f]){0,40}",
    ) {
        for read in [host_name, domain, login, prefix] {
            let words = answer.split(|c: char| c.is_whitespace() || c == ',');
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            prop_assert!(answered(read, &answer).is_none_or(|taken| taken == words));
        }
        for taken in answered(address, &answer).into_iter().flatten() {
            prop_assert_eq!(address(&taken.to_string()), Ok(taken));
        }
        let own = domain_of(&answer);
        prop_assert!(answer.ends_with(own));
    }

    #[test]
    fn what_was_answered_is_kept_or_asked_for_again(
        answers in prop::collection::vec("[a-z. ,\"]{0,12}", 0..4),
        refused in prop::collection::vec("(\\PC){0,12}", 0..3),
    ) {
        let flags = ["--host", "--address", "--domain", "--login"];
        let all: std::collections::BTreeMap<_, _> = flags.into_iter().zip(answers).collect();
        let mut asked = Asked { kept: all.clone(), ..Asked::default() };
        let is_any = asked.again(&refused);
        prop_assert_eq!(is_any, !all.is_empty());
        prop_assert_eq!(is_any, !asked.refused.is_empty());
        let mut both = asked.kept;
        both.extend(asked.refused);
        prop_assert_eq!(both, all);
    }
}

#[test]
fn what_is_refused_is_asked_for_again_and_nothing_else() {
    let answers = [("--host", "mx.example.org"), ("--login", "ann root")];
    let asked = || Asked {
        kept: answers
            .map(|(flag, answer)| (flag, answer.to_owned()))
            .into(),
        ..Asked::default()
    };
    let again = |refused: &str| {
        let mut asked = asked();
        assert!(asked.again(&[refused.to_owned()]));
        let flags = |all: &std::collections::BTreeMap<&'static str, String>| {
            all.keys().copied().collect::<Vec<_>>()
        };
        (flags(&asked.kept), flags(&asked.refused))
    };
    assert_eq!(again("login=\"root\""), (vec!["--host"], vec!["--login"]));
    // Nothing says which it is: all are asked for.
    assert_eq!(again(""), (vec![], vec!["--host", "--login"]));
    assert!(!Asked::default().again(&[]));
}

#[test]
fn a_host_is_in_its_domain() {
    for (host, domain) in [
        ("mx.example.org", "example.org"),
        ("example.org", "example.org"),
        ("mx.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("mx", "mx"),
    ] {
        assert_eq!(domain_of(host), domain);
    }
}
