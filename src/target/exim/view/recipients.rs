//! The data of the template of our recipients' routers.

use serde::Serialize;

use super::BehindRouter;
use crate::target::exim::emit::TableName;
use crate::target::exim::lexical::{Comment, List, Word};
use crate::target::render::{Syntax, View};

/// A router that hands on a copy.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct ArchiveRouter {
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) name: Word,
    /// Whose mail, if not everybody's.
    pub(in crate::target::exim) senders: Vec<List>,
    /// For whom, if not for everybody.
    pub(in crate::target::exim) domains: Vec<List>,
    pub(in crate::target::exim) mailbox: Word,
}

/// Routers: our recipients.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct RecipientRouters {
    /// The options of a router that takes local-parts without their extension.
    pub(in crate::target::exim) suffix: Vec<Word>,
    pub(in crate::target::exim) aliases: TableName,
    /// The table of forwards, if there are any.
    pub(in crate::target::exim) forwards: Vec<TableName>,
    /// Routes of mailboxes that are not kept here.
    pub(in crate::target::exim) behind: Vec<BehindRouter>,
    pub(in crate::target::exim) accounts: TableName,
    pub(in crate::target::exim) boxes: TableName,
    pub(in crate::target::exim) catch_all: TableName,
    pub(in crate::target::exim) postmaster: Word,
}
view!(RecipientRouters, "routers/recipients.j2", Lines);
