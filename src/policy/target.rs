//! Options of targets. A target reads its own; nothing here knows any MTA.

use crate::source::{Loc, Spanned};

/// A `target` node.
#[derive(Debug, Clone)]
pub struct TargetOptions {
    /// The target's name.
    pub name: Spanned<String>,
    /// The MTA's version, such as `3.7`; by default Debian 12's.
    pub version: Option<Spanned<String>>,
    /// Raw settings, in order; each name once.
    pub settings: Vec<RawSetting>,
    /// Raw files, in order; each name once.
    pub files: Vec<RawFile>,
    /// Where the node stands.
    pub at: Loc,
}

/// `set "NAME" "VALUE"`: replaces an emitted parameter, verbatim. No control characters.
#[derive(Debug, Clone)]
pub struct RawSetting {
    /// The parameter.
    pub name: Spanned<String>,
    /// Its value, in the MTA's language.
    pub value: Spanned<String>,
}

/// `file "NAME" "TEXT"`: a further file beside the emitted ones.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// Its name, relative to the MTA's directory.
    pub name: Spanned<String>,
    /// Its text.
    pub text: Spanned<String>,
}
