//! What an smtp transport signs (spec 4.96, section 58.1; `dkim_exim_sign` in dkim.c).
//!
//! Each domain of `dkim_domain` signs with each selector of `dkim_selector`. Which domains these
//! are may hang on the message in two ways only: the domain of its From is looked up, and the
//! domain that signs is the one that was found; and on who sent it.

mod signature;
mod signed;

use super::diagnostics::UnjudgedService;
use super::expand::Cursor;
use super::list;
use super::reader::{Place, Reader};
use super::section::{Instance, Setting};
use super::text::Text;
use super::value::Value;
use crate::decision::{SignedClients, Signing};
use crate::diagnostic::Reported;
use crate::source::Spanned;

/// Every option of section 58.1.
const OPTIONS: [&str; 9] = [
    "dkim_canon",
    "dkim_domain",
    "dkim_hash",
    "dkim_identity",
    "dkim_private_key",
    "dkim_selector",
    "dkim_sign_headers",
    "dkim_strict",
    "dkim_timestamps",
];

/// The names of the From header, as it is, in an expansion (section 11.5). Decoded, a comma of a
/// name stands between two addresses, which have no domain: nothing is signed (tried).
const FROM: [&str; 2] = ["$rh_from:", "$rheader_from:"];

/// Values of `dkim_private_key` that mean no signature; no error either, however strict.
const NO_KEY: [&str; 3] = ["", "0", "false"];

