//! The closed list of patterns (docs/targets/postfix.md): known by their exact text, and modelled
//! by what they mean for the forms of paths. Any other pattern is refused by name.

use super::action::{self, Action, Codes};
use super::map::{Hit, Seen};
use crate::mail::{Path, PathForm};

/// What a pattern of an access table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Address literals: `/\]$/`.
    Literals,
    /// Local-parts with `@`, `%` or `!` before the last `@`: `/[@%!].*@/`.
    Routes,
}

impl About {
    /// Returns the value, if a pattern may have it: a refusal. Some literals have a route in their
    /// local-part, which their form does not say, and among what is no path some ends like a
    /// literal. Whoever refuses refuses these too; to let them pass takes knowing which they are.
    pub(super) fn may(self, value: &str) -> Result<&str, &'static str> {
        let codes = Codes {
            reject: 554,
            defer: 450,
        };
        match action::read(value, action::About::Recipient, codes) {
            Ok(Action::Refuse(_)) => Ok(value),
            // Every literal goes on to what stands behind the table.
            Ok(Action::Dunno) if self == Self::Literals => Ok(value),
            Ok(_) | Err(_) => Err(
                "such a pattern may refuse alone: what it matches is not all of a form, so that \
                 what it lets pass cannot be told",
            ),
        }
    }
}

/// What the patterns of an access table say; of each the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    literals: Option<Hit>,
    routes: Option<Hit>,
    /// Whether the pattern of routes stands before the one of literals.
    are_routes_first: bool,
}

impl Patterns {
    /// Adds a pattern, behind those that are there.
    pub(super) fn add(&mut self, about: About, hit: Hit) {
        match about {
            About::Literals => self.literals.get_or_insert(hit),
            About::Routes => {
                self.are_routes_first |= self.literals.is_none();
                self.routes.get_or_insert(hit)
            }
        };
    }

    /// Returns what they say of a path. A local-part without a domain has got one by then.
    pub(super) fn of(&self, seen: &Seen) -> Option<&Hit> {
        match seen {
            Seen::Extended | Seen::Routed | Seen::Untold | Seen::Constant(None, _) => {
                self.routes.as_ref()
            }
            Seen::RoutedOwnLiteral if self.are_routes_first => self.routes.as_ref(),
            Seen::Literal | Seen::OwnLiteral | Seen::RoutedOwnLiteral => self.literals.as_ref(),
            Seen::Null
            | Seen::Whole
            | Seen::DomainOnly
            | Seen::Origin
            | Seen::Underscore
            | Seen::Elsewhere
            | Seen::Constant(Some(_), _) => None,
        }
    }
}

/// Returns what the pattern of a rule is about, and the rule's value. What a `$` in it comes to is
/// not followed: at one that names nothing the rule is passed over (regexp_table(5)).
pub(super) fn access_rule(rule: &str) -> Option<(About, &str)> {
    let patterns = [("/\\]$/", About::Literals), ("/[@%!].*@/", About::Routes)];
    let (about, value) = patterns
        .into_iter()
        .find_map(|(pattern, about)| rule.strip_prefix(pattern).map(|value| (about, value)))?;
    let trimmed = value.trim_ascii();
    let is_plain = !trimmed.is_empty() && !trimmed.contains('$');
    (value.starts_with([' ', '\t']) && is_plain).then_some((about, trimmed))
}

/// Returns the domain whose addresses no `Delivered-To:` header names any more, by a rule that
/// takes the header out (header_checks(5), `IGNORE`). A rule is tried on a header as it was
/// written, its folded lines together, and in either case of letters (regexp_table(5)).
pub(super) fn delivered_to(rule: &str) -> Option<String> {
    let pattern = rule.strip_prefix("/^delivered-to[[:space:]]*:.*@")?;
    let (pattern, action) = pattern.split_once('/')?;
    let is_octet = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_octet);
    let labels: Vec<&str> = pattern.split("\\.").collect();
    let removes = action.starts_with([' ', '\t']) && action.trim_ascii() == "IGNORE";
    let is_known = removes && labels.iter().all(|label| is_label(label));
    is_known.then(|| labels.join(".").to_ascii_lowercase())
}

/// What a rule of the command filter does with the paths that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The command stays, but for a dot at the end of the path's domain.
    Pass,
    /// The command becomes one without a path: a syntax error.
    Spoil,
    /// Bare postmaster becomes [`Rule::address`].
    Qualify,
    /// `double-bounce` at `myorigin` becomes `unlisted-double-bounce` there.
    Rename,
    /// `mailer-daemon` at `myorigin`, which cleanup(8) would take for the null path, becomes
    /// [`UNLISTED`] there.
    Unlist,
}

/// A rule of the command filter.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Whether it is about MAIL; else about RCPT.
    pub(super) is_mail: bool,
    /// What it does.
    pub(super) effect: Effect,
    /// The forms that it matches; for [`Effect::Rename`], if the address is the one it names.
    pub(super) forms: &'static [PathForm],
    /// The address that [`Effect::Qualify`] puts in the place of bare postmaster.
    pub(super) address: Option<(String, String)>,
}

/// A local-part that no table may have.
pub(super) const UNLISTED: &str = "unlisted-mailer-daemon";

const ATOM: &str = "[-A-Za-z0-9!#$%&'*+/=?^_`{|}~]+";
const QUOTED: &str = "\"([] #$&-?A-[^-~]|\\\\[ \"-$&-?A-~])+\"";
const PLAINQUOTED: &str = "\"[] !#-[^-~]+\"";
const LABEL: &str = "[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?";
const LITERAL: &str = "\\[[A-Za-z0-9.:]+\\]";

