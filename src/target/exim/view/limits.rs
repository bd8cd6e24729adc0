//! What one message may have, as exim4.conf says it.

use serde::Serialize;

use crate::target::exim::lexical::Comment;
use crate::target::render::{Syntax, View};

/// The main section: what one message may have; of each limit one, or none.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct LimitsPart {
    pub(in crate::target::exim) line: Comment,
    pub(in crate::target::exim) size: Vec<u64>,
    pub(in crate::target::exim) recipients: Vec<u64>,
}
view!(LimitsPart, "main/limits.j2", Lines);
