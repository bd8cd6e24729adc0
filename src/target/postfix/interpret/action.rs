//! What an access table can answer (access(5); check_table_result in smtpd_check.c of 3.7.11).

use crate::decision::Because;
use crate::mail::{Reply, Status};

/// Whose name smtpd gives to what it looked up: some statuses depend on it (smtpd_dsn_fix.c).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// The reverse-path.
    Sender,
    /// The forward-path.
    Recipient,
    /// Anything else.
    Other,
}

/// A refusal: the reply, and the rule that its text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The reply.
    pub(super) reply: Reply,
    /// The rule.
    pub(super) because: Because,
}

/// What an access table answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Permit.
    Ok,
    /// Go on.
    Dunno,
    /// Refuse, for good or for now.
    Refuse(Refusal),
    /// Refuse for now if the rest would permit.
    DeferIfPermit(Refusal),
    /// Evaluate these restrictions.
    Restrictions(String),
}

/// The codes that actions use (postconf(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codes {
    /// `access_map_reject_code`.
    pub(super) reject: u16,
    /// `access_map_defer_code`.
    pub(super) defer: u16,
}

/// How long the text behind a code may be, in octets: with it a line has 512 at most.
const TEXT_OCTETS_MAX: usize = 400;

/// Reads the value of a row.
pub(super) fn read(value: &str, about: About, codes: Codes) -> Result<Action, &'static str> {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Err("an empty value is no action");
    }
    let (word, text) = value.split_once([' ', '\t']).unwrap_or((value, ""));
    let text = text.trim_ascii();
    if text.len() > TEXT_OCTETS_MAX {
        return Err("clients need not take so long a line (RFC 5321 section 4.5.3.1.5)");
    }
    let refusal = |code, status, text| refusal(code, status, text, about);
    Ok(match word.to_ascii_uppercase().as_str() {
        "DUNNO" | "INFO" | "WARN" => Action::Dunno,
        "REJECT" => Action::Refuse(refusal(codes.reject, Status::new(5, 7, 1), text)),
        "DEFER" => Action::Refuse(refusal(codes.defer, Status::new(4, 7, 1), text)),
        "DEFER_IF_PERMIT" => {
            Action::DeferIfPermit(refusal(codes.defer, Status::new(4, 7, 1), text))
        }
        "OK" | "RELAY" => Action::Ok,
        // What SPF has found no table can tell, and of other fields it is not known what they do.
        "PREPEND" => return Err("mailpol follows no field that a table adds"),
        "FILTER" | "REDIRECT" | "BCC" | "HOLD" | "DISCARD" | "HANGUP" | "DELAY"
        | "DEFER_IF_REJECT" => {
            return Err("this action is not modelled");
        }
        _ if value.bytes().all(|byte| byte.is_ascii_digit()) => Action::Ok,
        // `smtpd_chat_reply` of 3.7.11 hangs up.
        "421" | "521" if !text.is_empty() => {
            return Err("the session ends with it, and with that the message for others");
        }
        _ if word.len() == 3 && is_refusing_code(word) && !text.is_empty() => {
            let code = word.parse().map_err(|_| "this is no reply code")?;
            let class = u8::try_from(code / 100).unwrap_or(5);
            Action::Refuse(refusal(code, Status::new(class, 7, 1), text))
        }
        _ if value.contains(':') => {
            return Err("a table in the value of an access table: smtpd answers 451 4.3.5");
        }
        _ => Action::Restrictions(value.to_owned()),
    })
}

fn is_refusing_code(word: &str) -> bool {
    word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the refusal of a code, with the status that its text may start with (dsn_split(3)).
pub(super) fn refusal(code: u16, status: Status, text: &str, about: About) -> Refusal {
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let (status, text) = match Status::parse(word) {
        Some(status) => (status, rest.trim_ascii()),
        None => (status, text),
    };
    let rule = text
        .split_once(':')
        .and_then(|(word, _)| Because::from_name(word.trim_ascii()));
    Refusal {
        reply: reply(code, fix(status, about)),
        because: rule.unwrap_or(Because::Unstated),
    }
}

/// Returns the reply of a code and a status, whose class is that of the code
/// (smtpd_check_reject in smtpd_check.c).
pub(super) fn reply(code: u16, status: Status) -> Reply {
    match code {
        400..=499 => Reply::new(code, 4, status.subject, status.detail),
        500..=599 => Reply::new(code, 5, status.subject, status.detail),
        // "SMTP reply code configuration error".
        _ => Reply::new(450, 4, 7, 1),
    }
}

/// Changes statuses about the other path into ones about this one (smtpd_dsn_fix.c).
fn fix(status: Status, about: About) -> Status {
    if status.subject != 1 {
        return status;
    }
    let detail = match (about, status.detail) {
        (About::Other, _) => return Status::new(status.class, 0, 0),
        (About::Sender, 1 | 3 | 4 | 6 | 7) => 7,
        (About::Sender, 2 | 8) => 8,
        (About::Recipient, 7) => 3,
        (About::Recipient, 8) => 2,
        (About::Recipient, detail @ 1..=6) => detail,
        (About::Sender | About::Recipient, _) => 0,
    };
    Status::new(status.class, 1, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, about: About, expected: &str) {
        let codes = Codes {
            reject: 554,
            defer: 450,
        };
        let said = match read(value, about, codes) {
            Ok(Action::Refuse(refusal)) => format!("{} {}", refusal.reply, refusal.because),
            Ok(action) => format!("{action:?}"),
            Err(_) => "error".to_owned(),
        };
        assert_eq!(said, expected, "{value}");
    }

    #[test]
    fn values_are_read_as_access_5_says() {
        check("REJECT", About::Other, "554 5.7.1 unstated");
        check("reject go away", About::Other, "554 5.7.1 unstated");
        check(
            "REJECT own-domain: no",
            About::Sender,
            "554 5.7.1 own-domain",
        );
        check(
            "530 5.7.0 auth-required: no",
            About::Other,
            "530 5.7.0 auth-required",
        );
        check(
            "550 5.1.1 unlisted: no",
            About::Recipient,
            "550 5.1.1 unlisted",
        );
        check("550 5.1.1 no", About::Sender, "550 5.1.7 unstated");
        check("450 later", About::Other, "450 4.7.1 unstated");
        check("DEFER", About::Other, "450 4.7.1 unstated");
        check("OK", About::Other, "Ok");
        check("1234567", About::Other, "Ok");
        check("554", About::Other, "Ok");
        check("DUNNO what", About::Other, "Dunno");
        check("HOLD", About::Other, "error");
        check("FILTER x:y", About::Other, "error");
        check("check_sender_access hash:/x", About::Other, "error");
        check("PREPEND X-A: b", About::Other, "error");
    }
}
