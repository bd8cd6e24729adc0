//! What a network is not granted, it is refused.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// In a refused network nothing is accepted that is not granted, whatever the paths are; if the
/// network may hand over our mail, only for recipients in our domains.
///
/// SOUNDNESS: what may be granted or handed over is asked first, and of the rest no path is. So
/// every form of either is refused.
pub(in crate::prove) struct RefusedNetworkIsRefused;

impl Obligation for RefusedNetworkIsRefused {
    fn name(&self) -> &'static str {
        "refused-network-is-refused"
    }

    fn sentence(&self) -> &'static str {
        "a refused network gets nothing accepted but what is granted, and what it may hand over"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let network = asked.network()?;
        let concerned =
            network.refuse && !asked.granted()? && !(network.may_hand_over && asked.local()?);
        Ok(super::refused_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
