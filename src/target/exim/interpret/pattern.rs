//! Regular expressions, as far as they are read: a closed list, each known by its exact text and
//! modelled by what it means for the forms of paths. Any other is refused by name.
//!
//! Each form stands for the text that most of its members have, as the real Exim matched it. A
//! member that a pattern takes otherwise is a path that is refused or decided like its neighbours.

use std::sync::Arc;

use super::catalogue::Side;
use super::reader::{About, Place, Reader};
use super::value::{Atom, Bool, Leaf, Part, PathAtom, Piece, SpfIdentity, Value, View};
use crate::diagnostic::Reported;
use crate::mail::PathForm;
use crate::source::Loc;

const ATOM: &str = "[-A-Za-z0-9!#$%&'*+/=?^_`{|}~]+";
/// No longer than 63 octets, as a label may be.
const LABEL: &str = "[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?";
/// Where this does not match, a domain of up to 255 octets begins, be there a dot behind it or not.
const TOO_LONG: &str = "[-A-Za-z0-9.]{255}\\.?[-A-Za-z0-9]";
/// A quoted-string; and one without a route in it.
const QUOTED: &str = "\"([ !#-[\\]-~]|\\\\[ -~])+\"";
const QUOTED_PLAIN: &str = "\"([ #$&-?A-[\\]^-~]|\\\\[ \"-$&-?A-~])+\"";
/// A number up to 255, be there zeros in front or not; and 16 bits of an IPv6 address.
const OCTET: &str = "0*(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})";
const BITS: &str = "[0-9A-Fa-f]{1,4}";

/// Why a pattern of a part of a path is refused.
pub(super) const REASON: &str = "a path of odd octets may match the pattern besides: mailpol reads \
                                 it in ACLs where what matches is refused, or not let in";

/// The patterns of literals and of routes, as bits of [`parts_of`]. Routers may ask the latter.
const OF_LITERALS: u8 = 1;
pub(super) const OF_ROUTES: u8 = 2;

/// HELO names that are whole words of a header field, which literals are not (`value` of RFC 8601
/// section 2.2, `token` of RFC 2045 section 5.1).
const PLAIN_HELO: &str = "^[A-Za-z0-9._-]+$";

/// The forms of a dot-string or a quoted-string before a domain; the last has a route in it.
const MAILBOXES: [PathForm; 12] = [
    PathForm::Plain,
    PathForm::Quoted,
    PathForm::QuotedPair,
    PathForm::SourceRoute,
    PathForm::Percent,
    PathForm::Bang,
    PathForm::ExtendedRoute,
    PathForm::TrailingDot,
    PathForm::LeadingDash,
    PathForm::NumericDomain,
    PathForm::LongLocal,
    PathForm::QuotedRoute,
];

/// The forms of the same before an address literal.
const LITERALS: &[PathForm] = &[
    PathForm::Literal,
    PathForm::OwnLiteral,
    PathForm::RoutedOwnLiteral,
];

/// All forms with an address literal that Exim takes.
pub(super) const ANY_LITERAL: &[PathForm] = &[
    PathForm::Literal,
    PathForm::OwnLiteral,
    PathForm::RoutedOwnLiteral,
    PathForm::OddLiteral,
    PathForm::OddOwnLiteral,
];

const LEADING_DASH: &[PathForm] = &[PathForm::LeadingDash];
const NUMERIC: &[PathForm] = &[PathForm::NumericDomain];

/// The forms of a forward-path whose local-part holds `@`, `%` or `!`.
const ROUTED: &[PathForm] = &[
    PathForm::Percent,
    PathForm::Bang,
    PathForm::ExtendedRoute,
    PathForm::QuotedRoute,
    PathForm::RoutedOwnLiteral,
    PathForm::OddRoute,
];

