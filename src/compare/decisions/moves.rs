//! Mail that is accepted as before, and goes elsewhere.

mod places;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use super::identity::{Identity, Subject};
use super::merge::{Leaves, Piece, join};
use super::sentences::replayed;
use super::words::{LITERALS, Lists, Words, foreign_recipients, list, named};
use super::{Between, Change, Kind};
use crate::decision::Envelope;
use crate::mail::{Address, Path, PathForm};
use places::Place;
use together::{Way, together};

use crate::prove::{
    Addresses, Contrast, CopyAt, Counterexample, Facet, InDomain, Region, Sets, abroad, copies,
    shrink,
};

/// Places that mail no longer goes to, and those that it goes to now.
type Shift = (BTreeSet<Place>, BTreeSet<Place>);

/// Recipients whose mail goes elsewhere in the same way.
#[derive(Debug, Clone, Default)]
struct Shifted<'c> {
    /// By local-part and domain.
    addresses: BTreeSet<(Option<&'c str>, InDomain<'c>)>,
    /// Recipients that are no such address, by how they are written.
    forms: BTreeSet<PathForm>,
    /// Of whose mail.
    regions: Vec<Region>,
    envelope: Option<Envelope>,
}

/// Returns a sentence for each way in which mail goes elsewhere.
pub(super) fn moved(
    contrast: &Contrast<'_, '_>,
    leaves: &Leaves,
    between: &Between,
    sets: &mut Sets,
) -> Vec<Change> {
    let of_kind = leaves
        .differing
        .iter()
        .filter(|((pair, _), _)| Kind::of(pair) == Some(Kind::Moved));
    let pieces: Vec<Piece> = of_kind.flat_map(|(_, pieces)| pieces.clone()).collect();
    if pieces.is_empty() {
        return Vec::new();
    }
    let region = sets.hull(pieces.iter().map(|piece| &piece.region));
    let envelopes = pieces
        .iter()
        .map(|one| one.envelopes)
        .fold(0, u128::saturating_add);
    let differing: Vec<_> = pieces.iter().map(|piece| piece.region).collect();
    let parts: Vec<(Region, Envelope)> = pieces
        .iter()
        .flat_map(|piece| by_senders(contrast, piece, sets))
        .collect();
    let shifts = shifts(contrast, &pieces, &parts, sets);
    let whose = whose(contrast, &shifts, sets);
    let whole = join(region, pieces);
    let all = Moved {
        region,
        differing,
        envelopes,
    };
    let change = |sentence, said, witness| all.change(contrast, sets, sentence, said, witness);
    if shifts.is_empty() {
        let (whom, lists) = Words::concerned(contrast, &region, sets);
        let text =
            format!("mail may go elsewhere, but no envelope was found that shows it: {whom}");
        let witness = replayed(contrast, Kind::Moved, &whole, &all.differing, sets);
        return vec![Change {
            lists,
            ..change(text, Default::default(), witness)
        }];
    }
    let ways = shifts.into_iter().zip(whose);
    let ways = ways.map(|((shift, shifted), whose)| Way::of(shift, shifted, whose));
    let mut changes = Vec::new();
    for way in together(ways.collect()) {
        let lists = Lists::default();
        let words = Words {
            contrast,
            sets,
            lists: &lists,
        };
        let names = way.shifted.names_from(way.whose.as_ref(), &words);
        let [from, to] = way.places(&words);
        let sentence = between.moves(&names, from.as_deref(), to.as_deref());
        let witness = way.shifted.envelope.as_ref().map(|envelope| {
            let same = |other: &Envelope| {
                let shift = shift(contrast, other);
                other.to == envelope.to && shift.as_ref() == way.shifts.keys().next()
            };
            contrast.dialogue(&shrink(envelope, &same))
        });
        let (widens, narrows) = (to.is_some(), from.is_some());
        let said = [from, to].map(Option::unwrap_or_default);
        changes.push(Change {
            widens,
            narrows,
            lists: lists.of(&[&sentence]),
            ..change(sentence, said, witness)
        });
    }
    changes
}

/// All envelopes whose mail goes elsewhere.
struct Moved {
    region: Region,
    differing: Vec<Region>,
    envelopes: u128,
}

