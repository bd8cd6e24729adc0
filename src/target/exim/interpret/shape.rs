//! What the value of an option that is not followed must look like: of the type that Exim reads
//! (spec 4.96, sections 6.10 to 6.18), since with another value nothing runs; and large enough for
//! ordinary mail to come through.

#[cfg(test)]
mod tests;

use super::ciphers;
use super::inert;
use super::list::ListKind;
use super::reader::Reader;
use super::section::{NO_QUOTES, Setting};
use super::text::Text;
use crate::target::digits::digits;

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A text that does nothing when it is expanded.
    Text,
    /// The same, of one line.
    Line,
    /// A string that is read where it matters.
    Read,
    /// A switch that is read where it matters.
    Flag,
    /// `yes`, `no`, `true`, `false`, or nothing at all (section 6.10).
    Switch,
    /// The same, which must not be on, and why.
    Off(&'static str),
    /// The same, which must not be off, and why.
    On(&'static str),
    /// A number from this to that (sections 6.11 and 6.13).
    Number(u64, u64),
    /// Octets, up to this; a number without a unit is one of kilobytes (`opt_Kint`).
    Space(u64),
    /// A number of at least this, or 0 for no limit.
    Limit(u64),
    /// The same, which may be one of messages that come from other hosts only.
    Size(u64),
    /// Digits without a unit, from this to that, or 0: a string that Exim reads later.
    Digits(u64, u64),
    /// A time of at least so many seconds, and at most so many (section 6.15).
    Time(u64, u64),
    /// The same, or 0 for no limit.
    Timeout(u64, u64),
    /// A number with a fraction, of at least this (section 6.14).
    Load(u32),
    /// An octal number (section 6.12).
    Octal,
    /// A user or a group that every Debian system has (section 6.17).
    Account,
    /// The same, with colons between them.
    Accounts,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The whole path of a file, or nothing.
    Path,
    /// Some of these words, with colons between them.
    Words(&'static [&'static str]),
    /// `+` or `-` and one of these words, as often as needed.
    Selectors(&'static [&'static str]),
    /// A priority string of GnuTLS.
    Ciphers,
    /// A list of hosts that is read without DNS and without files.
    Hosts,
    /// A list of domains or other names, likewise.
    Names,
    /// Header fields of whoever added them, which nobody needs.
    Removed,
    /// A header field whose name nothing depends on.
    Added,
    /// A text that begins with this, and why it has to.
    Begins(&'static str, &'static str),
    /// It must not be set to anything, and why.
    Nothing(&'static str),
}

/// A table of options: names with blanks between them, by what their values must look like.
pub(super) type Table = [(Shape, &'static str)];

/// Returns the shape of an option of a table.
pub(super) fn find(tables: &[&Table], name: &str) -> Option<Shape> {
    let rows = tables.iter().flat_map(|table| table.iter());
    let mut rows = rows.filter(|(_, names)| names.split_whitespace().any(|one| one == name));
    rows.next().map(|(shape, _)| *shape)
}

/// Why a text of several lines is refused.
const ANOTHER_LINE: &str = "another line of it would be another header field, or end the header";

/// Returns whether each line of a text but the first goes on with one before it (RFC 5322 section
/// 2.2.3).
fn is_one_field(text: &str) -> bool {
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    let goes_on = |line: &str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    !text.contains(['\\', '\r']) && text.split('\n').skip(1).all(goes_on)
}

/// The largest load. Exim keeps a thousand times as much, and more than an `int` holds is another
/// number (`opt_fixed` in readconf.c of 4.96).
const LOAD_MAX: u32 = 2_000_000;

/// Users and groups of base-passwd 3.6, and Exim's own.
pub(super) const ACCOUNTS: [&str; 16] = [
    "root",
    "daemon",
    "bin",
    "sys",
    "games",
    "man",
    "lp",
    "mail",
    "news",
    "uucp",
    "proxy",
    "www-data",
    "backup",
    "list",
    "irc",
    "Debian-exim",
];

/// The largest number that an option holds (`int`): no limit on a number or a time.
pub(super) const ANY: u64 = 0x7fff_ffff;

impl Reader<'_> {
    /// Says what is wrong with a value.
    pub(super) fn misshapen(&self, shape: Shape, setting: &Setting) -> Option<&'static str> {
        if let (Shape::Size(least), Some(value)) = (shape, &setting.value)
            && let Some(size) = of_clients(value.as_str())
        {
            return Shape::Limit(least).fault_of(size);
        }
        let is_read = matches!(shape, Shape::Read | Shape::Flag);
        let value = setting.value.as_ref().filter(|_| !is_read);
        let fault = shape.fault(setting);
        let is_text = matches!(
            shape,
            Shape::Text | Shape::Line | Shape::Added | Shape::Removed | Shape::Begins(..)
        );
        let text = value.filter(|_| is_text);
        let fault = fault.or_else(|| text.and_then(|text| inert::too_long(text.as_str())));
        let fault = fault.or_else(|| value.and_then(|value| self.active(value)));
        fault.or_else(|| match (shape, value?) {
            (Shape::Hosts, list) => self.unread(ListKind::Host, list),
            (Shape::Names, list) => self.unread(ListKind::Domain, list),
            (_, text) => inert::unknown(text.as_str()),
        })
    }
}

