//! Header fields that ACLs add and remove (spec 4.96, sections 44.24 and 44.25).

use super::Step;
use super::modifier::Done;
use super::read::RawLine;
use crate::decision::{Header, Unanswered};
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::expand::is_name_of;
use crate::target::exim::interpret::inert::{self, is_extra, removes_traces};
use crate::target::exim::interpret::pattern;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::session::Session;
use crate::target::exim::interpret::shape::NOT_AS_IT_CAME;
use crate::target::exim::interpret::truth::resolve;
use crate::target::exim::interpret::value::{Atom, Part, Piece, Value};

/// Where a field goes: what stands in front of it.
const PLACES: [&str; 4] = [
    ":after_received:",
    ":at_end:",
    ":at_start:",
    ":at_start_rfc:",
];

/// Stand for `$spf_received`, `${authresults}`, `$spf_result`, `$sender_host_address` and
/// `$sender_address_domain`.
const RECEIVED: char = '\u{1}';
const RESULTS: char = '\u{2}';
const RESULT: char = '\u{3}';
const CLIENT: char = '\u{4}';
const DOMAIN: char = '\u{5}';
/// Stands for another variable, which has one line.
const LINE: char = '\u{6}';
/// Stands for all else that is not written in the file, and for characters that no field has.
const ODD: char = '\u{7}';

/// What a field may say behind the result, in each of the two fields.
const OF_RECEIVED: [&str; 2] = ["", " client-ip=\u{4}"];
const OF_RESULTS: [&str; 2] = ["", " smtp.mailfrom=\u{5}"];

const NOT_FOUND: &str = "it says something else than what SPF finds, or than who looked for it";

/// A field that tells of SPF.
struct Field {
    header: Header,
    says: Says,
    /// Who has looked.
    by: Option<String>,
}

/// What a field says.
#[derive(Clone, Copy)]
enum Says {
    /// What Exim makes.
    Made,
    /// `$spf_result`.
    Result,
    /// `none`.
    None,
}

impl Reader<'_> {
    /// Returns whether an ACL may speak of the header: elsewhere Exim answers 451 (`conditions` in
    /// acl.c of 4.96, which forbids both modifiers in the same places).
    fn has_headers(&self) -> bool {
        matches!(
            self.place,
            Place::Mail | Place::Rcpt | Place::Predata | Place::Data
        )
    }

    /// Reads `add_header`.
    pub(super) fn add_header(&mut self, line: &RawLine) -> Done {
        if !self.has_headers() {
            let reason = "there is no header in this ACL, and Exim answers 451";
            return Err(self.refuse("add_header", reason, &line.at));
        }
        let value = self.expand_for_condition(&line.argument)?;
        if let Some(reason) = pattern::of_records(&value) {
            return Err(self.refuse("add_header", reason, &line.at));
        }
        if let Some(reason) = inert::too_long(line.argument.as_str()) {
            return Err(self.refuse("add_header", reason, &line.at));
        }
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
        if !self.has_headers() {
            let reason = "there is no header in this ACL, and Exim answers 451";
            return Err(self.refuse("remove_header", reason, &line.at));
        }
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
    match field(pieces) {
        Ok(Some(Field { by: Some(by), .. })) if !is_name_of(host, &by) => Some(NOT_FOUND),
        Ok(_) => None,
        Err(reason) => Some(reason),
    }
}

/// Returns the field that tells of SPF, if one is added, or says why it may not be: it is one that
/// Exim makes, or says what SPF has found, and nothing else. Other fields begin with `X-`.
fn field(pieces: &[Piece]) -> Result<Option<Field>, &'static str> {
    let text = marked(pieces);
    let text = text.trim();
    let placed = PLACES.iter().find_map(|place| text.strip_prefix(place));
    let text = placed.unwrap_or(text).trim_start();
    let made = |header| {
        let says = Says::Made;
        let by = None;
        Ok(Some(Field { header, says, by }))
    };
    if text == String::from(RECEIVED) {
        return made(Header::ReceivedSpf);
    }
    if text == String::from(RESULTS) {
        return made(Header::AuthenticationResults);
    }
    if text.contains([RECEIVED, RESULTS]) {
        return Err("nothing may stand beside a field that Exim makes");
    }
    if let Some((name, said)) = text.split_once(':').filter(|_| !text.contains('\n')) {
        let said = said.trim();
        if name.eq_ignore_ascii_case("received-spf") {
            let header = Header::ReceivedSpf;
            let says = says(said, &OF_RECEIVED)?;
            let by = None;
            return Ok(Some(Field { header, says, by }));
        }
        if name.eq_ignore_ascii_case("authentication-results") {
            let header = Header::AuthenticationResults;
            let (by, said) = said.split_once(';').ok_or(NOT_FOUND)?;
            let said = said.trim_start().strip_prefix("spf=").ok_or(NOT_FOUND)?;
            let says = says(said, &OF_RESULTS)?;
            let by = Some(by.trim().to_owned());
            return Ok(Some(Field { header, says, by }));
        }
    }
    extra(text).map(|()| None)
}

