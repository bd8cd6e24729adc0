//! Files of patterns: regexp_table(5).

use super::{Emission, address, clients, no_recipients, recipients, restriction, table};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::Address;
use crate::policy::Policy;
use crate::target::postfix::lexical::{Comment, Word};
use crate::target::postfix::view::{CommandFilter, HeaderChecks};
use crate::target::render::render;

/// What becomes of commands before smtpd(8) sees them.
pub(super) fn command_filter(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let view = CommandFilter {
        policy: emission.policy_name(),
        postmaster: address(
            &emission.postmaster.value,
            &emission.postmaster.at,
            diagnostics,
        )?,
        postmaster_line: Comment::line(&emission.postmaster.at),
        origin: Word::domain(&emission.origin),
        origin_pattern: emission.origin.as_str().replace('.', "\\."),
        renamed: renamed(emission, diagnostics)?,
    };
    let text = render(view, diagnostics)?;
    emission.add("command-filter", text);
    Ok(())
}

/// Returns what becomes of `mailer-daemon` at the origin, where that is asked for.
fn renamed(emission: &Emission<'_>, diagnostics: &mut Diagnostics) -> Result<Vec<Word>, Reported> {
    let to = Address::new("unlisted-mailer-daemon", emission.origin.clone());
    let wanted = asks_senders(emission.policy).then_some(&to);
    let words = wanted
        .into_iter()
        .map(|to| address(to, &emission.postmaster.at, diagnostics));
    words.collect()
}

/// Returns whether copies or routes depend on who sends.
pub(super) fn asks_senders(policy: &Policy) -> bool {
    !policy.outbound.from.is_empty() || !policy.archive.from.is_empty()
}

/// The headers that are taken out, if local(8) delivers.
pub(super) fn header_checks(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    if recipients::has_accounts(emission) {
        let view = HeaderChecks {
            policy: emission.policy_name(),
            delivery_pattern: emission.delivery.as_str().replace('.', "\\."),
        };
        let text = render(view, diagnostics)?;
        emission.add("header-checks", text);
    }
    Ok(())
}

/// The tables of one pattern each, and the empty one.
pub(super) fn tables(
    emission: &mut Emission<'_>,
    catch_all: bool,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let about = "Address literals, which are nobody's address here (regexp_table(5)).";
    let line = restriction::LITERAL;
    table::pattern("address-literals", about, line, emission, diagnostics)?;
    if clients::backup_is_limited(emission.policy) {
        let name = "address-literals-limited";
        table::pattern(
            name,
            about,
            restriction::LIMITED_LITERAL,
            emission,
            diagnostics,
        )?;
    }
    if catch_all {
        let about = "Local-parts that a neighbour could follow elsewhere (regexp_table(5)).";
        let line = restriction::ROUTED;
        table::pattern("routed-local-parts", about, line, emission, diagnostics)?;
    }
    no_recipients(emission, diagnostics)
}
