//! Macros, and how much they and included files may add to a configuration (spec 4.96, sections
//! 6.3 and 6.4; `macros_expand` of readconf.c).
//!
//! Exim has no limit: its buffer grows while there is memory, and a file that includes two, each of
//! which includes two, is read for as long as that takes. Nobody writes such a configuration.

use super::text::Text;

/// How many macros there may be. Each line is searched for all of them.
const MACROS_MAX: usize = 1_000;
/// How many files may be included, one that is included twice counted twice.
const FILES_MAX: usize = 1_000;
/// How many octets these files and what macros are replaced by may have together.
const OCTETS_MAX: usize = 16 << 20;

const TOO_LONG: &str = "macros and included files make it longer than mailpol reads: by more than \
                        16 MiB";

/// A macro: its name and its replacement (section 6.4).
pub(super) struct Macro {
    pub(super) name: String,
    pub(super) replacement: String,
}

/// The macros that were defined so far.
pub(super) struct Macros {
    pub(super) all: Vec<Macro>,
    files: usize,
    octets: usize,
}

impl Macros {
    pub(super) fn new() -> Self {
        Self {
            all: Vec::new(),
            files: 0,
            octets: 0,
        }
    }

    /// Adds a macro, or says why there is no room for it.
    pub(super) fn define(&mut self, new: Macro) -> Result<(), &'static str> {
        if self.all.len() >= MACROS_MAX {
            return Err("there are more macros than mailpol reads: more than 1,000");
        }
        self.all.push(new);
        Ok(())
    }

    /// Counts an included file, or says why there is no room for it.
    pub(super) fn include(&mut self, octets: usize) -> Result<(), &'static str> {
        self.files += 1;
        if self.files > FILES_MAX {
            return Err("more files are included than mailpol reads: more than 1,000");
        }
        self.grow(octets)
    }

    fn grow(&mut self, octets: usize) -> Result<(), &'static str> {
        self.octets = self.octets.saturating_add(octets);
        if self.octets > OCTETS_MAX {
            return Err(TOO_LONG);
        }
        Ok(())
    }

    /// Replaces macros from `head` on; says whether any was met, or why there is no room.
    ///
    /// Each macro in the order of definition; what replaces it is searched for later ones only.
    pub(super) fn replace(
        &mut self,
        line: &Text,
        head: usize,
    ) -> Result<(Text, bool), &'static str> {
        let mut whole = line.clone();
        let mut replaced = false;
        let all = std::mem::take(&mut self.all);
        let mut fits = Ok(());
        for one in &all {
            let words = whole.as_str().get(head..).unwrap_or_default();
            let places = words.match_indices(&one.name);
            let places: Vec<usize> = places.map(|(at, _)| at + head).collect();
            if places.is_empty() {
                continue;
            }
            fits = self.grow(places.len().saturating_mul(one.replacement.len()));
            if fits.is_err() {
                break;
            }
            whole = with(&whole, &places, one);
            replaced = true;
        }
        self.all = all;
        fits.map(|()| (whole, replaced))
    }
}

/// Replaces a macro at some places.
fn with(whole: &Text, places: &[usize], one: &Macro) -> Text {
    let mut next = whole.slice(0, 0);
    let mut from = 0;
    for at in places {
        next.append(&whole.slice(from, *at));
        let origin = whole.origin(*at);
        for c in one.replacement.chars() {
            next.push(c, origin);
        }
        from = at + one.name.len();
    }
    next.append(&whole.slice(from, whole.as_str().len()));
    next
}

/// Why a macro is not defined behind the main section.
pub(super) const MACRO_ELSEWHERE: &str =
    "Exim takes it for the definition of a macro, behind all that stands above";

/// Returns whether a line is `NAME = ...`, with a capital in front (`acl_read` in acl.c and
/// `readconf_driver_init` in readconf.c of 4.96).
pub(super) fn is_definition(words: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    words.starts_with(|c: char| c.is_ascii_uppercase())
        && words.trim_start_matches(name).trim_start().starts_with('=')
}
