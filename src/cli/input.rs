//! Files that are read.
#![expect(clippy::disallowed_methods, reason = "this is where files are read")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mailpol::policy::{BULK_OCTETS_MAX, Policy, Scenario};
use mailpol::source::{Files, Position, Source};

use super::Failure;
use mailpol::diagnostic::Diagnostics;

/// The longest policy that is read at all: what is larger, or has no end, is not even looked at.
/// The language has its own, smaller limit.
pub(super) const POLICY_OCTETS_MAX: u64 = 64 << 20;

/// A policy's text, and where the files beside it are.
pub(super) struct PolicyText {
    pub(super) source: Arc<Source>,
    pub(super) path: Option<PathBuf>,
    beside: Box<dyn Files>,
}

/// Files beside a policy.
#[derive(Debug)]
struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        let path = self.0.join(name);
        let text = read_text(&path, BULK_OCTETS_MAX as u64).map_err(|failure| match failure {
            Failure::Unable(why) => why,
            Failure::Reported | Failure::Pipe => String::new(),
        })?;
        Ok(Source::read(name, path.to_string_lossy(), text))
    }
}

impl PolicyText {
    /// Checks the policy and makes its meaning.
    pub(super) fn load(&self, diagnostics: &mut Diagnostics) -> Result<Policy, Failure> {
        Ok(mailpol::compile::load(
            &self.source,
            self.beside.as_ref(),
            diagnostics,
        )?)
    }

    /// The same for what needs it to the end: then to take it apart piece by piece, before the
    /// process gives back all memory at once, would only take time.
    pub(super) fn load_to_the_end(
        &self,
        diagnostics: &mut Diagnostics,
    ) -> Result<ManuallyDrop<Policy>, Failure> {
        self.load(diagnostics).map(ManuallyDrop::new)
    }

    /// The same for two policies at once: this one, and the one after.
    pub(super) fn load_with(
        &self,
        after: &Self,
        diagnostics: &mut Diagnostics,
    ) -> Result<[Policy; 2], Failure> {
        let both = [self, after].map(|one| (&one.source, one.beside.as_ref()));
        Ok(mailpol::compile::load_both(both, diagnostics)?)
    }

    /// Returns the same text under another name; it stands where it stood.
    pub(super) fn named(self, name: &str) -> Self {
        Self {
            source: Source::read(name, self.source.path(), self.source.text()),
            ..self
        }
    }

    /// Returns a policy that comes from elsewhere than a file.
    pub(super) fn from_elsewhere(source: Arc<Source>, beside: Box<dyn Files>) -> Self {
        Self {
            source,
            path: None,
            beside,
        }
    }
}

/// Reads the policy that the user names, or the one that stands here. `-` is standard input.
pub(super) fn policy(argument: Option<&Path>) -> Result<PolicyText, Failure> {
    let path = match argument {
        Some(path) if path == Path::new("-") => return standard_input(),
        Some(path) => path.to_path_buf(),
        None => find()?,
    };
    let text = read_text(&path, POLICY_OCTETS_MAX)?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let beside = path.parent().unwrap_or(Path::new("")).to_path_buf();
    Ok(PolicyText {
        source: Source::read(name, path.to_string_lossy(), text),
        path: Some(path),
        beside: Box::new(Beside(beside)),
    })
}

/// Takes standard input, which one thing can be, and not two.
fn take_input() -> Result<std::io::Stdin, Failure> {
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);
    if IS_TAKEN.swap(true, Ordering::Relaxed) {
        let why = "standard input is named twice, and can be one of the two";
        return Err(Failure::Unable(why.to_owned()));
    }
    Ok(std::io::stdin())
}

fn standard_input() -> Result<PolicyText, Failure> {
    let shown = "standard input";
    let bytes = take(shown, take_input()?.lock(), POLICY_OCTETS_MAX, 0)?;
    let text = utf8(shown, bytes)?;
    Ok(PolicyText {
        source: Source::new("stdin", text),
        path: None,
        beside: Box::new(Beside(PathBuf::new())),
    })
}

/// Reads a file of scenarios, named as it was given: there may be several; `-` is standard input.
pub(super) fn scenarios(
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Scenario>, Failure> {
    let source = if path == Path::new("-") {
        standard_input()?.source
    } else {
        let text = read_text(path, POLICY_OCTETS_MAX)?;
        Source::new(path.to_string_lossy(), text)
    };
    Ok(mailpol::compile::load_scenarios(&source, diagnostics)?)
}

/// Tells whether an argument names a policy: `-`, or what ends in `.kdl`.
pub(super) fn is_policy(argument: &str) -> bool {
    argument == "-" || argument.to_ascii_lowercase().ends_with(".kdl")
}

/// Finds `mailpol.kdl`, `policy.kdl`, or the only `*.kdl` here.
fn find() -> Result<PathBuf, Failure> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(".")? {
        let path = PathBuf::from(entry?.file_name());
        if path.is_file() {
            names.insert(path.to_string_lossy().into_owned());
        }
    }
    match policy_among(&names) {
        Ok(name) => Ok(PathBuf::from(name)),
        Err(none) if none.is_empty() => Err(Failure::Unable(
            "there is no policy here; name one, such as `policy.kdl`".into(),
        )),
        Err(several) => Err(Failure::Unable(format!(
            "there are several policies here; name one of them: {}",
            several.join(", ")
        ))),
    }
}

