//! Leaves as regions, and by the sets that they are made of. There may be millions; only of those
//! that differ more is kept than the numbers of their sets.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::sets::Pool;
use super::{Contrast, Facet, Region, Sets};
use crate::prove::fork::{Bits, Leaf, Set};
use crate::prove::universe::Axis;

/// A leaf by the numbers of its sets.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// In the order of [`PLAIN`].
    plain: [u32; 6],
    /// The reverse-path: its forms, addresses and relations, by their number among all.
    sender: u32,
    /// The forward-path: its forms and addresses, likewise.
    recipient: u32,
}

/// The sets of outlines.
#[derive(Debug, Default)]
pub struct Outlines {
    /// By axis, and number.
    sets: [Vec<Option<Arc<Set>>>; 10],
    related: Pool,
    /// By which relations are known, and which hold.
    known_related: HashMap<(u64, u64), u32, FxBuildHasher>,
    /// Forms, addresses and relations of reverse-paths.
    senders: Numbered<(u32, u32, u32)>,
    /// Forms and addresses of forward-paths.
    recipients: Numbered<(u32, u32)>,
}

/// Values, each kept once and named by a number.
#[derive(Debug)]
struct Numbered<V> {
    values: Vec<V>,
    numbers: HashMap<V, u32, FxBuildHasher>,
}

impl<V> Default for Numbered<V> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            numbers: HashMap::default(),
        }
    }
}

impl<V: Copy + Eq + Hash> Numbered<V> {
    fn put(&mut self, value: V) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            next
        })
    }

    fn get(&self, number: u32) -> Option<V> {
        self.values.get(number as usize).copied()
    }
}

/// The facets that are one axis each.
const PLAIN: [(Facet, Axis); 6] = [
    (Facet::Client, Axis::Client),
    (Facet::Session, Axis::Session),
    (Facet::Login, Axis::Login),
    (Facet::Helo, Axis::Helo),
    (Facet::SpfFrom, Axis::SpfFrom),
    (Facet::SpfHelo, Axis::SpfHelo),
];

impl Outlines {
    /// Returns the outline of a leaf. All leaves must be of one run.
    pub(super) fn of(&mut self, contrast: &Contrast<'_, '_>, leaf: &Leaf<'_, '_>) -> Outline {
        let known = self.known_related.entry(leaf.state.known_relations());
        let related = &mut self.related;
        let related = *known.or_insert_with(|| related.intern(&contrast.related_by(leaf)));
        let plain = PLAIN.map(|(_, axis)| self.keep(leaf, axis));
        let [from_form, from, to_form, to] = PATHS.map(|axis| self.keep(leaf, axis));
        Outline {
            plain,
            sender: self.senders.put((from_form, from, related)),
            recipient: self.recipients.put((to_form, to)),
        }
    }

    /// Keeps the set of a leaf, and returns its number.
    fn keep(&mut self, leaf: &Leaf<'_, '_>, axis: Axis) -> u32 {
        let number = leaf.state.number(axis);
        if let Some(sets) = self.sets.get_mut(axis as usize) {
            if sets.len() <= number as usize {
                sets.resize(number as usize + 1, None);
            }
            if let Some(set @ None) = sets.get_mut(number as usize) {
                *set = leaf.ground.set(axis, number);
            }
        }
        number
    }

    fn set(&self, axis: Axis, number: u32) -> Option<&Set> {
        let sets = self.sets.get(axis as usize)?;
        sets.get(number as usize)?.as_deref()
    }

    fn holds(&self, axis: Axis, number: u32, class: u32) -> bool {
        self.set(axis, number)
            .is_some_and(|set| set.contains(class))
    }

    fn meets(&self, axis: Axis, number: u32, bits: &Bits) -> bool {
        self.set(axis, number).is_some_and(|set| set.meets(bits))
    }
}

/// The axes of paths.
const PATHS: [Axis; 4] = [Axis::FromForm, Axis::From, Axis::ToForm, Axis::To];

/// The number of a set of a region, by the numbers of the sets that it is made of.
pub(super) type Known = HashMap<(Facet, u32, u32, Vec<u32>), u32>;

impl Contrast<'_, '_> {
    /// Returns which patterns of relations a leaf allows, by their numbers.
    pub(super) fn related_by(&self, leaf: &Leaf<'_, '_>) -> Vec<u32> {
        let numbered = (0..).zip(&self.patterns);
        let related = numbered.filter(|(_, pattern)| leaf.state.allows(**pattern));
        related.map(|(number, _)| number).collect()
    }

    /// Returns the region of a leaf.
    pub(super) fn region(&self, leaf: &Leaf<'_, '_>, sets: &mut Sets, known: &mut Known) -> Region {
        let (state, ground) = (leaf.state, leaf.ground);
        let mut region = Region::default();
        for (facet, axis) in PLAIN {
            let key = (facet, state.number(axis), 0, Vec::new());
            let number = known
                .entry(key)
                .or_insert_with(|| sets.intern(facet, &state.set(ground, axis)));
            region = region.with(facet, *number);
        }
        let paths = [
            (
                Facet::Sender,
                (Axis::FromForm, Axis::From),
                self.related_by(leaf),
            ),
            (Facet::Recipient, (Axis::ToForm, Axis::To), vec![0]),
        ];
        for (facet, (form, address), related) in paths {
            let key = (facet, state.number(form), state.number(address), related);
            let related = key.3.clone();
            let number = known.entry(key).or_insert_with(|| {
                let (forms, addresses) = (state.set(ground, form), state.set(ground, address));
                self.product(facet, (&forms, &addresses), &related, sets)
            });
            region = region.with(facet, *number);
        }
        region
    }

