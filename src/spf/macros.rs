//! Macro strings (RFC 7208 section 7): their syntax, and how a value is transformed.
//!
//! Not here: where the values come from (`expand`).

use super::syntax::{Fragment, SyntaxError};

/// A `macro-string` that was read without error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroString {
    pub(super) parts: Vec<Part>,
}

/// One part of a macro string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Characters that stand for themselves (`macro-literal`).
    Literal(String),
    /// `%%`, `%_` or `%-`: what it stands for.
    Escape(&'static str),
    /// `%{…}`.
    Macro(Macro),
}

/// One `%{…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Macro {
    pub(super) letter: Letter,
    /// An upper case letter asks for URL escapes (section 7.3).
    escaped: bool,
    /// How many parts of the right are kept. Never zero (section 7.3).
    kept: Option<usize>,
    reversed: bool,
    /// Where the value is cut. Empty means at dots (section 7.3).
    delimiters: String,
}

/// The macro letters, in the order of RFC 7208 section 7.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter {
    /// `s`: the sender.
    Sender,
    /// `l`: the sender's local-part.
    LocalPart,
    /// `o`: the sender's domain.
    SenderDomain,
    /// `d`: the domain whose record is evaluated.
    Domain,
    /// `i`: the client's address, in nibbles if it is IPv6.
    Client,
    /// `p`: the validated name of the client.
    ClientName,
    /// `v`: `in-addr` or `ip6`.
    Version,
    /// `h`: the HELO name.
    Helo,
    /// `c`: the client's address as people write it; in explanations only.
    ClientText,
    /// `r`: the name of the host that checks; in explanations only.
    Receiver,
    /// `t`: seconds since 1970; in explanations only.
    Time,
}

/// Where a macro string stands, which decides what may be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Record,
    /// The text that `exp=` points to: spaces are allowed, and the letters `c`, `r` and `t`
    /// (sections 6.2 and 7.2).
    Explanation,
}

impl MacroString {
    /// Reads a `domain-spec`: a macro string that ends in a macro or in a top label
    /// (section 7.1).
    pub(super) fn domain_spec(fragment: Fragment<'_>) -> Result<Self, SyntaxError> {
        let string = parse(fragment, Use::Record)?;
        let ends_well = match string.parts.last() {
            None => return Err(fragment.fault("a domain is missing")),
            Some(Part::Literal(text)) => ends_in_top_label(text),
            Some(Part::Escape(_) | Part::Macro(_)) => true,
        };
        if ends_well {
            Ok(string)
        } else {
            Err(fragment.fault("a domain ends in a top-level label or in a macro"))
        }
    }

    /// Reads the value of a modifier that RFC 7208 does not define (section 6).
    pub(super) fn modifier_value(fragment: Fragment<'_>) -> Result<Self, SyntaxError> {
        parse(fragment, Use::Record)
    }

    /// Reads an `explain-string` (section 6.2).
    pub(super) fn explanation(text: &str) -> Result<Self, SyntaxError> {
        parse(Fragment::whole(text), Use::Explanation)
    }

    /// Tells whether the local-part of the sender is in it.
    pub(super) fn uses_local_part(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Macro(found) => matches!(found.letter, Letter::Sender | Letter::LocalPart),
            Part::Literal(_) | Part::Escape(_) => false,
        })
    }
}

/// Tells whether literal text ends in `"." toplabel ["."]` (section 7.1).
fn ends_in_top_label(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else {
        return false;
    };
    let alphanumeric = |end: Option<char>| end.is_some_and(|found| found.is_ascii_alphanumeric());
    label
        .bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && alphanumeric(label.chars().next())
        && alphanumeric(label.chars().next_back())
        && !label.bytes().all(|octet| octet.is_ascii_digit())
}

fn parse(fragment: Fragment<'_>, used_in: Use) -> Result<MacroString, SyntaxError> {
    let mut parts = Vec::new();
    let mut rest = fragment;
    while !rest.text.is_empty() {
        let (part, after) = match rest.strip_prefix('%') {
            Some(_) => parse_expand(rest, used_in)?,
            None => parse_literal(rest, used_in)?,
        };
        parts.push(part);
        rest = after;
    }
    Ok(MacroString { parts })
}

