//! Raw text: what the files decide in which it stands is no longer what the policy says. So of two
//! policies these files are compared, too, whatever target a tree is built for.

use mailpol::compare::{self, Between, Decisions, FilesOf};
use mailpol::compile;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::Party;
use mailpol::target::{TARGETS, Target};

use super::files::{Files, PlacesOf, TIMES, compared};
use crate::cli::Failure;

/// Returns the targets for which either policy has raw text: those that are named, if some are,
/// and the others.
pub(super) fn targets(
    policies: [&Policy; 2],
    named: Option<&[&'static dyn Target]>,
) -> [Vec<&'static dyn Target>; 2] {
    let has_raw = |target: &&'static dyn Target| {
        let mut each = policies.into_iter();
        each.any(|policy| compile::has_raw(policy, *target))
    };
    let is_named = |target: &&'static dyn Target| {
        named.is_none_or(|named| named.iter().any(|one| one.name() == target.name()))
    };
    let all = TARGETS.iter().copied().filter(has_raw);
    let (these, others) = all.partition(is_named);
    [these, others]
}

/// Returns what is to be said of the targets that `--target` leaves out.
pub(super) fn left_out(others: &[&'static dyn Target]) -> Option<String> {
    let names: Vec<&str> = others.iter().map(|target| target.name()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "What the raw text for {} does is not compared: `--target` leaves it out.",
            names.join(" and ")
        )
    })
}

/// Returns what is to be said of a target whose files were compared.
pub(super) fn told(files: &FilesOf) -> String {
    let target = &files.target;
    if files.as_policies {
        return format!(
            "There is raw text for {target}: its files decide as the policies do, and what they \
             set beside was compared, too."
        );
    }
    format!(
        "There is raw text for {target}, by which its files decide otherwise than the policies: \
         what they decide was compared, too."
    )
}

/// Adds what the files of these targets decide that two policies make, where it is more than the
/// policies themselves say. Of one target those of the second may be proved already: who asked
/// whether a tree is what the policy makes has waited for that once.
pub(super) fn add(
    mut decisions: Decisions,
    policies: [&Policy; 2],
    (targets, proved): (&[&'static dyn Target], Option<&str>),
    diagnostics: &mut Diagnostics,
) -> Result<Decisions, Failure> {
    for target in targets {
        let is_proved = proved == Some(target.name());
        of_files(&mut decisions, policies, (*target, is_proved), diagnostics)?;
    }
    Ok(decisions)
}

/// Adds what the files of a target decide. Where they are proved to decide as the policies do,
/// these were compared already, and what no envelope shows is left.
fn of_files(
    decisions: &mut Decisions,
    policies: [&Policy; 2],
    (target, is_proved): (&dyn Target, bool),
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let [one, other] = policies;
    let (after, is_proved) = if is_proved {
        (compile::read(other, target, None, diagnostics)?, true)
    } else {
        compile::read_and_prove(other, target, diagnostics)?
    };
    // If it is the old one that has errors, this may be what mends them.
    let before = compile::read_and_prove(one, target, &mut Diagnostics::new()).ok();
    let before = before.filter(|_| decisions.between != Between::Nothing);
    let side = |policy, reading| Files {
        policy,
        target: target.name(),
        reading,
        places: PlacesOf::Policy,
    };
    let new = [side(other, &after); 2];
    let found = match &before {
        Some((before, true)) if is_proved => {
            let sides = [side(one, before), side(other, &after)];
            let settings = |one: Party<'_>, other: Party<'_>| Ok(compare::settings(one, other));
            let settings = compared(sides, TIMES, settings)?;
            decisions.add_files(target.name(), true, settings);
            return Ok(());
        }
        Some((before, _)) => {
            let sides = [side(one, before), side(other, &after)];
            compared(sides, TIMES, compare::decisions)
        }
        None if is_proved && decisions.between == Between::Nothing => {
            decisions.add_files(target.name(), true, Vec::new());
            return Ok(());
        }
        None => compared(new, TIMES, compare::decisions_of_new),
    }?;
    decisions.add_files(target.name(), false, found.changes);
    Ok(())
}