impl Moved {
    /// Returns a change of them.
    fn change(
        &self,
        contrast: &Contrast<'_, '_>,
        sets: &Sets,
        sentence: String,
        [before, after]: [String; 2],
        witness: Option<Counterexample>,
    ) -> Change {
        let subject = Subject {
            kind: Kind::Moved,
            named: self.region,
            witness: witness.as_ref(),
        };
        Change {
            identity: Identity::of(contrast, subject, sets),
            kind: Kind::Moved,
            sentence,
            before,
            after,
            envelopes: self.envelopes,
            differing: self.differing.clone(),
            named: self.region,
            whole: false,
            accepted: [true, true],
            witness,
            widens: true,
            narrows: true,
            lists: Vec::new(),
            stated: None,
            on: Vec::new(),
        }
    }
}

/// Returns of whose mail each shift is, where senders have a say.
fn whose(
    contrast: &Contrast<'_, '_>,
    shifts: &BTreeMap<Shift, Shifted<'_>>,
    sets: &mut Sets,
) -> Vec<Option<Region>> {
    let by_sender = contrast.leads_by_sender();
    let all = shifts.values().map(|shifted| {
        let regions = shifted.regions.iter();
        by_sender.then(|| sets.hull(regions))
    });
    all.collect()
}

impl Shifted<'_> {
    /// Returns the names of the recipients, and of whose mail it is about.
    fn names_from(&self, whose: Option<&Region>, words: &Words<'_, '_, '_>) -> String {
        let names = self.names(words);
        let senders = whose.map(|region| words.senders(region));
        match senders.filter(|senders| !senders.is_empty()) {
            Some(senders) => format!("{names}, {senders},"),
            None => names,
        }
    }

    /// Returns the names of the recipients, each by itself.
    fn each_name(&self, words: &Words<'_, '_, '_>) -> Vec<String> {
        let is_one = |one: &Addresses<'_>| self.addresses.contains(&(one.local, one.domain));
        let which = (Facet::Recipient, foreign_recipients(true));
        let (names, _) = named(words, which, &is_one).each();
        if names.is_empty() {
            return vec![self.names(words)];
        }
        names
    }

    /// Returns the names of the recipients. Other spellings are named only where there is nothing
    /// else.
    fn names(&self, words: &Words<'_, '_, '_>) -> String {
        let is_one = |one: &Addresses<'_>| self.addresses.contains(&(one.local, one.domain));
        let literals = self.forms.contains(&PathForm::Literal);
        let which = (Facet::Recipient, foreign_recipients(literals));
        let named = named(words, which, &is_one);
        let mut more = Vec::new();
        if literals && !named.is_empty() && !named.has_most_foreign() {
            more.push(LITERALS.to_owned());
        }
        if self.forms.contains(&PathForm::BarePostmaster) {
            more.push("postmaster without a domain".to_owned());
        }
        if named.is_empty() && more.is_empty() {
            let forms: Vec<String> = self.forms.iter().map(ToString::to_string).collect();
            return format!("recipients written {}", list(&forms, "or"));
        }
        named.told(words.lists, more, "and")
    }

    /// Returns the domain of all recipients, if it is one that somebody names.
    fn domain(&self) -> Option<&str> {
        let mut domains = self.addresses.iter().map(|(_, domain)| *domain);
        let first = domains.next()?;
        let same = domains.all(|one| one == first);
        if let InDomain::Of(name) = first
            && same
            && !self.forms.contains(&PathForm::Literal)
        {
            Some(name)
        } else {
            None
        }
    }
}

/// Returns how the mail of an envelope goes elsewhere; nothing if it does not.
fn shift(contrast: &Contrast<'_, '_>, envelope: &Envelope) -> Option<Shift> {
    let (pair, ends) = contrast.concretely(envelope)?;
    let own = abroad(&envelope.to);
    let [from, to] = ends.each_ref().map(|ends| copies(ends));
    let more = |these: &BTreeMap<CopyAt<'_>, usize>, others: &BTreeMap<CopyAt<'_>, usize>| {
        let count = |at| others.get(at).copied().unwrap_or_default();
        let more = these.iter().filter(|(at, copies)| **copies > count(at));
        let places = more.map(|(at, _)| {
            let place = match at {
                CopyAt::Account(login) => Place::Account((*login).to_owned()),
                CopyAt::At(end) if **end == own => Place::Own,
                CopyAt::At(end) => Place::At((*end).clone()),
            };
            if count(at) > 0 {
                Place::Again(Box::new(place))
            } else {
                place
            }
        });
        places.collect::<BTreeSet<Place>>()
    };
    pair.moved.then(|| (more(&from, &to), more(&to, &from)))
}

