//! Sentences in the making: pieces that are told together.

use super::causes::Causes;
use super::merge::{Meets, Piece};
use super::replies::Replies;
use crate::prove::{Contrast, Facet, Region, Sets};

/// What a sentence is made of.
pub(super) struct Draft {
    pub(super) named: Region,
    pub(super) differing: Vec<Piece>,
    pub(super) replies: Replies,
    pub(super) abroad: bool,
    pub(super) holds: Holds,
}

/// Whether a sentence holds for all that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// It does.
    All,
    /// It names recipients that are now what they were not, or no longer what they were, and
    /// speaks of whoever may send to such; but of what is lost, not to what they are now.
    NewRecipients(Such, Option<Such>),
    /// It names the clients of many networks, and not what these are granted.
    ButGrants,
}

/// What recipients are where mail for them is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Such {
    Listed,
    Foreign,
}

impl Such {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Foreign => "foreign",
        }
    }
}

/// Puts pieces into sentences: those that share their cause, if nothing that the sentence then
/// names is decided the contrary way.
pub(super) fn drafts(
    contrast: &Contrast<'_, '_>,
    pieces: Vec<Draft>,
    contrary: &Meets<'_>,
    sets: &mut Sets,
) -> Vec<Draft> {
    let causes = Causes::new(contrast);
    let mut drafts: Vec<(Draft, Clear)> = Vec::new();
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        let mut home = None;
        for (number, (draft, clear)) in drafts.iter_mut().enumerate() {
            if draft.holds != Holds::All || piece.holds != Holds::All {
                continue;
            }
            if draft.abroad != piece.abroad || !causes.shared(&draft.named, &piece.named, sets) {
                continue;
            }
            let hull = sets.hull([&draft.named, &piece.named]);
            if !clear.holds(&hull, sets) {
                if contrary.any(contrast, &hull, sets) {
                    continue;
                }
                let more = pieces.as_slice().iter();
                let more = more.filter(|more| more.abroad == piece.abroad);
                let more = more.filter(|more| causes.shared(&hull, &more.named, sets));
                let more: Vec<Region> = more.map(|more| more.named).collect();
                clear.widen(contrast, (&hull, &more), contrary, sets);
            }
            home = Some((number, hull));
            break;
        }
        match home.and_then(|(number, hull)| Some((drafts.get_mut(number)?, hull))) {
            Some(((draft, _), hull)) => {
                draft.named = hull;
                draft.differing.extend(piece.differing);
                draft.replies.add(piece.replies);
            }
            None => drafts.push((piece, Clear::default())),
        }
    }
    drafts.into_iter().map(|(draft, _)| draft).collect()
}

/// A region in which nothing is decided the contrary way. What lies in it need not be looked
/// through again: thousands of networks make as many pieces, which are told in one sentence.
#[derive(Default)]
struct Clear(Option<Region>);

/// With fewer pieces to come, looking ahead gains nothing.
const AHEAD_MIN: usize = 8;

impl Clear {
    fn holds(&self, region: &Region, sets: &Sets) -> bool {
        self.0.is_some_and(|clear| sets.contains(&clear, region))
    }

    /// Finds a region that holds as many of the next pieces as can be: all, the first half, or the
    /// first half of that.
    fn widen(
        &mut self,
        contrast: &Contrast<'_, '_>,
        (hull, more): (&Region, &[Region]),
        contrary: &Meets<'_>,
        sets: &mut Sets,
    ) {
        let mut count = more.len();
        while count >= AHEAD_MIN {
            let ahead = more.iter().take(count);
            let wide = sets.hull(std::iter::once(hull).chain(ahead));
            if !contrary.any(contrast, &wide, sets) {
                self.0 = Some(wide);
                return;
            }
            count /= 2;
        }
    }
}

/// Puts sentences together that differ in one facet only: what is named then is what they named.
pub(super) fn joined(mut drafts: Vec<Draft>, sets: &mut Sets) -> Vec<Draft> {
    loop {
        let before = drafts.len();
        for facet in Facet::ALL {
            let mut all: Vec<Draft> = Vec::new();
            for draft in drafts {
                let same = |other: &&mut Draft| {
                    let twins = other.named.with(facet, 0) == draft.named.with(facet, 0);
                    let whole = [other.holds, draft.holds] == [Holds::All; 2];
                    twins && whole && other.abroad == draft.abroad
                };
                match all.iter_mut().find(same) {
                    Some(other) => {
                        other.named = sets.hull([&other.named, &draft.named]);
                        other.differing.extend(draft.differing);
                        other.replies.add(draft.replies);
                    }
                    None => all.push(draft),
                }
            }
            drafts = all;
        }
        if drafts.len() == before {
            return drafts;
        }
    }
}
