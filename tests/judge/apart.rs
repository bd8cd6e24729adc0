//! The comparison of the two real MTAs, judged: where they are made to differ it says so, and where
//! nothing was compared too.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};

use crate::alike::Alike;
use crate::both::Both;
use crate::policies;
use crate::real::ToData;
use crate::verdicts::combinations;

/// One in so many envelopes is asked.
const EVERY: usize = 4;
const MAIN: &str = "etc/exim4/exim4.conf";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("made to differ: a wider network on one", wider),
        Trial::test(
            "made to differ: deferred on one, refused on the other",
            harder,
        ),
        Trial::test("made to differ: nothing was compared", nothing),
    ]
}

fn the_does() -> Result<Both, Failed> {
    let cases = policies::all();
    let doe = cases.iter().find(|case| case.name == "examples/doe");
    let doe = doe.ok_or("there is no examples/doe")?;
    Both::of(|| doe.load())
}

/// Compares the Doe family's Postfix with an Exim of which a file was changed.
fn compare(old: &str, new: &str) -> Result<Vec<String>, Failed> {
    let mut both = the_does()?;
    let (_, asked) = both.asked(0);
    let asked: Vec<_> = asked.into_iter().step_by(EVERY).collect();
    let before = both.exim.text(MAIN)?;
    let after = before.replace(old, new);
    if before == after {
        return Err(format!("{MAIN} has no {old:?}").into());
    }
    both.exim.replace(&[(MAIN, after)])?;
    let [one, other] = both.ask(&asked, ToData::Some)?;
    let found = Alike::of(&both.postfix.policy, &asked, &one, &other)?;
    if found.verdict(&BTreeSet::new(), "made to differ").is_ok() || found.apart.is_empty() {
        return Err("they were made to differ, and nobody saw it".into());
    }
    Ok(found.apart)
}

/// Fails unless all of these hold some words.
fn all_hold(apart: &[String], words: &[&str]) -> Result<(), Failed> {
    let mut others = apart
        .iter()
        .filter(|one| !words.iter().all(|word| one.contains(word)));
    match others.next() {
        Some(other) => Err(format!("they differ elsewhere: {other}").into()),
        None => Ok(()),
    }
}

fn wider() -> Result<(), Failed> {
    let apart = compare(
        "internal = <; 192.168.0.0/24",
        "internal = <; 192.168.0.0/23",
    )?;
    all_hold(&apart, &["client 192.168.1."])
}

fn harder() -> Result<(), Failed> {
    let old = "  defer message   = 451 4.7.24 spf";
    let apart = compare(old, "  deny  message   = 550 5.7.24 spf")?;
    all_hold(&apart, &["temperror", " 451 4.7.24", " 550 5.7.24"])
}

fn nothing() -> Result<(), Failed> {
    let both = the_does()?;
    let (classes, _) = both.asked(0);
    let policy = &both.postfix.policy;
    let none = Alike::of(policy, &[], &[], &[])?;
    let wanted = combinations(policy, &classes)?;
    let is_seen = Alike::of(policy, &classes, &[], &[]).is_err()
        && none.verdict(&wanted, "nothing").is_err()
        && none.verdict(&BTreeSet::new(), "nothing").is_err();
    if is_seen {
        return Ok(());
    }
    Err("nothing was compared, and nobody saw it".into())
}