impl Reader<'_> {
    /// Reads `match{string}{pattern}` of the patterns that mailpol knows.
    pub(super) fn matches(
        &mut self,
        subject: &Value,
        pattern: &Value,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let Some(text) = pattern.as_text() else {
            return Err(self.refuse("match", "mailpol does not follow the pattern", at));
        };
        let pieces = match subject {
            Value::Fail => return Ok(Bool::Forced),
            Value::Defer => return Ok(Bool::Defer),
            Value::Choice(condition, yes, no) => {
                let yes = self.matches(yes, pattern, at)?;
                let no = self.matches(no, pattern, at)?;
                return Ok(condition.as_ref().clone().choose(yes, no));
            }
            Value::Pieces(pieces) => pieces,
        };
        let Some(condition) = known(pieces, &text) else {
            return Err(self.refuse(&text, "mailpol does not read this pattern", at));
        };
        if matches!(condition, Bool::Leaf(Leaf::SpfName(_))) && self.about == About::All {
            let reason = "which names have no SPF record is told apart behind an error of SPF only";
            return Err(self.refuse(&text, reason, at));
        }
        if matches!(condition, Bool::Leaf(Leaf::SpfRecord(_)))
            && !matches!(self.about, About::SpfName(_))
        {
            let reason = "what clients write may be a list of names: the pattern of those that can \
                          have an SPF record is to stand in front";
            return Err(self.refuse(&text, reason, at));
        }
        if matches!(condition, Bool::Leaf(Leaf::PlainHelo))
            && !matches!(self.place, Place::Predata | Place::Data)
        {
            let reason = "odd HELO names are told apart for fields that tell of SPF only";
            return Err(self.refuse(&text, reason, at));
        }
        if let Some(gate) = gate(pieces, &condition) {
            let place = match gate.side() {
                Side::From => Place::Mail,
                Side::To => Place::Rcpt,
            };
            if self.place != place {
                return Err(self.refuse(&text, GATE, at));
            }
            self.forms.gates.push(gate);
        }
        self.forms.note(&condition);
        Ok(condition)
    }
}

/// Patterns by which an ACL refuses paths before it looks at what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Of all that the client wrote.
    Argument(Side),
    /// Of local-parts that begin with a dash.
    Dash(Side),
    /// Of domains that are numbers.
    Number(Side),
}

impl Gate {
    fn side(self) -> Side {
        match self {
            Self::Argument(side) | Self::Dash(side) | Self::Number(side) => side,
        }
    }
}

/// Why such a pattern is refused elsewhere.
pub(super) const GATE: &str = "mailpol reads this pattern only where the ACL of the command \
                               denies by it alone, and what may be an option behind it";

/// Returns what a pattern refuses.
fn gate(pieces: &[Piece], condition: &Bool) -> Option<Gate> {
    match (pieces, condition) {
        ([Piece::Argument(side)], _) => Some(Gate::Argument(*side)),
        (_, Bool::Leaf(Leaf::Form(side, forms))) if **forms == *LEADING_DASH => {
            Some(Gate::Dash(*side))
        }
        (_, Bool::Leaf(Leaf::Form(side, forms))) if **forms == *NUMERIC => {
            Some(Gate::Number(*side))
        }
        _ => None,
    }
}

/// Returns the condition that a string matches a pattern, if that is on the list.
fn known(pieces: &[Piece], pattern: &str) -> Option<Bool> {
    // Of several records the text has one behind the other, where `^` meets the first alone; and
    // the version may be in letters of either case (RFC 7208 section 4.5).
    let record = "(?i)v=spf1";
    match pieces {
        [Piece::TxtRecords(identity)] if pattern == record => {
            Some(Bool::Leaf(Leaf::SpfRecord(*identity)))
        }
        // No pattern of those matches nothing.
        [] if pattern == record => Some(Bool::Const(false)),
        [Piece::Argument(side)] => of_argument(*side, pattern),
        [Piece::Atom(Atom::Helo(_))] if pattern == PLAIN_HELO => Some(Bool::Leaf(Leaf::PlainHelo)),
        [Piece::Atom(Atom::Helo(_))] => of_spf_name(SpfIdentity::Helo, pattern),
        [Piece::Atom(Atom::Path(atom))] => match atom.part {
            Part::Local => of_local_part(*atom, pattern),
            Part::Domain => of_domain(atom.side, pattern),
            Part::Whole => None,
        },
        _ => None,
    }
}

