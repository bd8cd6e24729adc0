//! Leaves as regions, and by the sets that they are made of. There may be millions; only of those
//! that differ more is kept than the numbers of their sets.

use std::collections::HashMap;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

use super::sets::Pool;
use super::{Contrast, Facet, Region, Sets};
use crate::prove::fork::{Leaf, Set};
use crate::prove::universe::Axis;

/// A leaf by the numbers of its sets.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// By axis.
    sets: [u32; 10],
    /// Which relations may hold.
    related: u32,
}

/// The sets of outlines.
#[derive(Debug, Default)]
pub struct Outlines {
    /// By axis, and number.
    sets: HashMap<(usize, u32), Rc<Set>, FxBuildHasher>,
    related: Pool,
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

const AXES: [Axis; 10] = [
    Axis::Client,
    Axis::Session,
    Axis::Login,
    Axis::Helo,
    Axis::FromForm,
    Axis::From,
    Axis::ToForm,
    Axis::To,
    Axis::SpfFrom,
    Axis::SpfHelo,
];

impl Outline {
    fn number(&self, axis: Axis) -> u32 {
        self.sets.get(axis as usize).copied().unwrap_or_default()
    }
}

impl Outlines {
    /// Returns the outline of a leaf. All leaves must be of one run.
    pub(super) fn of(&mut self, leaf: &Leaf<'_, '_>, related: &[u32]) -> Outline {
        let sets = AXES.map(|axis| {
            let number = leaf.state.number(axis);
            let known = self.sets.entry((axis as usize, number));
            known.or_insert_with(|| leaf.ground.set(axis, number).unwrap_or_default());
            number
        });
        Outline {
            sets,
            related: self.related.intern(related),
        }
    }

    fn holds(&self, axis: Axis, number: u32, class: u32) -> bool {
        let set = self.sets.get(&(axis as usize, number));
        set.is_some_and(|set| set.contains(class))
    }
}

/// A form of a path, an address and what relations hold, by their numbers.
type Path = (u32, u32, u32);

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
            for address in addresses {
                for one in related {
                    members.push(self.member(facet, *form, *address, *one));
                }
            }
        }
        members.sort_unstable();
        sets.intern(facet, &members)
    }

    /// Returns what a member of such a set is made of.
    pub(super) fn parts(&self, facet: Facet, member: u32) -> (u32, u32, u32) {
        let axis = if facet == Facet::Sender {
            Axis::From
        } else {
            Axis::To
        };
        let (relations, classes) = (self.relations(facet).max(1), self.classes(axis).max(1));
        let path = member / relations;
        (path / classes, path % classes, member % relations)
    }

    /// Returns whether a region has a point in common with one of these outlines.
    pub fn meets<'o>(
        &self,
        (region, sets): (&Region, &Sets),
        outlines: &Outlines,
        list: impl IntoIterator<Item = &'o Outline>,
    ) -> bool {
        let members = PLAIN.map(|(facet, axis)| (axis, sets.of(facet, region)));
        let paths = |facet: Facet| -> Vec<Path> {
            let members = sets.of(facet, region);
            members.iter().map(|one| self.parts(facet, *one)).collect()
        };
        let (senders, recipients) = (paths(Facet::Sender), paths(Facet::Recipient));
        let mut plain: HashMap<(usize, u32), bool, FxBuildHasher> = HashMap::default();
        let mut from: HashMap<(u32, u32, u32), bool, FxBuildHasher> = HashMap::default();
        let mut to: HashMap<(u32, u32), bool, FxBuildHasher> = HashMap::default();
        let pair = |outline: &Outline, axes: (Axis, Axis), path: &Path| {
            outlines.holds(axes.0, outline.number(axes.0), path.0)
                && outlines.holds(axes.1, outline.number(axes.1), path.1)
        };
        list.into_iter().any(|outline| {
            members.iter().all(|(axis, members)| {
                let number = outline.number(*axis);
                *plain.entry((*axis as usize, number)).or_insert_with(|| {
                    let mut members = members.iter();
                    members.any(|class| outlines.holds(*axis, number, *class))
                })
            }) && {
                let axes = (Axis::ToForm, Axis::To);
                let key = (outline.number(axes.0), outline.number(axes.1));
                *to.entry(key)
                    .or_insert_with(|| recipients.iter().any(|path| pair(outline, axes, path)))
            } && {
                let axes = (Axis::FromForm, Axis::From);
                let numbers = (outline.number(axes.0), outline.number(axes.1));
                let key = (numbers.0, numbers.1, outline.related);
                *from.entry(key).or_insert_with(|| {
                    let related = outlines.related.get(outline.related);
                    let mut senders = senders.iter();
                    senders.any(|path| related.contains(&path.2) && pair(outline, axes, path))
                })
            }
        })
    }
}