fn parse_literal(
    fragment: Fragment<'_>,
    used_in: Use,
) -> Result<(Part, Fragment<'_>), SyntaxError> {
    let length = fragment.text.find('%').unwrap_or(fragment.text.len());
    let (literal, after) = fragment.split_at(length);
    let allowed =
        |found: char| found.is_ascii_graphic() || (found == ' ' && used_in == Use::Explanation);
    match literal.text.find(|found| !allowed(found)) {
        None => Ok((Part::Literal(literal.text.to_owned()), after)),
        Some(place) => {
            let width = literal.text.chars().find(|found| !allowed(*found));
            let (_, fault) = literal.split_at(place);
            let (fault, _) = fault.split_at(width.map_or(1, char::len_utf8));
            Err(fault.fault("only visible ASCII characters may stand here"))
        }
    }
}

/// Reads `%%`, `%_`, `%-` or `%{…}` (section 7.1, `macro-expand`).
fn parse_expand(fragment: Fragment<'_>, used_in: Use) -> Result<(Part, Fragment<'_>), SyntaxError> {
    let (two, after) = fragment.split_at(2);
    let escape = match two.text {
        "%%" => "%",
        "%_" => " ",
        "%-" => "%20",
        "%{" => {
            let length = fragment.text.find('}').map(|place| place + 1);
            let length = length.ok_or_else(|| fragment.fault("this macro is not closed"))?;
            let (all, after) = fragment.split_at(length);
            return Ok((Part::Macro(parse_macro(all, used_in)?), after));
        }
        _ => {
            let (percent, _) = fragment.split_at(1);
            return Err(percent.fault("after `%` comes `%`, `_`, `-` or `{`"));
        }
    };
    Ok((Part::Escape(escape), after))
}

/// Reads one `%{…}`, braces included.
fn parse_macro(fragment: Fragment<'_>, used_in: Use) -> Result<Macro, SyntaxError> {
    let inside = fragment
        .text
        .strip_prefix("%{")
        .and_then(|text| text.strip_suffix('}'));
    let mut characters = inside.unwrap_or_default().chars();
    let written = characters
        .next()
        .ok_or_else(|| fragment.fault("a macro needs a letter"))?;
    let letter = letter(written).ok_or_else(|| fragment.fault("there is no such macro letter"))?;
    let told = matches!(letter, Letter::ClientText | Letter::Receiver | Letter::Time);
    if told && used_in == Use::Record {
        let reason = "the letters `c`, `r` and `t` are for explanations only";
        return Err(fragment.fault(reason));
    }
    let transformers = characters.as_str();
    let digits = transformers.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = transformers
        .split_at_checked(digits)
        .unwrap_or((transformers, ""));
    // More parts than any value has mean all of them, so the largest number will do.
    let kept = (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX));
    if kept == Some(0) {
        return Err(fragment.fault("a macro must keep at least one part"));
    }
    let delimiters = rest.strip_prefix(['r', 'R']);
    let reversed = delimiters.is_some();
    let delimiters = delimiters.unwrap_or(rest);
    if delimiters.chars().any(|found| !".-+,/_=".contains(found)) {
        return Err(fragment.fault("a macro is cut at `.`, `-`, `+`, `,`, `/`, `_` or `=` only"));
    }
    let delimiters = delimiters.to_owned();
    let escaped = written.is_ascii_uppercase();
    Ok(Macro {
        letter,
        escaped,
        kept,
        reversed,
        delimiters,
    })
}

fn letter(written: char) -> Option<Letter> {
    Some(match written.to_ascii_lowercase() {
        's' => Letter::Sender,
        'l' => Letter::LocalPart,
        'o' => Letter::SenderDomain,
        'd' => Letter::Domain,
        'i' => Letter::Client,
        'p' => Letter::ClientName,
        'v' => Letter::Version,
        'h' => Letter::Helo,
        'c' => Letter::ClientText,
        'r' => Letter::Receiver,
        't' => Letter::Time,
        _ => return None,
    })
}