/// Returns which of a folder's files is its policy, if none is named; else which may be.
pub(super) fn policy_among(names: &BTreeSet<String>) -> Result<&str, Vec<&str>> {
    let preferred = ["mailpol.kdl", "policy.kdl"].into_iter();
    let preferred: Vec<&str> = preferred.filter(|name| names.contains(*name)).collect();
    match preferred.as_slice() {
        [] => {}
        [only] => return Ok(*only),
        // Which of them is built hangs on what somebody remembers.
        _ => return Err(preferred),
    }
    let policies = names.iter().filter(|name| {
        let path = Path::new(name.as_str());
        path.extension().is_some_and(|extension| extension == "kdl")
    });
    match policies.collect::<Vec<_>>().as_slice() {
        [only] => Ok(only.as_str()),
        several => Err(several.iter().map(|name| name.as_str()).collect()),
    }
}

/// Reads a text file. Of what is longer, or has no end, no more is read than shows it.
pub(super) fn read_text(path: &Path, octets_max: u64) -> Result<String, Failure> {
    let shown = path.display().to_string();
    let file = fs::File::open(path).map_err(|error| unread(&shown, &error))?;
    let bytes = take_file(&shown, file, octets_max)?;
    utf8(&shown, bytes)
}

/// Reads all of a file, if that is not too much.
pub(super) fn take_file(shown: &str, file: fs::File, octets_max: u64) -> Result<Vec<u8>, Failure> {
    // As much as it has is taken at once.
    let octets = file
        .metadata()
        .map_or(0, |found| found.len().min(octets_max));
    let room = usize::try_from(octets).unwrap_or_default() + 1;
    take(shown, file, octets_max, room)
}

/// Reads all of a stream, if that is not too much; `room` is made for so much of it.
pub(super) fn take(
    shown: &str,
    stream: impl Read,
    octets_max: u64,
    room: usize,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(room);
    let read = stream.take(octets_max + 1).read_to_end(&mut bytes);
    read.map_err(|error| unread(shown, &error))?;
    if bytes.len() as u64 > octets_max {
        let mebibytes = octets_max >> 20;
        return Err(Failure::Unable(format!(
            "`{shown}` has more than {mebibytes} MiB"
        )));
    }
    Ok(bytes)
}

fn unread(shown: &str, error: &std::io::Error) -> Failure {
    Failure::Unable(format!("`{shown}` cannot be read: {error}"))
}

pub(super) fn utf8(shown: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes)
        .map_err(|error| Failure::Unable(format!("`{shown}` {}", not_utf8(&error))))
}

/// Says where a text is no UTF-8.
pub(super) fn not_utf8(error: &FromUtf8Error) -> String {
    let good = error.utf8_error().valid_up_to();
    let (head, rest) = error.as_bytes().split_at_checked(good).unwrap_or_default();
    let head = Source::new("", String::from_utf8_lossy(head));
    let Position { line, column } = head.position(good);
    let octet = rest.first().copied().unwrap_or_default();
    format!(
        "is not UTF-8: line {line}, column {column} holds the octet 0x{octet:02X}; save it as UTF-8"
    )
}

/// How many octets of lines are read at once.
const SOME_BYTES: usize = 1 << 17;

/// Opens a stream of lines; `-` is standard input.
pub(super) fn lines(path: &Path) -> Result<Box<dyn std::io::BufRead>, Failure> {
    if path == Path::new("-") {
        let input = take_input()?;
        return Ok(Box::new(std::io::BufReader::with_capacity(
            SOME_BYTES, input,
        )));
    }
    let unable = |why: &dyn std::fmt::Display| {
        Failure::Unable(format!("`{}` cannot be read: {why}", path.display()))
    };
    let file = fs::File::open(path).map_err(|error| unable(&error))?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(unable(&"it is a folder"));
    }
    Ok(Box::new(std::io::BufReader::with_capacity(
        SOME_BYTES, file,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_up_to_its_limit() {
        let octets = |count: usize| vec![b'x'; count];
        let read = |count: usize| take("f", octets(count).as_slice(), 2 << 20, 0);
        assert_eq!(read(2 << 20).ok(), Some(octets(2 << 20)));
        let Err(Failure::Unable(why)) = read((2 << 20) + 1) else {
            panic!("it is too long");
        };
        assert_eq!(why, "`f` has more than 2 MiB");
    }

    #[test]
    fn what_is_no_utf8_has_a_place() {
        let told = |octets: &[u8]| match utf8("f", octets.to_vec()) {
            Err(Failure::Unable(why)) => why,
            other => panic!("{other:?}"),
        };
        let at = |place: &str| format!("`f` is not UTF-8: {place}; save it as UTF-8");
        let first = at("line 1, column 1 holds the octet 0xFF");
        assert_eq!(told(b"\xff"), first);
        let third = at("line 3, column 3 holds the octet 0xE9");
        assert_eq!(told(b"a\nb\r\nc \xe9 \xff"), third);
        // Columns count characters, and a byte order mark is none.
        let second = at("line 1, column 2 holds the octet 0xFF");
        assert_eq!(told(b"\xef\xbb\xbf\xc3\xa9\xff"), second);
        // A character that is cut off.
        assert_eq!(
            told(b"ab\xe2\x82"),
            at("line 1, column 3 holds the octet 0xE2")
        );
    }
}
