//! The forms of paths, gathered into those that a configuration tells apart.

use std::sync::Arc;

use super::catalogue::Side;
use super::met::{Met, has_address, met, of_domain};
use super::path::{self, Syntax, Taken};
use super::pattern::Gate;
use super::value::{Bool, Leaf, Part, PathAtom};
use crate::decision::{FormTable, Question};
use crate::mail::PathForm;

/// What conditions ask of the forms of paths.
#[derive(Debug, Default)]
pub(super) struct FormUses {
    /// Which side's forms are looked for in which sets.
    sets: Vec<(Side, Arc<[PathForm]>)>,
    /// As what paths are looked up, other than by their domains.
    views: Vec<PathAtom>,
    /// Whether some path is looked for without its extension.
    pub(super) cuts: bool,
    /// The patterns that refuse whole paths which were read since this was last taken.
    pub(super) gates: Vec<Gate>,
    /// The patterns of parts of a path that routers ask (`parts_of` in `super::pattern`).
    pub(super) routers: u8,
    /// Those by which less may be refused than the reader says.
    pub(super) loose: u8,
}

impl FormUses {
    /// Notes that a condition may ask for a form.
    pub(super) fn note(&mut self, condition: &Bool) {
        if let Bool::Leaf(Leaf::Form(side, forms)) = condition {
            self.sets.push((*side, Arc::clone(forms)));
        }
    }

    /// Notes that a path is looked up as it is seen so.
    pub(super) fn view(&mut self, atom: PathAtom) {
        if atom.part != Part::Domain && !self.views.contains(&atom) {
            self.views.push(atom);
        }
    }

    /// Notes that a path is looked for without its extension.
    pub(super) fn cut(&mut self) {
        self.cuts = true;
    }

    /// Returns the question for the kind of a side's path: the label is the index of the first form
    /// of that kind.
    ///
    /// SOUNDNESS: all that a session asks of a form is in [`Self::kind`].
    pub(super) fn question(&self, side: Side, taken: Taken) -> Question {
        let kinds: Vec<Kind> = PathForm::ALL
            .into_iter()
            .map(|form| self.kind(side, form, taken))
            .collect();
        let table = FormTable::new(|form| {
            let kind = kinds.get(form.index() as usize);
            let first = kinds.iter().position(|one| Some(one) == kind);
            first.map_or(form.index(), |first| {
                u32::try_from(first).unwrap_or_default()
            })
        });
        match side {
            Side::From => Question::FromKind(table),
            Side::To => Question::ToKind(table),
        }
    }

    fn kind(&self, side: Side, form: PathForm, taken: Taken) -> Kind {
        let syntax = match side {
            Side::From => path::reverse_path(form, taken),
            Side::To => path::forward_path(form, taken),
        };
        if syntax == Syntax::Refused {
            return Kind::default();
        }
        let own = |one: &Side| *one == side;
        let sets = self.sets.iter().filter(|(one, _)| own(one));
        let views = self.views.iter().filter(|atom| own(&atom.side));
        Kind {
            is_taken: true,
            is_null: form == PathForm::Null,
            is_bare_postmaster: form == PathForm::BarePostmaster,
            is_literal: form.is_literal(),
            domain: Some(of_domain(form)),
            has_address: has_address(form),
            sets: sets.map(|(_, forms)| forms.contains(&form)).collect(),
            views: views.map(|atom| met(form, *atom)).collect(),
        }
    }
}

/// All that a session asks of a form.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that is asked"
)]
struct Kind {
    is_taken: bool,
    is_null: bool,
    is_bare_postmaster: bool,
    is_literal: bool,
    /// Whether tables are asked for its domain.
    domain: Option<Met>,
    has_address: bool,
    sets: Vec<bool>,
    views: Vec<Met>,
}
