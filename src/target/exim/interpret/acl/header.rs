//! Header fields that ACLs add and remove (spec 4.96, sections 44.24 and 44.25).

use super::Step;
use super::modifier::Done;
use super::read::RawLine;
use crate::decision::{Header, Unanswered};
use crate::target::exim::interpret::expand::is_name_of;
use crate::target::exim::interpret::inert::{is_extra, removes_traces};
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::session::Session;
use crate::target::exim::interpret::shape::NOT_AS_IT_CAME;
use crate::target::exim::interpret::truth::resolve;
use crate::target::exim::interpret::value::{Atom, Piece, Value};

/// Where a field goes: what stands in front of it.
const PLACES: [&str; 4] = [
    ":after_received:",
    ":at_end:",
    ":at_start:",
    ":at_start_rfc:",
];

/// Stands for what a variable holds, for a whole field that Exim makes, and for nothing else: no
/// file that is read has such a character.
const MADE: char = '\u{1}';
/// The same of `$spf_result`.
const RESULT: char = '\u{2}';

impl Reader<'_> {
    /// Reads `add_header`.
    pub(super) fn add_header(&mut self, line: &RawLine) -> Done {
        let allowed = matches!(
            self.place,
            Place::Mail | Place::Rcpt | Place::Predata | Place::Data
        );
        if !allowed {
            let reason = "a header cannot be added in this ACL";
            return Err(self.syntax(reason, &line.at));
        }
        let value = self.expand(&line.argument)?;
        let host = self.primary_hostname.clone().unwrap_or_default();
        if let Some(reason) = fault(&value, &host) {
            return Err(self.refuse("add_header", reason, &line.at));
        }
        if self.place != Place::Data && value.has(&tells_of_spf) {
            self.spf.added.get_or_insert_with(|| line.at.clone());
        }
        Ok(Some(Step::Header(value)))
    }

    /// Reads `remove_header`. Fields are removed that came with the message, and those that an
    /// earlier ACL has added; what the same one adds stays.
    pub(super) fn remove_header(&mut self, line: &RawLine) -> Done {
        let reason = match self.expand(&line.argument)?.as_text() {
            Some(text) if removes_traces(&text) => {
                self.spf.takes_away |= matches!(self.place, Place::Predata | Place::Data);
                return Ok(None);
            }
            Some(_) => NOT_AS_IT_CAME,
            None => "mailpol does not follow which headers it removes",
        };
        Err(self.refuse("remove_header", reason, &line.at))
    }
}

/// Returns whether a piece is a field that tells of SPF, or names one.
fn tells_of_spf(piece: &Piece) -> bool {
    if let Piece::Text(text) = piece {
        let text = text.to_ascii_lowercase();
        return text.contains("received-spf") || text.contains("authentication-results");
    }
    matches!(piece, Piece::ReceivedSpf | Piece::AuthenticationResults)
}

/// Says why a text may not be added.
fn fault(value: &Value, host: &str) -> Option<&'static str> {
    let pieces = match value {
        Value::Choice(_, yes, no) => return fault(yes, host).or_else(|| fault(no, host)),
        Value::Fail | Value::Defer => return None,
        Value::Pieces(pieces) => pieces,
    };
    let mut text = String::new();
    for piece in pieces {
        if let Piece::Text(more) = piece {
            text.push_str(more);
            continue;
        }
        if matches!(piece, Piece::Atom(Atom::SpfResult)) {
            text.push(RESULT);
            continue;
        }
        text.push(MADE);
        if matches!(piece, Piece::ReceivedSpf | Piece::AuthenticationResults) {
            text.push(':');
        }
    }
    let mut text = text.trim();
    for place in PLACES {
        text = text.strip_prefix(place).unwrap_or(text).trim_start();
    }
    let mut fields = text.split('\n').enumerate();
    fields.find_map(|(number, field)| match field.split_once(':') {
        _ if number > 0 && field.starts_with([' ', '\t']) => None,
        Some((name, said)) => field_fault(name, said.trim(), host),
        None if text.is_empty() => None,
        None => Some(NOT_AS_IT_CAME),
    })
}

