//! OpenDKIM as a Milter that signs (opendkim.conf(5) and opendkim(8) of 2.11.0).
//!
//! In `Mode s` it refuses nothing. A message is signed if its client is in `InternalHosts`, or has
//! logged in, and the domain of its From is in `SigningTable`.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::{MissingFile, UnjudgedTable};
use super::table::{self, TableRow};
use super::text::Text;
use crate::decision::Signing;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::Artifacts;

/// Its configuration, on Debian.
const FILE: &str = "etc/opendkim.conf";
/// Settings without a say in what is signed with which key, and for whom.
const HARMLESS: &str = "userid umask pidfile syslog syslogsuccess canonicalization \
                        requiresafekeys logwhy";
/// Fields that no host adds on the way: one that is signed as absent and then comes breaks the
/// signature.
const OVERSIGNED: &str = "from sender reply-to subject date to cc message-id in-reply-to \
                          references \
                          mime-version content-type content-transfer-encoding";

/// Reads what it signs. `mynetworks` must be its internal hosts, so that it signs for nobody else.
pub(super) fn read(
    milter: &Text,
    mynetworks: &Text,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Signing>, Reported> {
    let Some(artifact) = artifacts.get(FILE) else {
        return Err(diagnostics.error(MissingFile::new(FILE, artifacts, &milter.at())));
    };
    let mut settings: BTreeMap<String, TableRow> = BTreeMap::new();
    for mut row in table::lines(&artifact.source) {
        let line = row
            .value
            .split('#')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        let name = name.to_ascii_lowercase();
        value.trim().clone_into(&mut row.value);
        if !HARMLESS.split_ascii_whitespace().any(|known| known == name) {
            settings.insert(name, row);
        }
    }
    let mut reading = Reading {
        artifacts,
        diagnostics,
        settings,
        place: milter.at(),
    };
    reading.is("mode", &["s"])?;
    reading.is("socket", &["inet:8891@127.0.0.1"])?;
    reading.is("multiplesignatures", &["yes"])?;
    reading.oversigns()?;
    let external = reading.take("externalignorelist")?;
    let internal = reading.take("internalhosts")?;
    if external.value != internal.value {
        return Err(reading.refuse(&external, "it is another list than `InternalHosts`"));
    }
    let hosts = reading.rows(&internal, "file:")?;
    let words = mynetworks.words();
    let wanted: BTreeSet<String> = words
        .iter()
        .map(|word| word.as_str().replace(['[', ']'], ""))
        .collect();
    if hosts
        .iter()
        .map(|row| row.value.trim().to_owned())
        .collect::<BTreeSet<_>>()
        != wanted
    {
        return Err(reading.refuse(&internal, "it is another list than `mynetworks`"));
    }
    let keys = reading.take("keytable")?;
    let keys = reading.rows(&keys, "file:")?;
    let signing = reading.take("signingtable")?;
    let signing = reading.rows(&signing, "refile:")?;
    if let Some((name, row)) = reading.settings.pop_first() {
        let reason = format!("the model does not hold `{name}`");
        return Err(reading.refuse(&row, &reason));
    }
    signing
        .iter()
        .map(|row| reading.signing(row, &keys))
        .collect()
}

struct Reading<'a> {
    artifacts: &'a Artifacts,
    diagnostics: &'a mut Diagnostics,
    settings: BTreeMap<String, TableRow>,
    /// What names the Milter.
    place: Loc,
}

impl Reading<'_> {
    fn refuse(&mut self, row: &TableRow, reason: &str) -> Reported {
        let error = UnjudgedTable::new(&row.value, reason, &row.at);
        self.diagnostics.error(error)
    }

    /// Takes a setting, which must be there: its default would sign for others.
    fn take(&mut self, name: &str) -> Result<TableRow, Reported> {
        self.settings.remove(name).ok_or_else(|| {
            let reason = "OpenDKIM's own value would count";
            let error = UnjudgedTable::new(name, reason, &self.place);
            self.diagnostics.error(error)
        })
    }

    fn is(&mut self, name: &str, values: &[&str]) -> Result<(), Reported> {
        let row = self.take(name)?;
        if values.contains(&row.value.as_str()) {
            return Ok(());
        }
        Err(self.refuse(
            &row,
            &format!("the model holds `{name}` at {} only", values.join(", ")),
        ))
    }

    /// Judges the fields that are signed once more than they stand there, if any are.
    fn oversigns(&mut self) -> Result<(), Reported> {
        let Some(row) = self.settings.remove("oversignheaders") else {
            return Ok(());
        };
        let is_known = |field: &str| {
            let field = field.trim().to_ascii_lowercase();
            OVERSIGNED.split_ascii_whitespace().any(|one| one == field)
        };
        if row.value.split(',').all(is_known) {
            return Ok(());
        }
        let reason = "hosts on the way may add such a field, and the signature would break";
        Err(self.refuse(&row, reason))
    }

    /// Returns the rows of a data set that is a file.
    fn rows(&mut self, row: &TableRow, kind: &str) -> Result<Vec<TableRow>, Reported> {
        let Some(path) = row.value.strip_prefix(kind) else {
            return Err(self.refuse(row, &format!("only a data set of `{kind}` is read")));
        };
        let Some(artifact) = self.artifacts.get(path) else {
            let missing = MissingFile::new(path, self.artifacts, &row.at);
            return Err(self.diagnostics.error(missing));
        };
        Ok(table::lines(&artifact.source))
    }

    /// Reads a row of `SigningTable`, and the key that it names.
    fn signing(&mut self, row: &TableRow, keys: &[TableRow]) -> Result<Signing, Reported> {
        let pair = row.value.trim().split_once(char::is_whitespace);
        let pair =
            pair.and_then(|(pattern, name)| Some((pattern.strip_prefix("*@")?, name.trim())));
        let Some((domain, name)) = pair.filter(|(domain, _)| !domain.contains(['*', '@'])) else {
            return Err(self.refuse(row, "only `*@` and a domain is followed"));
        };
        let parts = keys.iter().find_map(|key| {
            let (known, parts) = key.value.trim().split_once(char::is_whitespace)?;
            (known == name).then(|| parts.trim().split(':').collect::<Vec<_>>())
        });
        match parts.as_deref() {
            Some([signed, selector, key]) if signed.eq_ignore_ascii_case(domain) => Ok(Signing {
                domain: domain.to_ascii_lowercase(),
                selector: selector.to_ascii_lowercase(),
                key: (*key).to_owned(),
                always: true,
                at: row.at.clone(),
            }),
            Some(_) => Err(self.refuse(row, "its key is another domain's, or is not one")),
            None => Err(self.refuse(row, "there is no key of this name")),
        }
    }
}
