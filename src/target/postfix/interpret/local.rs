//! local(8): aliases(5), and accounts (local(8) of 3.7.11).

use std::collections::{BTreeMap, BTreeSet};

use super::by_sender::Sender;
use super::route::{Delivery, Expansion};
use crate::decision::{Destination, Hop, Store, Unanswered};
use crate::mail::{Address, without_extension};

/// How many aliases of aliases(5) are followed for one recipient. They may lead to each other, and
/// local(8) ends that by what it finds in the message.
const ALIASES_MAX: usize = 1000;

/// What local(8) does.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) home_mailbox: String,
    pub(super) spool: String,
    pub(super) command: String,
    /// Whether accounts may have a file of their own that says where their mail goes.
    pub(super) has_forward_files: bool,
    pub(super) alias_commands: bool,
    pub(super) alias_files: bool,
}

impl Delivery {
    /// local(8): aliases(5), then the account of the local-part; without its extension if there is
    /// no alias with it.
    pub(super) fn deliver_locally(
        &self,
        user: &str,
        mailbox: &Address,
        out: &mut Expansion,
        sender: &mut Sender<'_>,
    ) -> Result<(), Unanswered> {
        let base = without_extension(user).filter(|_| self.around.extensions);
        let base = base.filter(|_| !self.local.aliases.contains_key(user));
        let user = base.unwrap_or(user);
        let local = &self.local;
        if let Some(value) = local.aliases.get(user) {
            out.aliases += 1;
            if out.aliases > ALIASES_MAX {
                out.is_broken = true;
                return Ok(());
            }
            for word in value
                .split([','])
                .map(str::trim)
                .filter(|word| !word.is_empty())
            {
                self.deliver_alias(user, word.trim_matches('"'), mailbox, out, sender)?;
            }
            return Ok(());
        }
        let store = if !local.command.is_empty() {
            out.found
                .insert(Destination::Hop(Hop::other(format!("|{}", local.command))));
            return Ok(());
        } else if local.home_mailbox == "Maildir/" {
            Store::Account(user.to_owned())
        } else if local.home_mailbox.is_empty() {
            Store::File(format!("{}/{user}", local.spool))
        } else {
            store(&format!("~{user}/{}", local.home_mailbox))
        };
        if local.has_forward_files {
            out.found
                .insert(Destination::Hop(Hop::other(format!("~{user}/.forward"))));
        }
        out.found.insert(Destination::Mailbox {
            mailbox: mailbox.clone(),
            store,
        });
        Ok(())
    }

    fn deliver_alias(
        &self,
        user: &str,
        word: &str,
        mailbox: &Address,
        out: &mut Expansion,
        sender: &mut Sender<'_>,
    ) -> Result<(), Unanswered> {
        let local = &self.local;
        if word.starts_with('|') || word.starts_with(":include:") {
            let is_allowed = local.alias_commands || word.starts_with(':');
            out.found.insert(if is_allowed {
                Destination::Hop(Hop::other(word))
            } else {
                Destination::Undeliverable
            });
        } else if word.starts_with('/') {
            out.found.insert(if local.alias_files {
                Destination::Mailbox {
                    mailbox: mailbox.clone(),
                    store: store(word),
                }
            } else {
                Destination::Undeliverable
            });
        } else if word == user || word == format!("\\{user}") {
            let name = Address::new(user, mailbox.domain().clone());
            let mut without = Expansion {
                asked: out.asked.clone(),
                found: BTreeSet::new(),
                is_broken: false,
                aliases: out.aliases,
            };
            self.deliver_account(user, &name, &mut without);
            out.found.append(&mut without.found);
        } else {
            for next in self.around.addresses(word, user) {
                self.expand(&next, Some(mailbox), out, sender)?;
            }
        }
        Ok(())
    }

    /// Delivers to an account, its alias being used up.
    fn deliver_account(&self, user: &str, mailbox: &Address, out: &mut Expansion) {
        let store = if self.local.home_mailbox == "Maildir/" {
            Store::Account(user.to_owned())
        } else {
            Store::File(format!("{}/{user}", self.local.spool))
        };
        out.found.insert(Destination::Mailbox {
            mailbox: mailbox.clone(),
            store,
        });
    }
}

/// Returns what local(8) and virtual(8) make of a path: a Maildir, if it ends with a slash, else a
/// file for all messages (`home_mailbox`, `virtual_mailbox_maps` in postconf(5)).
pub(super) fn store(path: &str) -> Store {
    match path.strip_suffix('/') {
        Some(folder) => Store::Directory(folder.trim_end_matches('/').to_owned()),
        None => Store::File(path.to_owned()),
    }
}
