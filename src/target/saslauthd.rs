//! saslauthd(8) as Debian starts it: `/etc/default/saslauthd`, as `/etc/init.d/saslauthd` of
//! sasl2-bin 2.1.28 sources it.
//!
//! The script sources `/etc/default/saslauthd-NAME` too, each another instance, in the same shell.
//! A tree is asked for files by name, so that there are none is assumed (docs/proof.md).
//!
//! Both MTAs ask it over its socket, so both readers ask here who answers there. What the mechanism
//! itself reads (`/etc/saslauthd.conf`, PAM) is the host's, as its accounts are.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Artifacts;
use crate::decision::Backend;
use crate::source::{Loc, is_control, is_direction};

/// Where Debian's libsasl2 and Exim look for it.
pub(super) const SOCKET: &str = "/var/run/saslauthd/mux";
/// What the script starts it by.
const FILE: &str = "etc/default/saslauthd";
/// The variables of the file that the script uses.
const KNOWN: [&str; 7] = [
    "START",
    "DESC",
    "NAME",
    "MECHANISMS",
    "MECH_OPTIONS",
    "THREADS",
    "OPTIONS",
];

/// How many processes it may have; with 0 each question has one of its own.
const THREADS: RangeInclusive<u16> = 0..=1_000;

/// Something that is not followed.
pub(super) struct Fault {
    /// The setting, or the file.
    pub(super) name: String,
    /// Why not.
    pub(super) reason: String,
    /// Where.
    pub(super) at: Loc,
}

/// Returns who answers at a socket of saslauthd, and what says so. `asked` is what asks there.
pub(super) fn at_socket(
    artifacts: &Artifacts,
    socket: &str,
    asked: &Loc,
) -> Result<(Backend, Loc), Fault> {
    let Some(artifact) = artifacts.get(FILE) else {
        let words = format!("a saslauthd that nothing sets up (/{FILE} is missing)");
        return Ok((Backend::Other(words), asked.clone()));
    };
    let values = Values(assignments(&artifact)?);
    let whole = Loc::new(&artifact.source, 0, 0);
    let (start, at) = values.get("START", &whole);
    if start != "yes" {
        return Ok((Backend::Other("nobody: `START` is not `yes`".into()), at));
    }
    let (threads, at) = values.get("THREADS", &whole);
    let is_number = threads
        .parse()
        .is_ok_and(|number| THREADS.contains(&number));
    if !threads.is_empty() && (!is_number || threads.starts_with('+')) {
        let reason = format!(
            "it is none of the numbers {} to {}",
            THREADS.start(),
            THREADS.end()
        );
        return Err(fault("THREADS", reason, &at));
    }
    // The script does not quote it: behind a blank stand arguments, of saslauthd too.
    let (name, at) = values.get("NAME", &whole);
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(fault(
            "NAME",
            "it is not one word of letters and digits",
            &at,
        ));
    }
    let (options, at) = values.get("OPTIONS", &whole);
    let directory = directory(options, &at)?;
    if plain(&format!("{directory}/mux")) != plain(socket) {
        let words = format!("whoever listens at {socket}: saslauthd is in {directory}");
        return Ok((Backend::Other(words), asked.clone()));
    }
    // The script makes it a folder of root's that nobody else gets into (`createdir`).
    if !plain(directory).ends_with("/saslauthd") {
        let reason = "the folder would be closed to everybody else: it is to be called `saslauthd`";
        return Err(fault("OPTIONS", reason, &at));
    }
    let (options, at) = values.get("MECH_OPTIONS", &whole);
    let (mechanism, mechanism_at) = values.get("MECHANISMS", &whole);
    if !options.is_empty() {
        let words = format!("saslauthd by its mechanism `{mechanism}` with `{options}`");
        return Ok((Backend::Other(words), at));
    }
    // What follows a blank would be further arguments.
    let is_word = !mechanism.is_empty() && mechanism.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_word {
        return Err(fault("MECHANISMS", "it is not one word", &mechanism_at));
    }
    Ok((Backend::Saslauthd(mechanism.to_owned()), mechanism_at))
}