/// Follows the mail of every recipient that some piece names, by a member of the piece.
fn shifts<'c>(
    contrast: &'c Contrast<'_, '_>,
    pieces: &[Piece],
    parts: &[(Region, Envelope)],
    sets: &Sets,
) -> BTreeMap<Shift, Shifted<'c>> {
    let addresses = addresses(contrast, pieces, sets);
    let by_sender = contrast.leads_by_sender();
    let mut shifts: BTreeMap<Shift, Shifted<'c>> = BTreeMap::new();
    let mut seen: BTreeSet<(PathForm, u32, usize, u32)> = BTreeSet::new();
    for (region, witness) in parts {
        // Where senders have a say, the same recipient's mail may move in several ways.
        let senders = region.get(Facet::Sender);
        let senders = if by_sender { senders } else { 0 };
        for member in sets.of(Facet::Recipient, region).iter() {
            let path = contrast.path(Facet::Recipient, *member);
            let Some(form) = path.forms.first().copied() else {
                continue;
            };
            let plain = form == PathForm::Plain;
            let all = addresses.get(&path.address).into_iter().flatten();
            // In other spellings one address is as good as another: none of them is named.
            let all = all.take(if plain { usize::MAX } else { 1 });
            for (number, one) in all.enumerate() {
                if seen.contains(&(form, path.address, number, senders)) {
                    continue;
                }
                let envelope = Envelope {
                    to: Path::spell(form, &one.example(), &[]),
                    ..witness.clone()
                };
                let Some(shift) = shift(contrast, &envelope) else {
                    continue;
                };
                seen.insert((form, path.address, number, senders));
                let shifted = shifts.entry(shift).or_default();
                if shifted.regions.last() != Some(region) {
                    shifted.regions.push(*region);
                }
                if plain && shifted.addresses.is_empty() || shifted.envelope.is_none() {
                    shifted.envelope = Some(envelope);
                }
                if plain {
                    shifted.addresses.insert((one.local, one.domain));
                } else {
                    shifted.forms.insert(form);
                }
            }
        }
    }
    shifts
}

/// Returns the addresses of the classes that pieces name, by class.
fn addresses<'c>(
    contrast: &'c Contrast<'_, '_>,
    pieces: &[Piece],
    sets: &Sets,
) -> BTreeMap<u32, Vec<Addresses<'c>>> {
    let mut classes: BTreeMap<u32, Vec<Addresses<'c>>> = BTreeMap::new();
    let recipients: BTreeSet<u32> = pieces
        .iter()
        .map(|piece| piece.region.get(Facet::Recipient))
        .collect();
    for number in recipients {
        for member in sets.members(Facet::Recipient, number).iter() {
            let class = contrast.path(Facet::Recipient, *member).address;
            classes.entry(class).or_default();
        }
    }
    contrast.each_address(Facet::Recipient, &mut |one| {
        if let Some(all) = classes.get_mut(&one.class) {
            all.push(one);
        }
    });
    classes
}

/// Divides a piece by the senders whose mail goes elsewhere in the same way; each part with a
/// member of it.
fn by_senders(
    contrast: &Contrast<'_, '_>,
    piece: &Piece,
    sets: &mut Sets,
) -> Vec<(Region, Envelope)> {
    let Some(witness) = piece.witnesses.first() else {
        return Vec::new();
    };
    let whole = vec![(piece.region, witness.clone())];
    if !contrast.leads_by_sender() {
        return whole;
    }
    let mut examples: BTreeMap<u32, Address> = BTreeMap::new();
    contrast.each_address(Facet::Sender, &mut |one| {
        examples.entry(one.class).or_insert_with(|| one.example());
    });
    let mut groups: BTreeMap<Shift, (Vec<u32>, Envelope)> = BTreeMap::new();
    for member in sets.of(Facet::Sender, &piece.region).iter() {
        let path = contrast.path(Facet::Sender, *member);
        let example = examples.get(&path.address);
        let Some((form, address)) = path.forms.first().zip(example) else {
            continue;
        };
        let envelope = Envelope {
            from: Path::spell(*form, address, &[]),
            ..witness.clone()
        };
        if let Some(shift) = shift(contrast, &envelope) {
            let (members, _) = groups.entry(shift).or_insert((Vec::new(), envelope));
            members.push(*member);
        }
    }
    if groups.is_empty() {
        return whole;
    }
    let groups = groups.into_values().map(|(members, envelope)| {
        let senders = sets.intern(Facet::Sender, &members);
        (piece.region.with(Facet::Sender, senders), envelope)
    });
    groups.collect()
}