impl Shape {
    fn fault(self, setting: &Setting) -> Option<&'static str> {
        let unless = |holds: bool, reason| (!holds).then_some(reason);
        let Some(value) = setting.value.as_ref().map(Text::as_str) else {
            if let Self::Off(reason) = self {
                return unless(setting.negated, reason);
            }
            if let Self::On(reason) = self {
                return unless(!setting.negated, reason);
            }
            let is_switch = matches!(self, Self::Switch | Self::Flag);
            return unless(is_switch, "it has no value");
        };
        if setting.quoted && !self.is_string() {
            return Some(NO_QUOTES);
        }
        self.fault_of(value)
    }

    fn fault_of(self, value: &str) -> Option<&'static str> {
        let unless = |holds: bool, reason| (!holds).then_some(reason);
        match self {
            Self::Text | Self::Read | Self::Flag | Self::Hosts | Self::Names => None,
            Self::Removed => unless(inert::removes_traces(value), NOT_AS_IT_CAME).or_else(|| {
                let reason = "what this host has found about SPF would go with it";
                unless(inert::keeps_findings(value), reason)
            }),
            Self::Added => unless(inert::adds_a_field(value), NOT_AS_IT_CAME),
            Self::Line => unless(!value.contains(['\\', '\n', '\r']), ANOTHER_LINE),
            Self::Begins(start, reason) => unless(value.starts_with(start), reason)
                .or_else(|| unless(is_one_field(value), ANOTHER_LINE)),
            Self::Off(reason) if is_one_of(value, &["yes", "true"]) => Some(reason),
            Self::On(reason) if is_one_of(value, &["no", "false"]) => Some(reason),
            Self::Switch | Self::Off(_) | Self::On(_) => unless(
                is_one_of(value, &["yes", "no", "true", "false"]),
                "it is not one of `yes`, `no`, `true`, `false`",
            ),
            Self::Number(least, most) => number_fault(value, least, most),
            Self::Space(most) => {
                let unit = if value.ends_with(|c: char| c.is_ascii_digit()) {
                    "k"
                } else {
                    ""
                };
                number_fault(&format!("{value}{unit}"), 0, most)
            }
            Self::Limit(least) | Self::Size(least) => match number(value) {
                Some(number) if (1..least).contains(&number) => Some(TOO_LITTLE),
                _ => number_fault(value, 0, ANY),
            },
            Self::Time(least, most) => time_fault(value, least, most),
            Self::Digits(least, most) => match digits::<u64>(value) {
                Some(0) => None,
                Some(_) => number_fault(value, least, most),
                None => Some("it is no number, or has a unit"),
            },
            Self::Timeout(least, most) => match time(value) {
                Some(0) => None,
                _ => time_fault(value, least, most),
            },
            Self::Load(least) => match load(value) {
                Some(number) if number < least => Some("an idle host has that much to do"),
                Some(number) if number > LOAD_MAX => Some(TOO_MUCH),
                Some(_) => None,
                None => Some("it is no number"),
            },
            Self::Octal => {
                let is_octal = (1..=4).contains(&value.len())
                    && value.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
                unless(is_octal, "it is no octal number")
            }
            Self::Account => unless(ACCOUNTS.contains(&value), NO_ACCOUNT),
            Self::Accounts => unless(holds_only(value, &ACCOUNTS), NO_ACCOUNT),
            Self::Word(known) => unless(known.contains(&value), NO_WORD),
            Self::Words(known) => unless(holds_only(value, known), NO_WORD),
            Self::Selectors(known) => unless(
                selects(value, known),
                "a word of it is none that Exim knows",
            ),
            Self::Path => unless(
                value.is_empty() || value.starts_with('/'),
                "it is no whole path",
            ),
            Self::Ciphers => ciphers::judge(value).err(),
            Self::Nothing(reason) => unless(value.is_empty(), reason),
        }
    }
}