impl Reader<'_> {
    /// Reads what an smtp transport signs, with which keys, and whose mail.
    pub(super) fn signed_by(
        &mut self,
        transport: &Instance,
    ) -> Result<(Vec<Signing>, Option<SignedClients>), Reported> {
        let known = |name: &str| !name.starts_with("dkim_") || OPTIONS.contains(&name);
        let mut settings = transport.settings.iter();
        if let Some(setting) = settings.find(|setting| !known(&setting.name)) {
            return Err(self.unsigned(setting, "mailpol does not know this option"));
        }
        let Some(domains) = transport.get("dkim_domain") else {
            return Ok((Vec::new(), None));
        };
        self.signature_is_plain(transport)?;
        let always = match transport.get("dkim_strict") {
            Some(setting) => {
                let text = setting
                    .text(self.diagnostics)?
                    .as_str()
                    .to_ascii_lowercase();
                if !["", "0", "1", "false", "true"].contains(&text.as_str()) {
                    return Err(self.unsigned(setting, "mailpol follows `true` and `false`"));
                }
                ["1", "true"].contains(&text.as_str())
            }
            None => false,
        };
        let text = domains.text(self.diagnostics)?;
        let (signed, text) = self.signed_clients(domains, text)?;
        let expansions = self.expansions;
        let signing = self.at_place(Place::Transport, |reader| {
            let mut signing = Vec::new();
            for domain in reader.signing_domains(domains, &text)? {
                reader.dkim_domain = Some(domain.value.clone());
                signing.extend(reader.signatures_of(transport, &domain, always)?);
            }
            Ok(signing)
        });
        // What each domain costs is little, and how many there are is no matter of nesting.
        self.expansions = expansions;
        self.dkim_domain = None;
        self.dkim_selector = None;
        Ok((signing?, Some(signed)))
    }

    /// Returns the domains that sign: a list of names, or the rows that the domain of From finds.
    fn signing_domains(
        &mut self,
        setting: &Setting,
        text: &Text,
    ) -> Result<Vec<Spanned<String>>, Reported> {
        let Some((kind, file)) = by_from(text) else {
            let names = list::items(&self.plain(setting, text)?, ':');
            let lowered = |name: &Text| name.as_str().to_ascii_lowercase();
            let domains = names
                .iter()
                .map(|name| Spanned::new(lowered(name), setting.at.clone()));
            return Ok(domains.collect());
        };
        let (kind, finds_key) = match kind.strip_suffix(",ret=key") {
            Some(kind) => (kind, true),
            None => (kind.as_str(), false),
        };
        if !["lsearch", "cdb"].contains(&kind) {
            let reason = "only `lsearch` and `cdb` find whole domains";
            return Err(self.unsigned(setting, reason));
        }
        let rows = self.open(kind, &file)?;
        let mut domains = Vec::new();
        for row in &rows.list {
            if !finds_key && !row.value.eq_ignore_ascii_case(&row.key) {
                let reason = "one domain signs for another";
                return Err(self.refuse_table(&rows.name, reason, &row.at));
            }
            domains.push(Spanned::new(row.key.to_ascii_lowercase(), row.at.clone()));
        }
        Ok(domains)
    }

    /// Returns the signatures of the domain that [`Reader::dkim_domain`] is.
    fn signatures_of(
        &mut self,
        transport: &Instance,
        domain: &Spanned<String>,
        always: bool,
    ) -> Result<Vec<Signing>, Reported> {
        let (selectors, key) = (
            self.must_have(transport, "dkim_selector")?,
            self.must_have(transport, "dkim_private_key")?,
        );
        self.dkim_selector = None;
        let text = selectors.text(self.diagnostics)?;
        let selectors = self.plain(selectors, &text)?;
        let mut signing = Vec::new();
        for selector in list::items(&selectors, ':') {
            self.dkim_selector = Some(selector.as_str().to_owned());
            let text = key.text(self.diagnostics)?;
            if matches!(self.expand(&text)?, Value::Fail) {
                // `dkim_exim_sign` gives up there: what other keys have signed is lost too.
                let name = format!("{}._domainkey.{}", selector.as_str(), domain.value);
                let reason = if always {
                    format!(
                        "it fails for {name}, so nothing from {} leaves",
                        domain.value
                    )
                } else {
                    format!("it fails for {name}, so no other key signs either")
                };
                return Err(self.unsigned(key, &reason));
            }
            let path = self.plain(key, &text)?;
            if NO_KEY.contains(&path.as_str()) {
                continue;
            }
            if !path.as_str().starts_with('/') {
                return Err(self.unsigned(key, "a private key stands in the file itself"));
            }
            signing.push(Signing {
                domain: domain.value.clone(),
                selector: selector.as_str().to_ascii_lowercase(),
                key: path.as_str().to_owned(),
                always,
                at: domain.at.clone(),
            });
        }
        Ok(signing)
    }

    fn must_have<'s>(
        &mut self,
        transport: &'s Instance,
        name: &str,
    ) -> Result<&'s Setting, Reported> {
        transport.get(name).ok_or_else(|| {
            let reason = format!("`dkim_domain` is set, and `{name}` is not");
            self.syntax(reason, &transport.at)
        })
    }

    /// Expands what must not hang on the message.
    fn plain(&mut self, setting: &Setting, text: &Text) -> Result<Text, Reported> {
        let value = self.expand(text)?;
        match value.as_text() {
            Some(plain) => Ok(Text::made(plain, &text.at())),
            None => Err(self.unsigned(setting, "mailpol does not follow what it comes to")),
        }
    }

    fn unsigned(&mut self, setting: &Setting, reason: &str) -> Reported {
        let error = UnjudgedService::new(&setting.name, reason, &setting.at);
        self.diagnostics.error(error)
    }
}

/// Reads `${lookup{DOMAIN OF FROM}KIND{FILE}}`. A key of `lsearch` has no case; the keys of the
/// others have, so the domain must be lowered.
fn by_from(text: &Text) -> Option<(String, Text)> {
    let mut cursor = Cursor::new(text);
    if !cursor.eat("${lookup") {
        return None;
    }
    cursor.blanks();
    let lowered = cursor.eat("{${lc:${domain:");
    if !lowered && !cursor.eat("{${domain:") {
        return None;
    }
    FROM.iter().find(|name| cursor.eat(name))?;
    if !cursor.eat(if lowered { "}}}" } else { "}}" }) {
        return None;
    }
    cursor.blanks();
    let kind = cursor.until('{').trim().as_str().to_owned();
    cursor.eat("{");
    // A blank would be a part of its name.
    let file = cursor.until('}');
    let is_bare = file.trim().as_str() == file.as_str();
    let ends = cursor.eat("}}") && cursor.peek().is_none();
    let found =
        ends && is_bare && (lowered || kind.starts_with("lsearch")) && !file.as_str().contains('$');
    found.then_some((kind, file))
}