impl Macro {
    /// Cuts, reverses, shortens and escapes a value (section 7.3, in this order).
    pub(super) fn transform(&self, value: &str) -> String {
        let cut = |found: char| match self.delimiters.as_str() {
            "" => found == '.',
            delimiters => delimiters.contains(found),
        };
        let mut parts: Vec<&str> = value.split(cut).collect();
        if self.reversed {
            parts.reverse();
        }
        let dropped = parts.len().saturating_sub(self.kept.unwrap_or(parts.len()));
        let kept = parts.split_off(dropped).join(".");
        if self.escaped {
            url_escape(&kept)
        } else {
            kept
        }
    }
}

/// Escapes all but the unreserved characters of RFC 3986 section 2.3.
fn url_escape(text: &str) -> String {
    let escape = |octet: u8| match octet {
        b'-' | b'.' | b'_' | b'~' => char::from(octet).to_string(),
        _ if octet.is_ascii_alphanumeric() => char::from(octet).to_string(),
        _ => format!("%{octet:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn transformed(text: &str, value: &str) -> String {
        let fragment = Fragment::whole(text);
        parse_macro(fragment, Use::Explanation)
            .unwrap()
            .transform(value)
    }

    #[test]
    fn values_are_transformed_as_in_section_7_4() {
        let domain = "email.example.com";
        assert_eq!(transformed("%{d}", domain), "email.example.com");
        assert_eq!(transformed("%{d4}", domain), "email.example.com");
        assert_eq!(transformed("%{d2}", domain), "example.com");
        assert_eq!(transformed("%{d1}", domain), "com");
        assert_eq!(transformed("%{dr}", domain), "com.example.email");
        assert_eq!(transformed("%{dR}", domain), "com.example.email");
        assert_eq!(transformed("%{d2r}", domain), "example.email");
        assert_eq!(transformed("%{d99999999999999999999999}", domain), domain);
        assert_eq!(transformed("%{l}", "strong-bad"), "strong-bad");
        assert_eq!(transformed("%{l-}", "strong-bad"), "strong.bad");
        assert_eq!(transformed("%{lr-}", "strong-bad"), "bad.strong");
        assert_eq!(transformed("%{l1r-}", "strong-bad"), "strong");
        assert_eq!(transformed("%{l+.}", "a+b.c-d"), "a.b.c-d");
        assert_eq!(transformed("%{v-}", "in-addr"), "in.addr");
        assert_eq!(
            transformed("%{S}", "~a&b=c d@é.x"),
            "~a%26b%3Dc%20d%40%C3%A9.x"
        );
    }

    #[track_caller]
    fn check_domain_spec(text: &str, expected: bool) {
        let read = MacroString::domain_spec(Fragment::whole(text));
        assert_eq!(read.is_ok(), expected, "{text}: {read:?}");
    }

    #[test]
    fn a_domain_ends_in_a_top_label_or_a_macro() {
        for good in [
            "example.com",
            "example.com.",
            ".com",
            "a.xn--b",
            "a.1-2",
            "a:b/c.com",
            "a..com",
            "%{d}",
            "x%{d}",
            "%{h}.com",
            "%{d}%%",
            "x%_",
            "x%-",
            "%{ir}.%{l1r+-}._spf.%{d2}",
        ] {
            check_domain_spec(good, true);
        }
        for bad in [
            "",
            ".",
            "..",
            "com",
            "com.",
            "example.",
            "example.com..",
            "a.-b",
            "a.b-",
            "a.123",
            "a.b_c",
            "example.com/24",
            "example.com:25",
            "%{d}.",
            "%{d}com",
            "%{d}x/24",
            "a.b\0",
            "a b.com",
            "a\u{7f}.com",
            "é.com",
            "%",
            "%d",
            "%{d",
            "%{}",
            "%{x}",
            "%{d0}",
            "%{dx}",
            "%{d2rr}",
            "%{%{d}",
            "%{d:}",
            "%%%d.com",
            "%{c}",
            "%{R}",
            "%{t}.com",
            "%{dr2}",
            "%{ d}",
        ] {
            check_domain_spec(bad, false);
        }
    }

    #[test]
    fn an_explanation_may_hold_spaces_and_any_letter() {
        assert!(MacroString::explanation("%{c} is not %{r} at %{t}%_%%").is_ok());
        assert!(MacroString::explanation("").is_ok());
        assert!(MacroString::explanation("two\r\nlines").is_err());
        assert!(MacroString::explanation("100%").is_err());
    }
}
