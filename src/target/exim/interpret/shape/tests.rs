//! The shapes of values.

use super::*;
use crate::source::{Loc, Source};

fn fault(shape: Shape, value: &str) -> Option<&'static str> {
    let at = Loc::new(&Source::new("t", ""), 0, 0);
    let setting = Setting {
        name: "x".to_owned(),
        value: Some(Text::made(value, &at)),
        quoted: false,
        negated: false,
        at,
    };
    shape.fault(&setting)
}

#[test]
fn values_are_of_their_type() {
    const WORDS: Shape = Shape::Words(&["bydns", "byaddr"]);
    const SELECTORS: Shape = Shape::Selectors(&["pid", "all"]);
    for (shape, good, bad) in [
        (Shape::Text, vec!["", "x"], vec![]),
        (Shape::Switch, vec!["yes", "False"], vec!["", "on", "1"]),
        (
            Shape::Number(1, 2048),
            vec!["1", "2k"],
            vec!["0", "3k", "abc", "-1", "0x1", "", "1x"],
        ),
        (
            Shape::Space(10 << 20),
            vec!["0", "10240", "10M"],
            vec!["10241", "11M", "x"],
        ),
        (
            Shape::Limit(100),
            vec!["0", "100"],
            vec!["99", "99999999999999"],
        ),
        (
            Shape::Time(60, 120),
            vec!["60s", "1m30s"],
            vec!["59s", "3m", "1m2", "x", "", "2"],
        ),
        (
            Shape::Timeout(60, 600),
            vec!["0s", "5m"],
            vec!["1s", "s", "11m"],
        ),
        (
            Shape::Load(1),
            vec!["1", "2.5"],
            vec!["0.9", "x", "-1", "+2", "536870912", "2000001"],
        ),
        (
            Shape::Octal,
            vec!["0600", "7"],
            vec!["8", "", "x", "060000"],
        ),
        (
            Shape::Accounts,
            vec!["", "root : mail"],
            vec!["nosuch", "root : x"],
        ),
        (Shape::Path, vec!["", "/run/x"], vec!["x"]),
        (
            Shape::Digits(2, 16),
            vec!["0", "2", "16"],
            vec!["", "1", "17", "0k", "2k", "02", "+2"],
        ),
        (
            Shape::Account,
            vec!["mail"],
            vec!["", "mail : news", "nogroup"],
        ),
        (Shape::Off("no"), vec!["false", "No"], vec!["true", "", "1"]),
        (Shape::Word(&["a"]), vec!["a"], vec!["", "a : a"]),
        (WORDS, vec!["bydns : byaddr", ""], vec!["x"]),
        (SELECTORS, vec!["", "+pid -all"], vec!["+x", "pid"]),
        (Shape::Ciphers, vec!["NORMAL"], vec!["x"]),
        (Shape::Nothing("no"), vec![""], vec!["x"]),
    ] {
        for value in good {
            assert_eq!(fault(shape, value), None, "{shape:?} {value}");
        }
        for value in bad {
            assert!(fault(shape, value).is_some(), "{shape:?} {value}");
        }
    }
}
