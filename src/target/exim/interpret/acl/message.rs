//! `message` (spec 4.96, section 44.21): the code, the enhanced status and the rule of a reply.

use crate::decision::Because;
use crate::diagnostic::Reported;
use crate::mail::{Reply, Status};
use crate::target::exim::interpret::inert::too_long;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::text::Text;
use crate::target::exim::interpret::value::{Piece, Value};

/// What the text of a reply says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    code: Option<u16>,
    status: Option<Status>,
    rule: Option<Because>,
}

impl Message {
    /// Reads a text. Of pieces that differ from envelope to envelope, only what stands before
    /// them counts.
    fn read(text: &str) -> Self {
        let (code, rest) = split_code(text);
        let (status, rest) = split_status(rest);
        let word = rest.split_once(':').map(|(word, _)| word.trim());
        Self {
            code,
            status,
            rule: word.and_then(Because::from_name),
        }
    }

    /// Returns the reply of a verb whose own code is `code`: the message's code counts if its
    /// first digit is the same (`smtp_message_code`). A reply without an enhanced status has the
    /// undefined one of its class (RFC 3463 section 3.1).
    pub(super) fn reply(self, code: u16) -> Reply {
        let own = self.code.filter(|own| own / 100 == code / 100);
        let class = u8::try_from(code / 100).unwrap_or(5);
        // A code with the wrong digit takes its enhanced status with it.
        let status = self.status.filter(|_| self.code.is_none() || own.is_some());
        Reply {
            code: own.unwrap_or(code),
            status: status.unwrap_or(Status::new(class, 0, 0)),
        }
    }

    /// Returns the rule that the text begins with.
    pub(super) fn rule(self) -> Option<Because> {
        self.rule
    }
}

/// `^\d\d\d\s`
fn split_code(text: &str) -> (Option<u16>, &str) {
    let code = text
        .get(..3)
        .filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
    let behind = text.get(3..).unwrap_or_default();
    match code {
        Some(code) if behind.starts_with([' ', '\t', '\n']) => {
            (code.parse().ok(), behind.get(1..).unwrap_or_default())
        }
        _ => (None, text),
    }
}

/// `\d\.\d{1,3}\.\d{1,3}\s`, which a client reads whether Exim has told it from the text or not.
fn split_status(text: &str) -> (Option<Status>, &str) {
    let end = text.find([' ', '\t', '\n']).unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    match Status::parse(head) {
        Some(status) => (Some(status), rest.get(1..).unwrap_or_default()),
        None => (None, text),
    }
}

impl Reader<'_> {
    /// Reads the text of a reply, which may have plain variables in it; none if it is empty.
    pub(super) fn message(&mut self, text: &Text) -> Result<Option<Message>, Reported> {
        if let Some(reason) = self.active(text).or_else(|| too_long(text.as_str())) {
            return Err(self.refuse("message", reason, &text.at()));
        }
        let value = self.expand(text)?;
        let pieces = match &value {
            Value::Pieces(pieces) => pieces.as_slice(),
            Value::Choice(..) | Value::Fail | Value::Defer => &[],
        };
        match pieces {
            // It takes an earlier one away.
            [] => Err(self.refuse("message", "an empty one is none", &text.at())),
            [Piece::Text(said), ..] => {
                let message = Message::read(said);
                if matches!(message.code, Some(421 | 521)) {
                    let reason = "clients take the session for ended";
                    return Err(self.refuse("message", reason, &text.at()));
                }
                // In the place of 250 and 354 (`smtp_user_msg` in smtp_in.c of 4.96; tried).
                if matches!(message.code, Some(200..400))
                    && !matches!(message.code, Some(250 | 354))
                {
                    let reason = "clients take another code than 250 or 354 for a refusal";
                    return Err(self.refuse("message", reason, &text.at()));
                }
                Ok(Some(message))
            }
            _ => {
                let reason = "it begins with a variable, which may begin with a code";
                Err(self.refuse("message", reason, &text.at()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: u16, expected: &str, rule: Option<Because>) {
        let message = Message::read(text);
        assert_eq!(message.reply(code).to_string(), expected, "{text}");
        assert_eq!(message.rule(), rule, "{text}");
    }

    #[test]
    fn codes_and_rules_are_read_from_the_text() {
        check("go away", 550, "550 5.0.0", None);
        check(
            "554 5.7.1 own-domain: no",
            550,
            "554 5.7.1",
            Some(Because::OwnDomain),
        );
        check("554 spf: no", 550, "554 5.0.0", Some(Because::Spf));
        check("451 4.7.1 later", 550, "550 5.0.0", None);
        check("4511 later", 451, "451 4.0.0", None);
        check(
            "451 4.7.24 spf: later",
            451,
            "451 4.7.24",
            Some(Because::Spf),
        );
        check("550 5.1.1", 550, "550 5.1.1", None);
        check(
            "5.1.1 unlisted: who",
            550,
            "550 5.1.1",
            Some(Because::Unlisted),
        );
    }
}
