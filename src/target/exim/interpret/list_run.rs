//! Items of lists that tables answer for.

use ipnet::IpNet;

use super::list::{ListKind, Subject};
use super::reader::Reader;
use super::rows::{HOLDS, is_extended, subject};
use super::value::{Bool, Leaf, Part, PathAtom};
use crate::decision::{AddressKey, AddressTable, Label, Row};
use crate::source::Loc;

/// Items that stand side by side and that one table answers for: names of one sign, or networks
/// of both.
#[derive(Default)]
pub(super) struct Run {
    /// The sign of the names.
    pub(super) negated: bool,
    pub(super) keys: Vec<(AddressKey, String, Loc)>,
    /// Networks, and whether each is negated.
    pub(super) nets: Vec<(bool, IpNet, Loc)>,
    /// Whether the answer is no if none of these matches.
    pub(super) is_last: bool,
}

impl Reader<'_> {
    /// Makes the tests of a run of items.
    pub(super) fn close_run(
        &mut self,
        kind: ListKind,
        on: Subject,
        run: &mut Run,
        steps: &mut Vec<(bool, Bool)>,
    ) {
        let run = std::mem::replace(
            run,
            Run {
                negated: run.negated,
                ..Run::default()
            },
        );
        if let Subject::Path(atom) = on {
            let (whole, rest): (Vec<_>, Vec<_>) = run
                .keys
                .into_iter()
                .partition(|(part, ..)| *part == AddressKey::Address);
            let (local, domain): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .partition(|(part, ..)| *part == AddressKey::Local);
            let groups = [
                (Part::Whole, &[AddressKey::Address][..], whole),
                (Part::Local, &[AddressKey::Local][..], local),
                (
                    Part::Domain,
                    &[AddressKey::Domain, AddressKey::Parent][..],
                    domain,
                ),
            ];
            for (part, order, keys) in groups {
                if keys.is_empty() {
                    continue;
                }
                let atom = PathAtom { part, ..atom };
                let condition = self.keys(atom, order, keys);
                steps.push((run.negated, condition));
            }
        }
        // The first network that holds the client decides: what is in it, then what is not.
        for negated in [false, true] {
            let matters = !(negated && run.is_last);
            if matters && run.nets.iter().any(|(sign, ..)| *sign == negated) {
                let condition = self.nets(kind, negated, &run.nets);
                steps.push((negated, condition));
            }
        }
    }

    /// Returns the condition that the first network which holds the client has this sign.
    fn nets(&mut self, kind: ListKind, negated: bool, nets: &[(bool, IpNet, Loc)]) -> Bool {
        let mut name = kind.word().to_owned();
        let mut prefixes = Vec::with_capacity(nets.len());
        for (number, (sign, net, at)) in nets.iter().enumerate() {
            let holds = *sign == negated;
            name.push_str(if number > 0 { " : " } else { " " });
            name.push_str(if holds { "" } else { "! " });
            name.push_str(&net.to_string());
            let label = if holds { HOLDS } else { Label::ABSENT };
            prefixes.push((*net, Row::new(label, at.clone())));
        }
        let at = nets.first().map(|(.., at)| at.clone());
        self.client(name, prefixes, at.as_ref())
    }

    fn keys(
        &mut self,
        atom: PathAtom,
        order: &[AddressKey],
        keys: Vec<(AddressKey, String, Loc)>,
    ) -> Bool {
        let mut table = AddressTable::new(order);
        let at = keys.first().map(|(.., at)| at.clone());
        let mut name = format!("{} in", subject(atom));
        for (part, key, at) in keys {
            let star = if part == AddressKey::Parent { "*." } else { "" };
            for word in [" ", star, &key] {
                name.push_str(word);
            }
            if !(atom.is_cut() && is_extended(&key)) {
                table.insert(part, &key, Row::new(HOLDS, at));
            }
        }
        if atom.is_cut() {
            table.with_extensions();
        }
        let question = || atom.side.question(table);
        let test = self.catalogue.share(name, at.as_ref(), question);
        self.forms.view(atom);
        Bool::Leaf(Leaf::Path(atom, test))
    }
}
