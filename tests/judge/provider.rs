//! A hosting provider's tree on the real MTAs: they answer as policy and reader do, and one
//! recipient costs little, however many there are, since all tables are indexed.

use std::fs;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use mailpol::decision::Envelope;

use crate::envelopes::{random, real};
use crate::policies::Case;
use crate::real::{ToData, ask};
use crate::site::{Size, files};
use crate::subject::Subject;
use crate::support::job::Mta;
use crate::verdicts::held;

/// The variable that says how many domains the provider has; a thousand by default.
const DOMAINS: &str = "MAILPOL_PROVIDER";

/// How many envelopes are asked, and how many of them beforehand, to know what starting costs.
const ENVELOPES: usize = 4_000;
const FEW: usize = 200;

/// What one recipient may cost, with its share of a session.
const MOST: Duration = Duration::from_millis(5);

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |mta: Mta| Trial::test(format!("a provider on {}", mta.name()), move || serve(mta));
    [Mta::Postfix, Mta::Exim].map(trial).into()
}

fn serve(mta: Mta) -> Result<(), Failed> {
    let domains = std::env::var(DOMAINS).ok();
    let domains = domains.map_or(Ok(1_000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let size = Size {
        domains,
        mailboxes: domains * 10,
        networks: domains / 10,
    };
    for (name, text) in files(size)? {
        fs::write(folder.path().join(name), text)?;
    }
    let case = Case {
        name: format!("a provider of {domains} domains"),
        folder: folder.path().to_owned(),
    };
    let subject = Subject::of(case.load()?, mta)?;
    let asked: Vec<Envelope> = random(&subject.policy, 7, ENVELOPES)
        .into_iter()
        .filter_map(|envelope| real(envelope, &subject.policy))
        .collect();
    let few = asked.get(..FEW).ok_or("hardly an envelope can be asked")?;
    let start = Instant::now();
    ask(&subject, few, ToData::Some)?;
    let starting = start.elapsed();
    let start = Instant::now();
    let outcomes = ask(&subject, &asked, ToData::Some)?;
    let whole = start.elapsed();
    let differences = held(&subject, &asked, &outcomes)?;
    if !differences.found.is_empty() {
        return Err(differences.shown().into());
    }
    let answering = whole.checked_sub(starting).filter(|some| !some.is_zero());
    let answering = answering.ok_or("a few envelopes took longer than all: nothing is measured")?;
    let each = answering / u32::try_from(asked.len() - FEW)?;
    println!(
        "{} on {}: {} envelopes, {} microseconds a recipient\n",
        case.name,
        mta.name(),
        asked.len(),
        each.as_micros()
    );
    if each < MOST {
        return Ok(());
    }
    Err(format!("a recipient costs {each:?}, and may cost {MOST:?}").into())
}
