//! What a change does to mail that is made on the host itself, where both sides let no other in.

use super::{Between, Change, Decisions, Kind};
use crate::decision::{HostMail, Written, place};
use crate::prove::{Apart, compared};

/// Adds the sentences, at most one for recipients and one for senders: no envelope shows them.
pub(super) fn add(decisions: &mut Decisions, sides: [Option<&dyn HostMail>; 2]) {
    let (before, after) = match (sides, &decisions.between) {
        ([Some(before), Some(after)], _) => (before, after),
        ([None, Some(after)], Between::Nothing) => return decisions.changes.push(new(after)),
        _ => return,
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

/// Returns the sentence about a host that lets out what is made on it, and was none before.
fn new(made: &dyn HostMail) -> Change {
    let root = Written {
        local: "root".to_owned(),
        domain: None,
    };
    let to: Vec<String> = made.destinations(&root).iter().map(place).collect();
    let sentence = format!(
        "programs on the host itself may now send; mail for {root} goes {}",
        to.join("; ")
    );
    let sides = ["there was no policy".to_owned(), "accepted".to_owned()];
    Change {
        accepted: [false, true],
        widens: true,
        narrows: false,
        ..change(Kind::Gained, sentence, sides)
    }
}

fn change(kind: Kind, sentence: String, sides: [String; 2]) -> Change {
    let moves = kind == Kind::Moved;
    Change {
        widens: moves,
        narrows: moves,
        ..Change::of_no_envelope(kind, sentence, sides)
    }
}