/// Says why a field may not be added. A result that the file says is that of SPF, or `none`: any
/// other would be somebody's whom SPF did not find so.
fn field_fault(name: &str, said: &str, host: &str) -> Option<&'static str> {
    let is_found = |said: &str| {
        let rest = said.strip_prefix("none");
        let rest = rest.or_else(|| said.strip_prefix(RESULT));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let name = name.to_ascii_lowercase();
    let is_true = match name.as_str() {
        "received-spf" => is_found(said),
        "authentication-results" => said.split_once(';').is_some_and(|(name, rest)| {
            let found = rest.trim_start().strip_prefix("spf=");
            is_name_of(host, name.trim()) && found.is_some_and(is_found)
        }),
        name if name == String::from(MADE) || is_extra(name) => return None,
        _ => return Some(NOT_AS_IT_CAME),
    };
    (!is_true).then_some("it says something else than what SPF finds, or than who looked for it")
}

/// Adds the fields of a text.
pub(super) fn add(value: &Value, session: &mut Session<'_>) -> Result<(), Unanswered> {
    let Value::Pieces(pieces) = resolve(value, session)? else {
        return Ok(());
    };
    for (number, piece) in pieces.iter().enumerate() {
        if matches!(piece, Piece::ReceivedSpf) && session.has_received_spf()? {
            session.headers.insert(Header::ReceivedSpf);
        }
        if matches!(piece, Piece::AuthenticationResults) {
            session.headers.insert(Header::AuthenticationResults);
        }
        if let Piece::Text(text) = piece {
            let text = text.to_ascii_lowercase();
            let is_result = matches!(pieces.get(number + 1), Some(Piece::Atom(Atom::SpfResult)));
            for header in [Header::ReceivedSpf, Header::AuthenticationResults] {
                let name = format!("{}:", header.name().to_ascii_lowercase());
                let Some((_, said)) = text.rsplit_once(&name) else {
                    continue;
                };
                let said = said.trim();
                let is_true = if is_result && (said.is_empty() || said.ends_with("spf=")) {
                    session.has_received_spf()?
                } else {
                    session.may_say_none()?
                };
                if is_true {
                    session.headers.insert(header);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_say_what_was_found() {
        let text = |text: &str| fault(&Value::text(text), "mx.d.example");
        for good in [
            "",
            "X-Me: yes",
            ":at_start:X-Me: yes\n\tand more\nX-You: no\n",
            ":at_start:Received-SPF: none (no domain)",
            "Authentication-Results: mx.d.example; spf=none",
            "Authentication-Results: d.example ; spf=none (no domain)",
        ] {
            assert_eq!(text(good), None, "{good}");
        }
        for bad in [
            "Subject: x",
            "no field",
            "X-Me: yes\n\nin the text",
            "X-Me: yes\nBcc: x",
            "Received-SPF: pass",
            "Received-SPF: nonesuch",
            "Authentication-Results: mx.d.example; spf=pass",
            "Authentication-Results: other.example; spf=none",
            "Authentication-Results: mx.d.example.org; spf=none",
            "Authentication-Results: example; spf=none",
            "Authentication-Results: x.d.example; spf=none",
        ] {
            assert!(text(bad).is_some(), "{bad}");
        }
        for piece in [Piece::ReceivedSpf, Piece::AuthenticationResults] {
            let value = Value::text(":at_start:").then(&Value::piece(piece));
            assert_eq!(fault(&value, "mx.d.example"), None);
        }
        let value = Value::text("X-Me: ").then(&Value::piece(Piece::Opaque));
        assert_eq!(fault(&value, "mx.d.example"), None);
        assert!(fault(&Value::piece(Piece::Opaque), "mx.d.example").is_some());
    }
}
