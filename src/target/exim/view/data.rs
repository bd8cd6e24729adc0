//! The ACL of DATA, as exim4.conf says it.

use serde::Serialize;

use crate::target::exim::lexical::Comment;
use crate::target::render::{Syntax, View};

/// DATA: its name, and the lines that are too long.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct DataHead {}
view!(DataHead, "acl/data_head.j2", Lines);

/// DATA: nothing is recorded.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct DataPlain {}
view!(DataPlain, "acl/data.j2", Lines);

/// DATA: Received-SPF.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct DataSpf {
    pub(in crate::target::exim) line: Comment,
}
view!(DataSpf, "acl/data_spf.j2", Lines);

/// DATA: Authentication-Results.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct DataAuth {
    pub(in crate::target::exim) line: Comment,
}
view!(DataAuth, "acl/data_auth.j2", Lines);

/// DATA: both headers.
#[derive(Debug, Serialize)]
pub(in crate::target::exim) struct DataBoth {
    pub(in crate::target::exim) line: Comment,
}
view!(DataBoth, "acl/data_both.j2", Lines);
