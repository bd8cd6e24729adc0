//! Scripts of internationalised domain names: labels that look like others (UTS #39 section 5).
//!
//! Only what an attacker would use is looked for: Latin, Greek, Cyrillic, Armenian, Cherokee,
//! Coptic and Lisu hold letters that cannot be told apart.
//! Not here: whether a label is valid, which is IDNA's to say.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostics;
use crate::mail::Domain;
use crate::policy::diagnostics::{Confusable, MixedScripts};
use crate::source::Loc;

/// Cyrillic, Greek, Armenian and rare Latin letters in lower case that look like ASCII ones.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ӏ', 'l'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('α', 'a'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('օ', 'o'),
    ('ո', 'n'),
    ('ս', 'u'),
    ('հ', 'h'),
    ('ց', 'g'),
    ('ı', 'i'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
];

/// What stands between labels: the full stop, and what IDNA takes for it (UTS #46 section 2.3).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Tells labels that look like others. `text` is the name as it was written: a label that is
/// written as an A-label deceives nobody.
pub(super) fn check(text: &str, domain: &Domain, at: &Loc, diagnostics: &mut Diagnostics) {
    for written in text.split(DOTS).filter(|label| !label.is_ascii()) {
        // Full-width letters and capitals are what IDNA makes of them.
        let (label, _) = idna::domain_to_unicode(written);
        if label.is_ascii() {
            continue;
        }
        let scripts: BTreeSet<&str> = label.chars().filter_map(script).collect();
        if scripts.len() > 1 {
            let scripts: Vec<&str> = scripts.into_iter().collect();
            diagnostics.error(MixedScripts {
                label,
                scripts: scripts.join(" and "),
                ascii: domain.to_string(),
                at: at.clone(),
            });
        } else if let Some(looks) = looks_like(&label) {
            diagnostics.error(Confusable {
                label,
                looks,
                ascii: domain.to_string(),
                at: at.clone(),
            });
        }
    }
}

/// Returns the script of a letter, if it is one of those that look like others.
fn script(character: char) -> Option<&'static str> {
    match character {
        'a'..='z' | '\u{df}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' => {
            Some("Latin")
        }
        '\u{370}'..='\u{3e1}' | '\u{3f0}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some("Greek"),
        '\u{3e2}'..='\u{3ef}' | '\u{2c80}'..='\u{2cff}' => Some("Coptic"),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => {
            Some("Cyrillic")
        }
        '\u{a4d0}'..='\u{a4ff}' => Some("Lisu"),
        '\u{530}'..='\u{58f}' => Some("Armenian"),
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Some("Cherokee"),
        _ => None,
    }
}

/// Returns the ASCII label that all letters of a label look like, if there is one.
fn looks_like(label: &str) -> Option<String> {
    label
        .chars()
        .map(|character| {
            if character.is_ascii() {
                return Some(character);
            }
            LOOK_ALIKES
                .iter()
                .find_map(|(odd, plain)| (*odd == character).then_some(*plain))
        })
        .collect()
}
