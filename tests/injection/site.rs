//! The policy of these tests with a text in one position, and the files that are made of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use mailpol::compile::{files, load};
use mailpol::diagnostic::{Diagnostics, Style, Told, is_error, render};
use mailpol::dns;
use mailpol::policy::Policy;
use mailpol::prove::{self, Proven};
use mailpol::source::Source;
use mailpol::target::{TARGETS, Target};

use crate::positions::{Kind, POLICY, Position, Server};

/// A policy and its tables. Each word that begins with `zq` stands for a text of the user's.
fn originals(server: Server) -> &'static [(&'static str, &'static str)] {
    match server {
        Server::Outside => &[(POLICY, include_str!("outside/policy.kdl"))],
        Server::Tables => &[
            (POLICY, include_str!("tables/policy.kdl")),
            ("networks.tsv", include_str!("tables/networks.tsv")),
            ("domains.tsv", include_str!("tables/domains.tsv")),
            ("mailboxes.tsv", include_str!("tables/mailboxes.tsv")),
        ],
        Server::Words => &[(POLICY, include_str!("words/policy.kdl"))],
        Server::Logins => &[
            (POLICY, include_str!("logins/policy.kdl")),
            ("mailboxes.tsv", include_str!("logins/mailboxes.tsv")),
        ],
        Server::Dovecot => &[(POLICY, include_str!("dovecot/policy.kdl"))],
    }
}

/// Files by path, and what DNS is to say as one more.
pub(crate) type Tree = BTreeMap<String, String>;

/// Where the records stand in a tree.
pub(crate) const ZONE: &str = "records.zone";

/// A policy, its tables, and where the hostile text stands in them.
pub(crate) struct Site {
    server: Server,
    sources: Vec<Arc<Source>>,
    /// By name of the source, first and last octet.
    places: Vec<(String, usize, usize)>,
}

/// What comes of a policy for one target.
pub(crate) enum Outcome {
    /// Files.
    Made(Tree),
    /// Nothing: it was told why.
    Refused,
}

/// How files stand to those of the harmless policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They are the same, to the last octet.
    Same,
    /// They differ in comments, or in a file that was added as it is.
    Alike,
    /// They differ in what they say.
    Differs,
}

impl Site {
    /// Puts a text in a position, wherever its harmless one stands.
    pub(crate) fn new(position: &Position, text: &str) -> Self {
        let mut sources = Vec::new();
        let mut places = Vec::new();
        for (source, original) in originals(position.server) {
            let is_kdl = original.contains("mailpol version=1");
            let written = if is_kdl && position.kind != Kind::Comment {
                quoted(text)
            } else {
                text.to_owned()
            };
            let name = source.replace(position.harmless, text);
            let mut made = String::new();
            let mut parts = original.split(position.harmless);
            made.push_str(parts.next().unwrap_or_default());
            for part in parts {
                places.push((name.clone(), made.len(), made.len() + written.len()));
                made.push_str(&written);
                made.push_str(part);
            }
            sources.push(Source::new(name, made));
        }
        Self {
            server: position.server,
            sources,
            places,
        }
    }

    /// The policy as it is, with nothing hostile in it.
    pub(crate) fn harmless(server: Server) -> Self {
        let sources = originals(server).iter();
        Self {
            server,
            sources: sources
                .map(|(name, text)| Source::new(*name, *text))
                .collect(),
            places: Vec::new(),
        }
    }

    /// Whether the position stands anywhere at all.
    pub(crate) fn is_placed(&self, position: &Position) -> bool {
        position.harmless == POLICY || !self.places.is_empty()
    }