impl Shape {
    /// Returns whether Exim reads the value as a string, which may stand in quotes (the types in
    /// `readconf_handle_option` of 4.96).
    fn is_string(self) -> bool {
        !matches!(
            self,
            Self::Flag
                | Self::Switch
                | Self::Off(_)
                | Self::On(_)
                | Self::Number(..)
                | Self::Space(_)
                | Self::Limit(_)
                | Self::Time(..)
                | Self::Timeout(..)
                | Self::Load(_)
                | Self::Octal
        )
    }
}

/// Returns whether a list with colons holds nothing but these words.
fn holds_only(list: &str, known: &[&str]) -> bool {
    let mut words = list.split(':').map(str::trim);
    list.trim().is_empty() || words.all(|word| known.contains(&word))
}

/// Returns whether a text says `+` or `-` and one of these words, as often as it likes.
fn selects(text: &str, known: &[&str]) -> bool {
    text.split_whitespace().all(|word| {
        let name = word.strip_prefix(['+', '-']);
        name.is_some_and(|name| known.contains(&name))
    })
}

fn is_one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Says what is wrong with a number that has to be from `least` to `most`.
fn number_fault(value: &str, least: u64, most: u64) -> Option<&'static str> {
    match number(value) {
        Some(number) if number < least => Some(TOO_FEW),
        Some(number) if number > most => Some(TOO_MUCH),
        Some(_) => None,
        None => Some("it is no number"),
    }
}

/// The same of a time, in seconds.
fn time_fault(value: &str, least: u64, most: u64) -> Option<&'static str> {
    match time(value) {
        Some(seconds) if seconds < least => Some("that is too short a time"),
        Some(seconds) if seconds > most => Some("that is too long a time"),
        Some(_) => None,
        None => Some("it is no time"),
    }
}

/// Why an account is refused.
pub(super) const NO_ACCOUNT: &str = "not every host has such an account";

/// Why headers are refused.
pub(super) const NOT_AS_IT_CAME: &str = "what arrives would not be what came";

/// Why a word is refused.
const NO_WORD: &str = "mailpol knows no such value";

/// Why a number is too large.
const TOO_MUCH: &str = "that is more than it may be";

/// Why a limit is too small.
const TOO_LITTLE: &str = "ordinary mail would be turned away (RFC 5321 section 4.5.3.1)";

/// The same, of numbers that may be for something else.
const TOO_FEW: &str = "with so little no mail comes through (RFC 5321 section 4.5.3.1), or Exim \
                       does not start";

/// Returns the size in `${if def:sender_host_address {SIZE}{0}}`: of a message that is made on the
/// host, such as a bounce, there is no limit.
pub(super) fn of_clients(value: &str) -> Option<&str> {
    let rest = value
        .trim()
        .strip_prefix("${if def:sender_host_address")?
        .trim_start();
    rest.strip_prefix('{')?.strip_suffix("}{0}}")
}

/// Reads digits and at most one unit (section 6.13).
pub(super) fn number(value: &str) -> Option<u64> {
    let split = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(split);
    let power = match unit.to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        _ => return None,
    };
    // An octal number begins with 0; none is read here.
    if number.len() > 1 && number.starts_with('0') {
        return None;
    }
    digits::<u64>(number)?.checked_mul(1 << (10 * power))
}

/// Reads a time such as `2h30m`, in seconds (section 6.15; `readconf_readtime`).
pub(super) fn time(value: &str) -> Option<u64> {
    let mut seconds = 0_u64;
    let mut number: Option<u64> = None;
    for c in value.chars() {
        if let Some(digit) = c.to_digit(10) {
            let before = number.unwrap_or(0);
            number = Some(before.checked_mul(10)?.checked_add(u64::from(digit))?);
            continue;
        }
        let unit = match c {
            'w' => 604_800,
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    let is_whole = number.is_none() && !value.is_empty();
    Some(seconds).filter(|seconds| is_whole && *seconds <= ANY)
}

/// Reads a number with a fraction: the whole ones (section 6.14).
fn load(value: &str) -> Option<u32> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    whole
        .parse()
        .ok()
        .filter(|_| is_digits(whole) && is_digits(fraction))
}
