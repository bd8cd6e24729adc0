//! What is proved of a large policy without most of its recipients: some stand for the rest, which
//! are left out of policy and files, if policy and files say the same of them.
//!
//! Two recipients are *alike* if policy and files say the same of both, their own names replaced by
//! numbers: the kind, the rows whose key is the address or its domain, what the aliases lead to,
//! the logins and their rows; and if their names are alike: the same ones are equal, or those of
//! logins and domains besides. A recipient is left out if nothing else names it or its domain, and
//! if two that are like it are kept.
//!
//! SOUNDNESS: take an envelope that names what was left out. Put, for each such recipient or
//! sender, one that is kept and alike, and for a login that of an alike mailbox: of the same one if
//! the login owned it, else of another, since more logins of each kind are kept than own an alias.
//! Then
//!
//! - each test of the policy answers the same: it compares names, and no name that is compared is
//!   one of these but for what each says of itself, which is alike ([`forced`] has all others);
//! - so does each test of the files. What a reader makes of them compares names with rows that are
//!   looked up, and treats what it does not find as it treats any name that nobody has written: the
//!   whole proof rests on that (`keys`). The rows of both are the same but for their own names
//!   ([`records`]), and the addresses in them are known for both or for neither ([`addresses`]).
//!   Names in rows stay whole, and what is put together of an envelope's own names and fixed text
//!   is a name of both or of neither ([`said`]). The order of rows says nothing, for the files are
//!   taken apart only where each line is a plain key with a value, so that no pattern and no
//!   exception stands between them ([`rows`]); no other word of the files is one of these names, or
//!   is above or below one, and nothing that the reader made of them names one ([`blind`]);
//! - and the envelope that it has become finds only rows that are kept: whatever rows of what is
//!   kept name, is kept.
//!
//! So a hole that the envelope would show is shown by one that is visited. Where anything is not
//! proved of what is kept, the whole is proved instead, and tells what is wrong with it.

mod addresses;
mod behind;
mod blind;
mod forced;
mod guess;
mod index;
mod kept;
mod keywords;
mod names;
mod own;
mod records;
mod rows;
mod said;
mod seen;

use std::fmt;
use std::sync::Arc;

pub(super) use self::blind::is_blind;
use self::forced::Forced;
use self::kept::Kept;
use self::names::Names;
use self::own::{Ground, near};
use self::records::Records;
use self::rows::Rows;
use crate::diagnostic::count;
use crate::policy::{Grant, Policy};
use crate::source::Source;
use crate::threads::in_two;

/// The local-part that everybody minds.
const POSTMASTER: &str = "postmaster";

/// Below this many domains nothing is gained.
pub const ALIKE_MIN: usize = 1000;

/// Aliases that lead to more, or that belong to more logins, are like nothing else.
const TARGETS_MAX: usize = 32;

/// Aliases that lead through more are like nothing else.
const DEPTH_MAX: usize = 16;

/// How often what rows name is added to what is kept, before it is given up.
const ROUNDS_MAX: usize = 2;

/// How much was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Left {
    /// Domains with all their recipients.
    pub domains: usize,
    /// Recipients that are listed by name, those of these domains among them.
    pub recipients: usize,
    /// Classes of clients: those of networks whose rights are alike but for names.
    pub clients: usize,
}

impl Left {
    /// Returns this with so many classes of clients.
    pub(super) fn and_clients(self, clients: usize) -> Self {
        Self { clients, ..self }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients = count(
            self.clients as u128,
            "class of clients",
            "classes of clients",
        );
        if self.recipients > 0 || self.clients == 0 {
            f.write_str(&count(self.recipients as u128, "recipient", "recipients"))?;
            if self.domains > 0 {
                let domains = count(self.domains as u128, "whole domain", "whole domains");
                write!(f, ", {domains} among them,")?;
            }
            if self.clients > 0 {
                write!(f, " and {clients}")?;
            }
        } else {
            f.write_str(&clients)?;
        }
        let is_one = self.recipients + self.clients == 1;
        let are = if is_one { "is" } else { "are" };
        write!(f, " {are} left out: others that were visited are like them")
    }
}

/// A policy, and maybe a tree of files, without what others stand for.
#[derive(Debug)]
pub struct LeftOut {
    /// The policy without it.
    pub policy: Policy,
    /// The text of each file without its rows, in the order in which they were given; none, where
    /// it is as it was.
    pub files: Vec<Option<String>>,
    /// How much was left out.
    pub left: Left,
}

/// Leaves out of a policy of at least so many domains, and of the files that are made of it, the
/// domains that others stand for; nothing, if there are none.
pub fn leave_out(policy: &Policy, files: &[Arc<Source>], domains_min: usize) -> Option<LeftOut> {
    Alike::new(policy, domains_min)?.leave_out(files)
}

/// A policy of which something may be left out: by itself, and with files that are made of it.
#[derive(Debug)]
pub(super) struct Alike<'p> {
    names: Names<'p>,
}

impl<'p> Alike<'p> {
    /// Looks at a policy of at least so many domains; nothing, if all of it is needed.
    pub(super) fn new(policy: &'p Policy, domains_min: usize) -> Option<Self> {
        let grants = &policy.authenticated;
        // All logins without grants of their own are asked the same.
        let asks_alike = grants.iter().all(Grant::is_wide) || Grant::are_alike(grants);
        if policy.domains.len() < domains_min || !asks_alike {
            return None;
        }
        Some(Self {
            names: Names::new(policy),
        })
    }

    /// Leaves out of policy and files what others stand for; nothing, if there is none.
    pub(super) fn leave_out(&self, files: &[Arc<Source>]) -> Option<LeftOut> {
        leave_out_of(&self.names, files)
    }
}

fn leave_out_of(names: &Names<'_>, files: &[Arc<Source>]) -> Option<LeftOut> {
    let (rows, words) = Rows::of(files, names)?;
    let mut forced = Forced::new(names, &words);
    for _ in 0..ROUNDS_MAX {
        let near = near(names, &forced);
        let mut records = Records::new(Ground {
            names,
            forced: &forced,
            rows: &rows,
            words: &words,
            near: &near,
        });
        let kept = Kept::of(&mut records);
        let mut more = forced.clone();
        if kept.force_seen(&records, &mut more) {
            forced = more;
            continue;
        }
        let left = kept.left();
        if left.recipients == 0 {
            return None;
        }
        let (policy, files) = in_two(
            || kept.policy(names),
            || rows.without(&|number| kept.is(number)),
        );
        return Some(LeftOut {
            policy,
            files,
            left,
        });
    }
    None
}
