//! Where a message is kept, and as whom (spec 4.96, sections 23.1 and 26.5).

use super::text::{HOME, Made};
use super::transport::TransportKind;
use super::walk::Walk;
use super::{Delivery, Router};
use crate::decision::{Destination, Store};
use crate::mail::Address;

impl Walk<'_> {
    pub(super) fn store(
        &self,
        delivery: &Delivery,
        router: &Router,
        address: &Address,
        mailbox: &Address,
    ) -> Destination {
        let TransportKind::Store {
            path,
            user,
            home,
            is_maildir,
            has_group,
        } = &delivery.transport.kind
        else {
            return Destination::Undeliverable;
        };
        // The transport's comes first (`findugid` in deliver.c of 4.96).
        let has_user = user.is_some();
        let user = user.as_ref().or(delivery.user.as_ref());
        let user = user.map(|user| self.text(user, address, router));
        let home = home.as_ref().or(delivery.home.as_ref());
        if self.is_one_tainted([Some(path), home], address, router) {
            return Destination::Undeliverable;
        }
        let (Made::Is(path), Some(Made::Is(user))) = (self.text(path, address, router), user)
        else {
            return Destination::Undeliverable;
        };
        // It is also the working directory, which must be there, or every delivery waits for it
        // (section 24.1, `current_directory`).
        let home = home.map(|home| self.text(home, address, router));
        let is_there = match home {
            Some(Made::Is(home)) => home == "/" || home == format!("{HOME}{user}"),
            Some(Made::Fail | Made::Defer) => false,
            None => true,
        };
        if !is_there {
            return Destination::Undeliverable;
        }
        // Not as root: `never_users` (section 14.22). A number is a user id, an odd name nobody's.
        let is_number = user.bytes().all(|byte| byte.is_ascii_digit());
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if user == "root" || is_number || !user.chars().all(is_letter) {
            return Destination::Undeliverable;
        }
        let path = path.trim_end_matches('/');
        // Below it nobody else makes a file or a directory (base-files of Debian 12: 2775 root
        // mail). Only `group = mail` was read.
        // Beside a `user` of the transport the group of the router does not count (`findugid`).
        let of_router = delivery.has_group && !has_user;
        let may_write = *has_group || of_router || user == "mail";
        if path.starts_with("/var/mail/") && !may_write {
            return Destination::Undeliverable;
        }
        // SOUNDNESS: the whole path. What only begins in the home may lead out of it by `..`.
        let store = if *is_maildir && path == format!("{HOME}{user}/Maildir") {
            Store::Account(user)
        } else if *is_maildir {
            Store::Directory(path.replace(HOME, "~"))
        } else {
            Store::File(path.replace(HOME, "~"))
        };
        Destination::Mailbox {
            mailbox: mailbox.clone(),
            store,
        }
    }
}