/// Returns a text with one character for each variable.
fn marked(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push(match piece {
            Piece::Text(more) => {
                let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
                text.extend(more.chars().map(|c| if is_odd(c) { ODD } else { c }));
                continue;
            }
            Piece::ReceivedSpf => RECEIVED,
            Piece::AuthenticationResults => RESULTS,
            Piece::Atom(Atom::SpfResult) => RESULT,
            Piece::Atom(Atom::Client) => CLIENT,
            Piece::Atom(Atom::Port) => '0',
            _ if is_domain(piece) => DOMAIN,
            Piece::Atom(_) => LINE,
            Piece::Row(_)
            | Piece::LoginRow(_)
            | Piece::Home(_)
            | Piece::PasswdRow(_)
            | Piece::TransportHome
            | Piece::RouterData(_)
            | Piece::AddressData
            | Piece::Variable(_)
            | Piece::Argument(_)
            | Piece::Password
            | Piece::Claimed
            | Piece::TxtRecords(_)
            | Piece::Chosen(_)
            | Piece::Opaque => ODD,
        });
    }
    text
}

/// Returns whether a piece is `$sender_address_domain`.
pub(super) fn is_domain(piece: &Piece) -> bool {
    matches!(piece, Piece::Atom(Atom::Path(path))
        if path.side == Side::From && path.part == Part::Domain)
}

/// Says why fields that do not tell of SPF may not be added.
fn extra(text: &str) -> Result<(), &'static str> {
    if text.contains(ODD) {
        return Err("what stands in it may have several lines, which would be fields");
    }
    for (number, line) in text.split('\n').enumerate() {
        let goes_on = number > 0 && line.starts_with([' ', '\t']);
        let is_field = |(name, _): (&str, &str)| is_extra(&name.to_ascii_lowercase());
        if !goes_on && !text.is_empty() && !line.split_once(':').is_some_and(is_field) {
            return Err(NOT_AS_IT_CAME);
        }
    }
    if text.contains(LINE) {
        return Err(
            "what clients write may be longer than a line, or name who else gets the message",
        );
    }
    Ok(())
}

/// Returns what a field says: the result of SPF, or `none`, as any other would be somebody's whom
/// SPF did not find so. Behind `none` a comment may say why.
fn says(said: &str, tails: &[&str]) -> Result<Says, &'static str> {
    let (says, rest) = match (said.strip_prefix(RESULT), said.strip_prefix("none")) {
        (Some(rest), _) => (Says::Result, rest),
        (None, Some(rest)) => (Says::None, without_comment(rest)),
        (None, None) => return Err(NOT_FOUND),
    };
    if !tails.contains(&rest) {
        return Err(
            "behind the result stands something else than the client's address, or the \
                    domain of MAIL FROM, where it may",
        );
    }
    Ok(says)
}

/// Returns what stands behind a comment of plain words.
fn without_comment(text: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_alphabetic() || c == ' ';
    match text
        .strip_prefix(" (")
        .and_then(|rest| rest.split_once(')'))
    {
        Some((comment, rest)) if comment.chars().all(is_plain) => rest,
        _ => text,
    }
}

/// Adds the fields of a text.
pub(super) fn add(value: &Value, session: &mut Session<'_>) -> Result<(), Unanswered> {
    let Value::Pieces(pieces) = resolve(value, session)? else {
        return Ok(());
    };
    // What may not be added was refused.
    let Ok(Some(Field { header, says, .. })) = field(pieces) else {
        return Ok(());
    };
    let is_there = match (says, header) {
        (Says::Made, Header::AuthenticationResults) => true,
        (Says::Made | Says::Result, _) => session.has_received_spf()?,
        (Says::None, _) => session.may_say_none()?,
    };
    if is_there {
        session.headers.insert(header);
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
            "Received-SPF: none client-ip=192.0.2.1",
            "Received-SPF: none\n pass",
            "X-Me: yes\nReceived-SPF: none",
            "X-Me: yes\rBcc: x",
            "Authentication-Results: mx.d.example; spf=none; dkim=pass",
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
        let port = Value::piece(Piece::Atom(Atom::Port));
        assert_eq!(
            fault(&Value::text("X-Me: ").then(&port), "mx.d.example"),
            None
        );
        assert!(fault(&port.then(&Value::text(": x")), "mx.d.example").is_some());
        let value = Value::text("X-Me: ").then(&Value::piece(Piece::Opaque));
        assert!(fault(&value, "mx.d.example").is_some());
        assert!(fault(&Value::piece(Piece::Opaque), "mx.d.example").is_some());
    }
}