/// Returns the directory of the socket: the one option that moves it. An option that is not known
/// may turn another mechanism on.
fn directory<'o>(options: &'o str, at: &Loc) -> Result<&'o str, Fault> {
    if options.is_empty() {
        return Ok("/var/run/saslauthd");
    }
    let mut directory = None;
    let mut words = options.split_ascii_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-c" => {}
            "-m" if directory.is_none() => directory = words.next(),
            _ => {
                let reason = format!("`{word}` is not followed: only `-c` and `-m DIRECTORY` are");
                return Err(fault("OPTIONS", reason, at));
            }
        }
    }
    directory.ok_or_else(|| fault("OPTIONS", "without `-m` the script does not start it", at))
}

/// `/var/run` is `/run`.
fn plain(path: &str) -> &str {
    let inside = path.strip_prefix("/var").unwrap_or(path);
    if inside.starts_with("/run/") {
        inside
    } else {
        path
    }
}

/// What the shell has of the file.
struct Values<'t>(BTreeMap<&'t str, (&'t str, Loc)>);

impl<'t> Values<'t> {
    fn get(&self, name: &str, whole: &Loc) -> (&'t str, Loc) {
        let found = self.0.get(name).cloned();
        found.unwrap_or_else(|| ("", whole.clone()))
    }
}

/// Reads assignments of plain words, a line each; of two the last counts.
fn assignments(artifact: &super::Artifact) -> Result<BTreeMap<&str, (&str, Loc)>, Fault> {
    let text = artifact.source.text();
    let mut values = BTreeMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = Loc::new(&artifact.source, start, start + line.trim_ascii_end().len());
        start += line.len();
        if line.contains('\r') {
            return Err(fault(
                FILE,
                "to the shell a carriage return is a part of the value",
                &at,
            ));
        }
        if let Some(odd) = line.trim_end_matches('\n').chars().find(|c| is_odd(*c)) {
            let name = format!("U+{:04X}", u32::from(odd));
            return Err(fault(
                &name,
                "no file of settings has such a character",
                &at,
            ));
        }
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(fault(line, "only assignments are followed", &at));
        };
        if !KNOWN.contains(&name) {
            let reason = "the script that starts saslauthd has no such variable, or it moves it";
            return Err(fault(name, reason, &at));
        }
        let Some(value) = word(value) else {
            let reason = "only a plain word, or plain text in quotes, is followed";
            return Err(fault(name, reason, &at));
        };
        values.insert(name, (value, at));
    }
    Ok(values)
}

/// A control character, or one that changes the order of what stands there: none is to the shell
/// what it looks like, and a form feed is no blank.
fn is_odd(c: char) -> bool {
    is_control(c) && c != '\t' || is_direction(c)
}

/// Returns a word of the shell in which nothing is expanded; a comment may follow.
fn word(text: &str) -> Option<&str> {
    let (value, rest) = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text.get(1..)?.split_once(quote)?,
        _ => text.split_at(text.find([' ', '\t']).unwrap_or(text.len())),
    };
    let is_quoted = text.starts_with(['"', '\'']);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@+%=".contains(c);
    let is_quotable = |c: char| is_plain(c) || " ()[]#;&|<>!?*".contains(c);
    let fits = if is_quoted {
        value.chars().all(is_quotable)
    } else {
        value.chars().all(is_plain)
    };
    let ends = rest.trim_ascii_start();
    let is_over = ends.is_empty() || (ends.starts_with('#') && rest.starts_with([' ', '\t']));
    (fits && is_over).then_some(value)
}

fn fault(name: &str, reason: impl Into<String>, at: &Loc) -> Fault {
    Fault {
        name: name.to_owned(),
        reason: reason.into(),
        at: at.clone(),
    }
}