/// The forms that a dot-string or a quoted-string in a domain may have. Each form stands for the
/// text that most of its members have; a member that the pattern does not match is refused by the
/// rule behind it.
const SENDERS: &[PathForm] = &[
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
];

/// The same without backslashes, and with routes in quotes.
const RECIPIENTS: &[PathForm] = &[
    PathForm::Plain,
    PathForm::Quoted,
    PathForm::SourceRoute,
    PathForm::Percent,
    PathForm::Bang,
    PathForm::ExtendedRoute,
    PathForm::QuotedRoute,
    PathForm::TrailingDot,
    PathForm::LeadingDash,
    PathForm::NumericDomain,
    PathForm::LongLocal,
];

const LITERALS: &[PathForm] = &[
    PathForm::Literal,
    PathForm::OwnLiteral,
    PathForm::RoutedOwnLiteral,
];

const DAEMONS: &[PathForm] = &[
    PathForm::Plain,
    PathForm::Quoted,
    PathForm::QuotedPair,
    PathForm::SourceRoute,
    PathForm::TrailingDot,
];

const DOUBLE_BOUNCES: &[PathForm] = &[
    PathForm::Plain,
    PathForm::Quoted,
    PathForm::SourceRoute,
    PathForm::TrailingDot,
];

/// Returns the rule of a line of the command filter, if it is on the closed list.
pub(super) fn filter_rule(line: &str, origin: &str) -> Option<Rule> {
    let local = format!("{ATOM}(\\.{ATOM})*");
    let domain = format!("{LABEL}(\\.{LABEL})*");
    let route = format!("(@{domain}(,@{domain})*:)?");
    let escaped = origin.replace('.', "\\.");
    let quoted: String = "mailer-daemon"
        .chars()
        .fold(String::new(), |mut text, letter| {
            text.extend(["\\\\?", letter.encode_utf8(&mut [0; 4])]);
            text
        });
    let rules = [
        (
            format!("^MAIL +FROM: *<{route}(mailer-daemon|\"{quoted}\")@{escaped}\\.?>(.*)$"),
            format!("MAIL FROM:<{UNLISTED}@{origin}>$10"),
            Rule::new(true, Effect::Unlist, DAEMONS),
        ),
        (
            "^(MAIL +FROM: *<>.*)$".to_owned(),
            "$1".to_owned(),
            Rule::new(true, Effect::Pass, &[PathForm::Null]),
        ),
        (
            format!("^(MAIL +FROM: *<{route}({local}|{QUOTED})@{domain})\\.?(>.*)$"),
            "$1$16".to_owned(),
            Rule::new(true, Effect::Pass, SENDERS),
        ),
        (
            format!("^(MAIL +FROM: *<{route}({local}|{QUOTED})@{LITERAL}>.*)$"),
            "$1".to_owned(),
            Rule::new(true, Effect::Pass, LITERALS),
        ),
        (
            "^[[:space:]]*MAIL".to_owned(),
            "MAIL FROM:<".to_owned(),
            Rule::new(true, Effect::Spoil, &PathForm::ALL),
        ),
        (
            format!("^RCPT +TO: *<{route}\"?double-bounce\"?@{escaped}\\.?>(.*)$"),
            format!("RCPT TO:<unlisted-double-bounce@{origin}>$9"),
            Rule::new(false, Effect::Rename, DOUBLE_BOUNCES),
        ),
        (
            format!("^(RCPT +TO: *<{route}({local}|{PLAINQUOTED})@{domain})\\.?(>.*)$"),
            "$1$15".to_owned(),
            Rule::new(false, Effect::Pass, RECIPIENTS),
        ),
        (
            format!("^(RCPT +TO: *<{route}({local}|{QUOTED})@{LITERAL}>.*)$"),
            "$1".to_owned(),
            Rule::new(false, Effect::Pass, LITERALS),
        ),
        (
            "^[[:space:]]*RCPT".to_owned(),
            "RCPT TO:<".to_owned(),
            Rule::new(false, Effect::Spoil, &PathForm::ALL),
        ),
    ];
    let body = line.strip_prefix(';')?;
    let (pattern, result) = body.split_once(';')?;
    // Without a blank they are options, and a rule with one that is unknown is skipped.
    let result = result.strip_prefix([' ', '\t'])?.trim_ascii();
    if pattern == "^RCPT +TO: *<postmaster>(.*)$" {
        return postmaster_rule(result);
    }
    let is_it = |rule: &&(String, String, Rule)| rule.0 == pattern && rule.1 == result;
    rules.iter().find(is_it).map(|(.., rule)| rule.clone())
}

/// Returns the rule that puts a plain address in the place of bare postmaster.
fn postmaster_rule(result: &str) -> Option<Rule> {
    let text = result.strip_prefix("RCPT TO:<")?.strip_suffix(">$1")?;
    let path = Path::parse(text, &[]);
    // A `$` would be a part of the command.
    let is_plain = path.form() == PathForm::Plain && !text.contains('$');
    let address = path.address().filter(|_| is_plain)?;
    let mut rule = Rule::new(false, Effect::Qualify, &[PathForm::BarePostmaster]);
    rule.address = Some((address.local().to_owned(), address.domain().to_string()));
    Some(rule)
}

impl Rule {
    fn new(is_mail: bool, effect: Effect, forms: &'static [PathForm]) -> Self {
        Self {
            is_mail,
            effect,
            forms,
            address: None,
        }
    }
}
