//! What a change does to mail that is made on the host itself, where both sides let no other in.

use super::{Change, Decisions, Kind};
use crate::decision::HostMail;
use crate::prove::{Apart, Region, compared};

/// Adds the sentences, at most one for recipients and one for senders: no envelope shows them.
pub(super) fn add(decisions: &mut Decisions, sides: [Option<&dyn HostMail>; 2]) {
    let [Some(before), Some(after)] = sides else {
        return;
    };
    let compared = compared(before, after);
    if let Some(Apart { written, sides }) = compared.recipient {
        let names = format!("{written}, made on the host itself,");
        let [from, to] = &sides;
        let sentence = decisions.between.moves(&names, Some(from), Some(to));
        let change = change(Kind::Moved, sentence, sides);
        decisions.changes.push(change);
    }
    if let Some(Apart { written, sides }) = compared.sender {
        let sentence =
            format!("mail from {written}, made on the host itself, leaves under another address");
        let change = change(Kind::Otherwise, sentence, sides);
        decisions.changes.push(change);
    }
    decisions.changes.sort_by_key(|change| change.kind);
}

fn change(kind: Kind, sentence: String, [before, after]: [String; 2]) -> Change {
    let moves = kind == Kind::Moved;
    Change {
        kind,
        sentence,
        before,
        after,
        envelopes: 0,
        differing: Vec::new(),
        named: Region::default(),
        whole: true,
        accepted: [true, true],
        witness: None,
        widens: moves,
        narrows: moves,
    }
}
