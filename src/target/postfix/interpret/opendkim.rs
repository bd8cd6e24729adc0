//! OpenDKIM as a Milter that signs (opendkim.conf(5) and opendkim(8) of 2.11.0).
//!
//! In `Mode s` it refuses nothing. A message is signed if its client is in `InternalHosts`, or has
//! logged in, and the domain of its From is in `SigningTable`.

mod file;
mod harmless;
mod hosts;

use std::collections::BTreeMap;

use self::file::Line;
use super::characters;
use super::diagnostics::{MissingFile, UnjudgedTable};
use super::text::Text;
use crate::decision::{SignedClients, Signing};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::Artifacts;

/// Its configuration, on Debian.
const FILE: &str = "etc/opendkim.conf";
/// Fields that no host adds on the way: one that is signed as absent and then comes breaks the
/// signature.
const OVERSIGNED: &str = "from sender reply-to subject date to cc message-id in-reply-to \
                          references \
                          mime-version content-type content-transfer-encoding";

/// Reads with which keys it signs, and for whom.
pub(super) fn read(
    milter: &Text,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<(Vec<Signing>, SignedClients), Reported> {
    let Some(artifact) = artifacts.get(FILE) else {
        return Err(diagnostics.error(MissingFile::new(FILE, artifacts, &milter.at())));
    };
    characters::check(&artifact.source, diagnostics)?;
    let mut reading = Reading {
        artifacts,
        diagnostics,
        settings: BTreeMap::new(),
        place: milter.at(),
    };
    let lines = file::lines(&artifact.source);
    for line in lines.map_err(|fault| reading.faulty(fault))? {
        reading.setting(line)?;
    }
    reading.is("mode", &["s"])?;
    reading.is("socket", &["inet:8891@127.0.0.1"])?;
    // The account that its keys belong to, and the file that Debian's unit waits for.
    reading.is("userid", &["opendkim", "opendkim:opendkim"])?;
    reading.is("pidfile", &["/run/opendkim/opendkim.pid"])?;
    reading.is("multiplesignatures", &["yes"])?;
    // By default it puts every message off whose header has more than 64K, a stranger's too.
    reading.is("maximumheaders", &["0"])?;
    reading.oversigns()?;
    let external = reading.take("externalignorelist")?;
    let internal = reading.take("internalhosts")?;
    if external.value != internal.value {
        return Err(reading.refuse(&external, "it is another list than `InternalHosts`"));
    }
    let rows = reading.rows(&internal, "file:")?;
    let clients = match hosts::clients(&rows, &internal.at) {
        Ok(clients) => clients,
        Err((row, reason)) => return Err(reading.refuse(row, reason)),
    };
    let keys = reading.take("keytable")?;
    let keys = reading.rows(&keys, "file:")?;
    let signing = reading.take("signingtable")?;
    let signing = reading.rows(&signing, "refile:")?;
    if let Some((name, row)) = reading.settings.pop_first() {
        let reason = format!("the model does not hold `{name}`");
        return Err(reading.refuse(&row, &reason));
    }
    let signing: Result<Vec<Signing>, Reported> = signing
        .iter()
        .map(|row| reading.signing(row, &keys))
        .collect();
    let at = internal.at;
    let signed = SignedClients {
        clients: Some(clients),
        logins: true,
        at,
    };
    Ok((signing?, signed))
}

struct Reading<'a> {
    artifacts: &'a Artifacts,
    diagnostics: &'a mut Diagnostics,
    /// By name in lower case.
    settings: BTreeMap<String, Line>,
    /// What names the Milter.
    place: Loc,
}

impl Reading<'_> {
    fn refuse(&mut self, row: &Line, reason: &str) -> Reported {
        let text = format!("{} {}", row.name, row.value);
        let error = UnjudgedTable::new(text.trim_ascii_end(), reason, &row.at);
        self.diagnostics.error(error)
    }

    fn faulty(&mut self, (at, reason): (Loc, &str)) -> Reported {
        let error = UnjudgedTable::new(at.words(), reason, &at);
        self.diagnostics.error(error)
    }

    /// Keeps a setting, if it has a say in what is signed.
    fn setting(&mut self, line: Line) -> Result<(), Reported> {
        let name = line.name.to_ascii_lowercase();
        match harmless::setting(&name) {
            Some(setting) if setting.holds(&line.value) => Ok(()),
            Some(setting) => Err(self.refuse(&line, &setting.reason())),
            None if self.settings.contains_key(&name) => Err(self.refuse(&line, "it is set twice")),
            None => {
                self.settings.insert(name, line);
                Ok(())
            }
        }
    }

    /// Takes a setting, which must be there: its default would sign for others.
    fn take(&mut self, name: &str) -> Result<Line, Reported> {
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
            let field = field.trim_ascii().to_ascii_lowercase();
            OVERSIGNED.split_ascii_whitespace().any(|one| one == field)
        };
        if row.value.split(',').all(is_known) {
            return Ok(());
        }
        let reason = "hosts on the way may add such a field, and the signature would break";
        Err(self.refuse(&row, reason))
    }

    /// Returns the rows of a data set that is a file.
    fn rows(&mut self, row: &Line, kind: &str) -> Result<Vec<Line>, Reported> {
        let Some(path) = row.value.strip_prefix(kind) else {
            return Err(self.refuse(row, &format!("only a data set of `{kind}` is read")));
        };
        let Some(artifact) = self.artifacts.get(path) else {
            let missing = MissingFile::new(path, self.artifacts, &row.at);
            return Err(self.diagnostics.error(missing));
        };
        characters::check(&artifact.source, self.diagnostics)?;
        file::rows(&artifact.source).map_err(|fault| self.faulty(fault))
    }

    /// Reads a row of `SigningTable`, and the key that it names.
    fn signing(&mut self, row: &Line, keys: &[Line]) -> Result<Signing, Reported> {
        let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
        let domain = row.name.strip_prefix("*@");
        let Some(domain) = domain.filter(|domain| domain.bytes().all(is_plain)) else {
            return Err(self.refuse(row, "only `*@` and a domain is followed"));
        };
        if !row.value.bytes().all(is_plain) {
            return Err(self.refuse(row, "only the bare name of a key is followed"));
        }
        let key = keys.iter().find(|key| key.name == row.value);
        let parts: Option<Vec<&str>> = key.map(|key| key.value.split(':').collect());
        match parts.as_deref() {
            // Without the slash it would be the key itself.
            Some([signed, selector, key])
                if signed.eq_ignore_ascii_case(domain) && key.starts_with('/') =>
            {
                Ok(Signing {
                    domain: domain.to_ascii_lowercase(),
                    selector: selector.to_ascii_lowercase(),
                    key: (*key).to_owned(),
                    always: true,
                    at: row.at.clone(),
                })
            }
            Some(_) => Err(self.refuse(row, "its key is another domain's, or is not one")),
            None => Err(self.refuse(row, "there is no key of this name")),
        }
    }
}
