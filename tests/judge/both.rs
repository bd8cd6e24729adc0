//! One policy on both real MTAs.

use libtest_mimic::Failed;
use mailpol::decision::Envelope;
use mailpol::policy::Policy;

use crate::alike::Alike;
use crate::pace;
use crate::policies::Case;
use crate::real::{ToData, ask};
use crate::subject::Subject;
use crate::support::job::Mta;
use crate::support::report::Outcome;
use crate::verdicts::{MANY, combinations, held};

/// How many random envelopes a policy is asked about that is neither an example nor about judging.
const FEW: usize = 200;

/// Returns how many random envelopes a policy is asked about.
///
/// `tests/run --long` says how many those get that otherwise get [`MANY`].
fn random(case: &Case) -> usize {
    if !case.name.starts_with("examples/") && !case.name.contains("/judge/") {
        return FEW;
    }
    let long = std::env::var("MAILPOL_LONG").ok();
    long.and_then(|count| count.parse().ok()).unwrap_or(MANY)
}

/// Judges one policy: real Postfix, real Exim, the policy and both readers give one answer.
pub(crate) fn judge(case: &Case) -> Result<(), Failed> {
    let both = Both::of(|| case.load())?;
    let (classes, asked) = both.asked(random(case));
    let wanted = combinations(&both.postfix.policy, &classes)?;
    let to_data = ToData::Some;
    let one = pace::told(case, &both.postfix, &asked, |some| {
        ask(&both.postfix, some, to_data)
    })?;
    let other = pace::told(case, &both.exim, &asked, |some| {
        ask(&both.exim, some, to_data)
    })?;
    held(&both.postfix, &asked, &one)?.verdict(&both.postfix, &wanted, &case.name)?;
    held(&both.exim, &asked, &other)?.verdict(&both.exim, &wanted, &case.name)?;
    let alike = Alike::of(&both.postfix.policy, &asked, &one, &other)?;
    alike.verdict(&wanted, &case.name)
}

/// The files of one policy for both MTAs.
pub(crate) struct Both {
    pub(crate) postfix: Subject,
    pub(crate) exim: Subject,
}

impl Both {
    /// Compiles a policy for both.
    pub(crate) fn of(policy: impl Fn() -> Result<Policy, Failed>) -> Result<Self, Failed> {
        Ok(Self {
            postfix: Subject::of(policy()?, Mta::Postfix)?,
            exim: Subject::of(policy()?, Mta::Exim)?,
        })
    }

    /// Returns members of every class of either proof, and with them all that is asked.
    pub(crate) fn asked(&self, random: usize) -> (Vec<Envelope>, Vec<Envelope>) {
        let mut classes = self.postfix.classes();
        classes.extend(self.exim.classes());
        let asked = self.postfix.asked(&classes, random);
        (classes, asked)
    }

    /// Asks both about the same envelopes.
    pub(crate) fn ask(
        &self,
        asked: &[Envelope],
        to_data: ToData,
    ) -> Result<[Vec<Outcome>; 2], Failed> {
        Ok([
            ask(&self.postfix, asked, to_data)?,
            ask(&self.exim, asked, to_data)?,
        ])
    }
}
