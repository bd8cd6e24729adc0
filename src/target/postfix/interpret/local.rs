//! local(8): accounts (local(8) of 3.7.11).

use super::route::{Delivery, Expansion};
use crate::decision::{Destination, Hop, Store};
use crate::mail::{Address, without_extension};

/// What local(8) does.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) home_mailbox: String,
    pub(super) spool: String,
    /// Whether accounts may have a file of their own that says where their mail goes.
    pub(super) has_forward_files: bool,
}

impl Delivery {
    /// local(8): the account of the local-part without its extension.
    pub(super) fn deliver_locally(&self, user: &str, mailbox: &Address, out: &mut Expansion) {
        let base = without_extension(user).filter(|_| self.around.extensions);
        let user = base.unwrap_or(user);
        let local = &self.local;
        let store = if local.home_mailbox == "Maildir/" {
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