    /// Returns the set of a path's forms, addresses and relations: the number of a member is made
    /// of all three.
    fn product(
        &self,
        facet: Facet,
        (forms, addresses): (&[u32], &[u32]),
        related: &[u32],
        sets: &mut Sets,
    ) -> u32 {
        let mut members = Vec::with_capacity(forms.len() * addresses.len() * related.len());
        for form in forms {
            for one in related {
                let all = addresses.iter();
                let all = all.map(|address| self.member(facet, *form, *address, *one));
                members.extend(all.filter(|member| self.is_there(facet, *member)));
            }
        }
        members.sort_unstable();
        sets.intern(facet, &members)
    }

    /// Returns whether there is an envelope with a member of the sender's or recipient's sets: an
    /// address that no login is so related to is in the product, and means nothing. No relation at
    /// all is found with any address.
    pub fn is_there(&self, facet: Facet, member: u32) -> bool {
        if facet == Facet::Recipient || self.pattern(facet, member) == 0 {
            return true;
        }
        let relations = &self.universe.relations;
        let related_to = self
            .related_to
            .get_or_init(|| relations.related_to(&self.patterns));
        let (_, address, related) = self.parts(facet, member);
        let with = related_to.get(related as usize);
        with.is_some_and(|with| with.contains(address))
    }

    /// Returns what a member of such a set is made of.
    pub(super) fn parts(&self, facet: Facet, member: u32) -> (u32, u32, u32) {
        let axis = if facet == Facet::Sender {
            Axis::From
        } else {
            Axis::To
        };
        let (relations, classes) = (self.relations(facet).max(1), self.classes(axis).max(1));
        let path = member / classes;
        (path / relations, member % classes, path % relations)
    }

    /// Returns what outlines are held against, to find those that have a point in common with a
    /// region.
    pub fn meeting(&self, region: &Region, sets: &Sets) -> Meeting {
        let bits = |facet| sets.each(facet, region).collect::<Bits>();
        let paths = |facet: Facet| {
            let mut paths = Paths::new();
            for member in sets.each(facet, region) {
                let (form, address, related) = self.parts(facet, member);
                paths.entry((form, related)).or_default().insert(address);
            }
            paths
        };
        Meeting {
            plain: PLAIN.map(|(facet, axis)| (axis, bits(facet))),
            senders: paths(Facet::Sender),
            recipients: paths(Facet::Recipient),
        }
    }
}

/// A region that outlines are held against.
#[derive(Debug)]
pub struct Meeting {
    plain: [(Axis, Bits); 6],
    /// By form and relations: the addresses.
    senders: Paths,
    recipients: Paths,
}

/// There may be millions of outlines, and few sets that they are made of: what was found of a set
/// is kept. By number: what was found of sets, of senders and of recipients.
#[derive(Default)]
struct Found {
    plain: [Vec<Option<bool>>; 6],
    senders: Vec<Option<bool>>,
    recipients: Vec<Option<bool>>,
}

/// Returns what was found of a number, or finds it.
fn found(known: &mut Vec<Option<bool>>, number: u32, find: impl FnOnce() -> bool) -> bool {
    let number = number as usize;
    if let Some(Some(known)) = known.get(number) {
        return *known;
    }
    if known.len() <= number {
        known.resize(number + 1, None);
    }
    let is = find();
    if let Some(slot) = known.get_mut(number) {
        *slot = Some(is);
    }
    is
}

impl Meeting {
    /// Returns whether one of these outlines has a point in common with the region.
    pub fn any<'o>(
        &self,
        outlines: &Outlines,
        list: impl IntoIterator<Item = &'o Outline>,
    ) -> bool {
        let mut known = Found::default();
        let mut list = list.into_iter();
        list.any(|outline| self.has(outline, outlines, &mut known))
    }

    /// Returns those of these outlines that have a point in common with the region.
    pub fn those<T: Copy>(&self, outlines: &Outlines, list: &[(Outline, T)]) -> Vec<(Outline, T)> {
        let mut known = Found::default();
        let meets = |(outline, _): &&(Outline, T)| self.has(outline, outlines, &mut known);
        list.iter().filter(meets).copied().collect()
    }

    fn has(&self, outline: &Outline, outlines: &Outlines, known: &mut Found) -> bool {
        let mut plain = self.plain.iter().zip(&mut known.plain).zip(outline.plain);
        plain.all(|(((axis, bits), known), number)| {
            found(known, number, || outlines.meets(*axis, number, bits))
        }) && found(&mut known.recipients, outline.recipient, || {
            has_recipient(&self.recipients, outline, outlines)
        }) && found(&mut known.senders, outline.sender, || {
            has_sender(&self.senders, outline, outlines)
        })
    }
}

/// Addresses, by form and relations.
type Paths = BTreeMap<(u32, u32), Bits>;

fn has_recipient(paths: &Paths, outline: &Outline, outlines: &Outlines) -> bool {
    let recipient = outlines.recipients.get(outline.recipient);
    recipient.is_some_and(|(form, address)| {
        paths.iter().any(|((one, _), addresses)| {
            outlines.holds(Axis::ToForm, form, *one) && outlines.meets(Axis::To, address, addresses)
        })
    })
}

fn has_sender(paths: &Paths, outline: &Outline, outlines: &Outlines) -> bool {
    let sender = outlines.senders.get(outline.sender);
    sender.is_some_and(|(form, address, related)| {
        paths.iter().any(|((one, relations), addresses)| {
            outlines.related.has(related, *relations)
                && outlines.holds(Axis::FromForm, form, *one)
                && outlines.meets(Axis::From, address, addresses)
        })
    })
}