/// Patterns of what the client wrote behind `MAIL FROM:` or `RCPT TO:`.
fn of_argument(side: Side, pattern: &str) -> Option<Bool> {
    let local = format!("{ATOM}(\\.{ATOM})*");
    let domain = format!("(?!{TOO_LONG}){LABEL}(\\.{LABEL})*");
    let literal = literal();
    let route = format!("(@{domain}(,@{domain})*:)?");
    let [without_routes @ .., _] = &MAILBOXES;
    let known: [(String, &[PathForm]); 5] = [
        ("^<>( |$)".to_owned(), &[PathForm::Null]),
        (
            format!("^<{route}({local}|{QUOTED})@{domain}\\.?>( |$)"),
            &MAILBOXES,
        ),
        (
            format!("^<{route}({local}|{QUOTED_PLAIN})@{domain}\\.?>( |$)"),
            without_routes,
        ),
        (
            format!("^<{route}({local}|{QUOTED_PLAIN})@{literal}>( |$)"),
            LITERALS,
        ),
        (
            "^(?i)<postmaster>( |$)".to_owned(),
            &[PathForm::BarePostmaster],
        ),
    ];
    let found = known.iter().find(|(known, _)| known == pattern);
    found.map(|(_, forms)| is_one_of(side, forms))
}

/// The pattern of all address literals of RFC 5321 section 4.1.3, and of nothing else: Exim takes
/// whatever hexadecimal digits, dots and colons stand in brackets (`read_domain`).
fn literal() -> String {
    let v4 = format!("(?:{OCTET}\\.){{3}}{OCTET}");
    let end = format!("(?:{BITS}:{BITS}|{v4})");
    // RFC 3986 section 3.2.2, by how many groups stand behind the `::`.
    let mut v6 = vec![
        format!("(?:{BITS}:){{6}}{end}"),
        format!("::(?:{BITS}:){{5}}{end}"),
    ];
    v6.push(format!("(?:{BITS})?::(?:{BITS}:){{4}}{end}"));
    let before = |groups: u32| format!("(?:(?:{BITS}:){{0,{groups}}}{BITS})?::");
    v6.extend((1..3).map(|groups| format!("{}(?:{BITS}:){{{}}}{end}", before(groups), 4 - groups)));
    v6.push(format!("{}{BITS}:{end}", before(3)));
    v6.push(format!("{}{end}", before(4)));
    v6.push(format!("{}{BITS}", before(5)));
    v6.push(before(6));
    format!("\\[(?:{v4}|[Ii][Pp][Vv]6:(?:{}))\\]", v6.join("|"))
}

/// The patterns of a local-part or a domain that a question asks and that are no [`Gate`], a bit
/// for each. What one takes is of its forms; what it leaves may be of others, and be taken by it
/// all the same.
pub(super) fn parts_of(leaf: &Leaf) -> u8 {
    let Leaf::Form(_, forms) = leaf else {
        return 0;
    };
    if **forms == *ANY_LITERAL {
        OF_LITERALS
    } else if **forms == *ROUTED {
        OF_ROUTES
    } else {
        0
    }
}

/// Returns the patterns of parts of a path that a condition asks.
pub(super) fn asked(condition: &Bool) -> u8 {
    let mut asked = 0;
    condition.leaves(&mut |leaf| asked |= parts_of(leaf));
    asked
}

/// Calls `found` with each question that what a string comes to hangs on.
fn leaves(value: &Value, found: &mut dyn FnMut(&Leaf)) {
    match value {
        Value::Choice(condition, yes, no) => {
            condition.leaves(&mut |leaf| found(leaf));
            leaves(yes, found);
            leaves(no, found);
        }
        Value::Pieces(pieces) => {
            for piece in pieces {
                if let Piece::PasswdRow(name) | Piece::Home(name) = piece {
                    leaves(name, found);
                }
            }
        }
        Value::Fail | Value::Defer => {}
    }
}