    /// Reads the policy.
    pub(crate) fn load(&self) -> Result<Policy, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let beside: BTreeMap<String, Arc<Source>> = originals(self.server)
            .iter()
            .zip(&self.sources)
            .skip(1)
            .map(|((name, _), source)| ((*name).to_owned(), Arc::clone(source)))
            .collect();
        let policy = load(&self.sources[0], &beside, &mut diagnostics);
        policy.map_err(|_| diagnostics)
    }

    /// Compiles it for a target, beside its records. Files are read back unless they are those of
    /// the harmless policy, and have to decide as the policy does.
    pub(crate) fn compile(
        &self,
        (policy, proven): (&Policy, &Proven<'_>),
        (target, zone): (&dyn Target, &str),
        text: &str,
        standing: impl Fn(&Tree) -> Standing,
    ) -> Result<Outcome, String> {
        let mut diagnostics = Diagnostics::new();
        let Ok(artifacts) = target.emit(proven, &mut diagnostics) else {
            return self.refused(&diagnostics, text).map(|()| Outcome::Refused);
        };
        let mut tree: Tree = artifacts
            .files()
            .map(|(path, artifact)| (path.to_owned(), artifact.source.text().to_owned()))
            .collect();
        let commands = artifacts.commands.join("\n");
        tree.insert("commands".to_owned(), commands);
        tree.insert(ZONE.to_owned(), zone.to_owned());
        let standing = standing(&tree);
        if standing == Standing::Same {
            return Ok(Outcome::Made(tree));
        }
        let read = target.interpret(&artifacts, &mut diagnostics);
        let proved = read.and_then(|reading| {
            if standing == Standing::Differs {
                prove::prove_files(proven, files(target, &reading), &mut diagnostics)?;
            }
            Ok(())
        });
        match proved {
            Ok(()) => Ok(Outcome::Made(tree)),
            // What was set by hand may be what the reader refuses, or the proof.
            Err(_) if policy.targets.is_empty() => Err(format!(
                "the files do not mean what the policy means:\n{}",
                Self::shown(&diagnostics)
            )),
            Err(_) => self.refused(&diagnostics, text).map(|()| Outcome::Refused),
        }
    }

    /// Returns what was told.
    pub(crate) fn shown(diagnostics: &Diagnostics) -> String {
        let told = diagnostics.sorted();
        let shown = told.iter().map(|one| render(one.as_ref(), Style::PLAIN));
        shown.collect::<Vec<_>>().join("\n")
    }

    /// Checks what was told of a refusal: it has a code, and its place is that of the text.
    pub(crate) fn refused(&self, diagnostics: &Diagnostics, text: &str) -> Result<(), String> {
        let told = diagnostics.sorted();
        let fault = |what: &str| Err(format!("{what}:\n{}", Self::shown(diagnostics)));
        if diagnostics.has_internal() {
            return fault("a mistake of mailpol's own");
        }
        let errors = told.iter().filter(|one| is_error(one.as_ref()));
        let errors: Vec<&&Told> = errors.collect();
        if errors.is_empty() || errors.iter().any(|one| one.code().is_none()) {
            return fault("an error without a code, or none at all");
        }
        if !errors.iter().any(|one| self.is_at(one, text)) {
            return fault("no error is at the words");
        }
        Ok(())
    }

    /// Whether a label of a diagnostic is at the text: on a line of the policy or of a table where
    /// it was put, or on one of an emitted file that holds it.
    fn is_at(&self, told: &Told, text: &str) -> bool {
        let labels: Vec<_> = told.labels().into_iter().flatten().collect();
        labels.iter().any(|label| {
            let span = label.inner();
            let code = told.source_code();
            let contents = code.and_then(|code| code.read_span(span, 1, 1).ok());
            let Some(contents) = contents else {
                return false;
            };
            let name = contents.name().unwrap_or_default();
            let of_name = |source: &&Arc<Source>| source.name() == name;
            let Some(source) = self.sources.iter().find(of_name) else {
                let shown = String::from_utf8_lossy(contents.data());
                let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                return lines.any(|line| shown.contains(line));
            };
            let line = |at: usize| {
                source
                    .text()
                    .bytes()
                    .take(at)
                    .filter(|b| *b == b'\n')
                    .count()
            };
            let told = line(span.offset())..=line(span.offset() + span.len());
            self.places.iter().any(|(source, first, last)| {
                source == name && line(*first) <= *told.end() && *told.start() <= line(*last)
            })
        })
    }
}

/// Returns the records of a policy as a zone, which has to read back as it was meant.
pub(crate) fn zone(policy: &Policy) -> Result<String, String> {
    let records = dns::records(policy).map_err(|why| format!("{why:?}"))?;
    let text = dns::zone(&records, &dns::requests(policy));
    let mut diagnostics = Diagnostics::new();
    let read = dns::read_zone(
        &Source::new("records.zone", text.as_str()),
        &mut diagnostics,
    );
    let read = read.map_err(|_| format!("the zone cannot be read:\n{text}"))?;
    if format!("{read:?}") != format!("{:?}", dns::in_memory(&records)) {
        return Err(format!("the zone reads otherwise:\n{text}"));
    }
    Ok(text)
}

/// Returns the target of a name.
pub(crate) fn target(name: &str) -> &'static dyn Target {
    let mut targets = TARGETS.iter().copied();
    targets.find(|target| target.name() == name).unwrap()
}

/// Writes a text as it stands between the quotes of a KDL string.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ' '..='~' => quoted.push(c),
            other => {
                let _written = write!(quoted, "\\u{{{:x}}}", u32::from(other));
            }
        }
    }
    quoted
}
