//! What a network is not granted, it is refused.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// A stranger in a refused network is not accepted, whatever the paths are; if the network may hand
/// over our mail, only for recipients in our domains.
///
/// SOUNDNESS: neither path is asked but for what may be handed over, so every other form is
/// refused.
pub(in crate::prove) struct RefusedNetworkIsRefused;

impl Obligation for RefusedNetworkIsRefused {
    fn name(&self) -> &'static str {
        "refused-network-is-refused"
    }

    fn sentence(&self) -> &'static str {
        "a network whose strangers are refused gets nothing accepted but what it may hand over"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let network = asked.network()?;
        let concerned =
            network.refuse && asked.stranger()? && !(network.may_hand_over && asked.local()?);
        Ok(super::refused_if(concerned, outcome))
    }
}