/// Says why a string may stand in a condition of an ACL only: it hangs on a pattern of a part of a
/// path, which is judged there alone (see `acl::odd`).
pub(super) fn of_parts(value: &Value) -> Option<&'static str> {
    let mut asked = 0;
    leaves(value, &mut |leaf| asked |= parts_of(leaf));
    (asked != 0).then_some(REASON)
}

/// Says the same of a string that hangs on what DNS answers, or on which HELO names are plain.
pub(super) fn of_records(value: &Value) -> Option<&'static str> {
    let mut asks = value.has(&|piece| matches!(piece, Piece::TxtRecords(_)));
    leaves(value, &mut |leaf| {
        asks |= matches!(
            leaf,
            Leaf::SpfRecord(_) | Leaf::SpfName(_) | Leaf::PlainHelo
        );
    });
    asks.then_some(
        "mailpol follows what DNS is asked, and HELO names, in a condition of an ACL only",
    )
}

/// Patterns of a local-part.
fn of_local_part(atom: PathAtom, pattern: &str) -> Option<Bool> {
    match (atom.side, atom.view, pattern) {
        // `$local_part` has neither quotes nor backslashes.
        (Side::To, View::Parsed, "^-") | (Side::From, View::Raw, "^\"?\\\\?-") => {
            Some(is_one_of(atom.side, LEADING_DASH))
        }
        _ => of_routes(atom, pattern),
    }
}

/// The pattern of a local-part that could be followed elsewhere.
pub(super) fn of_routes(atom: PathAtom, pattern: &str) -> Option<Bool> {
    let is_whole = atom.side == Side::To && atom.view == View::Parsed;
    (is_whole && is_of_routes(pattern)).then(|| is_one_of(atom.side, ROUTED))
}

/// Patterns of a domain.
fn of_domain(side: Side, pattern: &str) -> Option<Bool> {
    if pattern == "^[0-9.]+$" {
        return Some(is_one_of(side, NUMERIC));
    }
    if pattern == "^\\[" {
        return Some(is_one_of(side, ANY_LITERAL));
    }
    match side {
        Side::From => of_spf_name(SpfIdentity::MailFrom, pattern),
        Side::To => None,
    }
}

/// The pattern of names that can have an SPF record: several labels, none of them too long.
/// A colon is in none, and begins another name where `dnsdb` looks (`dnsdb_find` in dnsdb.c of
/// 4.96).
fn of_spf_name(identity: SpfIdentity, pattern: &str) -> Option<Bool> {
    (pattern == "^(?=.{1,253}$)([^.:]{1,63}\\.)+[^.:]{1,63}$")
        .then_some(Bool::Leaf(Leaf::SpfName(identity)))
}

fn is_one_of(side: Side, forms: &[PathForm]) -> Bool {
    Bool::Leaf(Leaf::Form(side, Arc::from(forms)))
}

/// Whether a pattern says "holds `@`, `%` or `!`", up to the order of the three.
fn is_of_routes(pattern: &str) -> bool {
    let inner = pattern.strip_prefix('^').unwrap_or(pattern);
    let inner = inner.strip_prefix(".*").unwrap_or(inner);
    // `^[@%!]` says where it stands: another matter.
    if pattern.starts_with('^') && inner.len() == pattern.len() - 1 {
        return false;
    }
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let inner = inner.strip_suffix(".*").unwrap_or(inner);
    let Some(set) = inner
        .strip_prefix('[')
        .and_then(|set| set.strip_suffix(']'))
    else {
        return false;
    };
    let mut set: Vec<char> = set.chars().collect();
    set.sort_unstable();
    set == ['!', '%', '@']
}

#[cfg(test)]
mod tests {
    use super::is_of_routes;

    #[test]
    fn only_patterns_of_routes_are_read() {
        for pattern in ["^.*[@%!]", "^.*[!%@].*$", "[@%!]", ".*[%@!]"] {
            assert!(is_of_routes(pattern), "{pattern}");
        }
        for pattern in ["^[@%!]", "^.*[@%!/|]", "^.*[@%]", "^[.]", ".*", "^.*[^@%!]"] {
            assert!(!is_of_routes(pattern), "{pattern}");
        }
    }
}
