//! `$name` in the value of a parameter (postconf(5); mac_expand(3) and mac_parse(3) of 3.7.11).

use std::cell::Cell;

use super::super::text::Text;
use crate::target::digits::digits;

/// The deepest nesting of names and expressions (mac_expand(3): 100).
const DEPTH_MAX: u32 = 100;

/// The most digits of a part of a compatibility level: a number must be below 1024.
const PART_MAX: usize = 3;

/// The longest value, in octets.
const OCTETS_MAX: usize = 1 << 20;

/// How many names one value may come to: those that double each other end here.
const NAMES_MAX: u32 = 1_000;

/// Why a value cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Postfix does not take it.
    Syntax(String),
    /// It asks what the files do not say.
    Unknown(String),
    /// Postfix may take it, and mailpol does not.
    Unread(String),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Syntax(reason)
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Syntax(reason.to_owned())
    }
}

/// Who knows the values of names.
pub(super) trait Lookup {
    /// Returns the unexpanded value of a name; nothing for a name that is not defined.
    fn lookup(&self, name: &str) -> Result<Option<Text>, Fault>;
}

/// Names that one value comes to.
struct Names<'l> {
    known: &'l dyn Lookup,
    asked: Cell<u32>,
}

impl Names<'_> {
    fn lookup(&self, name: &str) -> Result<Option<Text>, Fault> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > NAMES_MAX {
            let reason = format!("mailpol follows no more than {NAMES_MAX} names in one value");
            return Err(Fault::Unread(reason));
        }
        self.known.lookup(name)
    }
}

/// Returns a value with all its names expanded.
pub(super) fn expand(value: &Text, known: &dyn Lookup) -> Result<Text, Fault> {
    let mut out = Text::empty(&value.at());
    let asked = Cell::new(0);
    expand_into(&mut out, value, &Names { known, asked }, 0)?;
    Ok(out)
}

/// Refuses what has become too long.
fn fits(out: &Text) -> Result<(), Fault> {
    if out.as_str().len() > OCTETS_MAX {
        let reason = "mailpol reads no value that is longer than a mebibyte";
        return Err(Fault::Unread(reason.to_owned()));
    }
    Ok(())
}

fn expand_into(out: &mut Text, value: &Text, names: &Names<'_>, depth: u32) -> Result<(), Fault> {
    if depth > DEPTH_MAX {
        return Err(format!("`{}` names itself", value.as_str()).into());
    }
    let text = value.as_str();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')) {
        out.push(&value.slice(at, at + dollar));
        at += dollar;
        let rest = text.get(at + 1..).unwrap_or_default();
        match rest.chars().next() {
            Some('$') => {
                out.push(&value.slice(at, at + 1));
                at += 2;
            }
            Some(open @ ('{' | '(')) => {
                let length = matching(rest, open).ok_or("a `${` has no end")?;
                let body = value.slice(at + 2, at + 1 + length);
                expression(out, &body, names, depth + 1)?;
                at += length + 2;
            }
            _ => {
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                if length == 0 {
                    return Err("a `$` has no name; a dollar sign is written `$$`".into());
                }
                let name = value.slice(at + 1, at + 1 + length);
                named(out, &name, names, depth + 1)?;
                at += 1 + length;
            }
        }
    }
    out.push(&value.slice(at, text.len()));
    fits(out)
}

/// Returns the offset of what closes the bracket that `rest` starts with.
fn matching(rest: &str, open: char) -> Option<usize> {
    let close = if open == '{' { '}' } else { ')' };
    let mut depth = 0_u32;
    for (offset, c) in rest.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(offset);
            }
        }
    }
    None
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn named(out: &mut Text, name: &Text, names: &Names<'_>, depth: u32) -> Result<(), Fault> {
    match names.lookup(name.as_str())? {
        Some(value) => expand_into(out, &value, names, depth),
        None => Ok(()),
    }
}

/// Expands what stands in `${ }`: a name, or `{a} operator {b} ? {x} : {y}`, as the defaults have
/// it. What hangs on whether a name has a value is not read: which blanks Postfix keeps there, and
/// which names a program knows when it asks, is no question to be right about.
fn expression(out: &mut Text, body: &Text, names: &Names<'_>, depth: u32) -> Result<(), Fault> {
    let text = body.as_str();
    if text.starts_with('{') {
        let (holds, rest) = relation(body, names, depth)?;
        return choose(out, holds, &rest, names, depth);
    }
    if !text.is_empty() && text.chars().all(is_name) {
        return named(out, body, names, depth);
    }
    let reason = format!("mailpol does not read `${{{text}}}`: a name, or `{{a}} == {{b}}`");
    Err(Fault::Unread(reason))
}

/// Expands what follows a condition: `? {x} : {y}`.
fn choose(
    out: &mut Text,
    holds: bool,
    rest: &Text,
    names: &Names<'_>,
    depth: u32,
) -> Result<(), Fault> {
    let (then, rest) = braced(rest, '?')?;
    let (otherwise, rest) = braced(&rest, ':')?;
    if !rest.as_str().is_empty() {
        return Err(format!("`{}` follows an expression", rest.as_str()).into());
    }
    let chosen = if holds { then } else { otherwise };
    expand_into(out, &chosen, names, depth)
}

/// Returns what stands in braces behind a sign, and what follows it.
fn braced(text: &Text, sign: char) -> Result<(Text, Text), Fault> {
    let text = text.trim();
    let body = text.as_str().strip_prefix(sign).map(str::trim_ascii_start);
    let Some(body) = body.filter(|body| body.starts_with('{')) else {
        let reason = "mailpol reads `? {x} : {y}` behind a condition, in braces";
        return Err(Fault::Unread(reason.to_owned()));
    };
    let start = text.as_str().len() - body.len();
    let end = start + matching(body, '{').ok_or("a `{` has no end")?;
    let rest = text.slice(end + 1, text.as_str().len()).trim();
    Ok((text.slice(start + 1, end), rest))
}

/// Evaluates `{a} operator {b}`; returns what follows it.
fn relation(body: &Text, names: &Names<'_>, depth: u32) -> Result<(bool, Text), Fault> {
    let end = matching(body.as_str(), '{').ok_or("a `{` has no end")?;
    let left = operand(&body.slice(1, end), names, depth)?;
    let rest = body.slice(end + 1, body.as_str().len()).trim();
    let open = rest
        .as_str()
        .find('{')
        .ok_or("an operator has no right side")?;
    let operator = rest.slice(0, open).trim();
    let right = rest.slice(open, rest.as_str().len());
    let end = matching(right.as_str(), '{').ok_or("a `{` has no end")?;
    let rest = right.slice(end + 1, right.as_str().len()).trim();
    let right = operand(&right.slice(1, end), names, depth)?;
    let (operator, by_level) = match operator.as_str().strip_suffix("level") {
        Some(operator) => (operator.to_owned(), true),
        None => (operator.as_str().to_owned(), false),
    };
    let order = if by_level {
        level(&left)?.cmp(&level(&right)?)
    } else {
        match (number(&left)?, number(&right)?) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.as_bytes().cmp(right.as_bytes()),
        }
    };
    let holds = match operator.as_str() {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => return Err(format!("`{operator}` is no operator").into()),
    };
    Ok((holds, rest))
}

/// Reads an operand that is compared as a number: digits alone, for a sign makes it a word
/// (mac_expand.c of 3.7.11, `all_digits`). One that does not fit is a fatal error.
fn number(text: &str) -> Result<Option<i64>, Fault> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let too_large = |_| Fault::Syntax(format!("`{text}` is too large a number"));
    text.parse().map(Some).map_err(too_large)
}

fn operand(text: &Text, names: &Names<'_>, depth: u32) -> Result<String, Fault> {
    let mut out = Text::empty(&text.at());
    expand_into(&mut out, text, names, depth)?;
    Ok(out.as_str().to_owned())
}

/// Reads a compatibility level (compat_level(3) of 3.7.11): `major[.minor[.patch]]`.
fn level(text: &str) -> Result<[u32; 3], Fault> {
    let mut level = [0; 3];
    let mut parts = text.split('.');
    for slot in &mut level {
        match parts.next() {
            None => break,
            Some(part) => {
                let bad = || Fault::Syntax(format!("`{text}` is no compatibility level"));
                let known = digits(part).filter(|_| part.len() <= PART_MAX);
                *slot = known.ok_or_else(bad)?;
            }
        }
    }
    if parts.next().is_some() {
        return Err(format!("`{text}` is no compatibility level").into());
    }
    Ok(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Loc, Source};

    struct Known(&'static [(&'static str, &'static str)]);

    fn text(text: &str) -> Text {
        Text::made(text, &Loc::new(&Source::new("main.cf", text), 0, 0))
    }

    impl Lookup for Known {
        fn lookup(&self, name: &str) -> Result<Option<Text>, Fault> {
            let found = self.0.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| text(value)))
        }
    }

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let names = Known(&[
            ("a", "x"),
            ("b", "$a-$a"),
            ("empty", ""),
            ("level", "3.6"),
            ("loop", "$loop"),
        ]);
        let got = expand(&text(value), &names);
        match got {
            Ok(got) => assert_eq!(got.as_str(), expected, "{value}"),
            Err(_) => assert_eq!("error", expected, "{value}"),
        }
    }

    #[test]
    fn names_are_expanded_as_postconf_5_says() {
        check("$a ${a} $(a) $b", "x x x x-x");
        check("$$a $unknown.", "$a .");
        for unread in [
            "${a?y}",
            "${a:y}",
            "${a?{y}:{z}}",
            "${a ? {y} : {z}}",
            "${ a}",
        ] {
            check(unread, "error");
        }
        check("${{$a}==b?{1}:{2}}", "error");
        check("${{$a} == {x} ? {1} : {2}}", "1");
        check("${{$a} != {x} ? {1} : {2}}", "2");
        check("${{9} < {10} ? {1} : {2}}", "1");
        check("${{+1} == {1} ? {1} : {2}}", "2");
        check("${{-2} < {-1} ? {1} : {2}}", "2");
        check("${{01} == {1} ? {1} : {2}}", "1");
        check("${{99999999999999999999} == {1} ? {1} : {2}}", "error");
        check("${{$level} <level {3.10} ? {1} : {2}}", "1");
        check("${{$level} <level {3.6} ? {1} : {2}}", "2");
        check("${{$level} >=level {2}}", "error");
        for odd in ["3.1025", "3.6 ", " 3", "3.6.0.1", "3.x"] {
            check(
                &format!("${{{{{odd}}} >=level {{2}} ? {{1}} : {{2}}}}"),
                "error",
            );
        }
        check("${{$level} >=level {2} ? 1}", "error");
        check("${{$level} >=level {2} ? {1}}", "error");
        check("${{$level} >=level {2} ? {1} : {2} x}", "error");
        check("/^a$$/ {b}", "/^a$/ {b}");
        check("$loop", "error");
        check("a $ b", "error");
        check("${a", "error");
    }

    #[test]
    fn a_level_has_parts_of_so_many_digits() {
        let level = |part: &str| format!("${{{{3.{part}}} >=level {{2}} ? {{1}} : {{2}}}}");
        check(&level("999"), "1");
        check(&level("1000"), "error");
        check(&level("0999"), "error");
    }

    #[test]
    fn a_value_has_a_greatest_length() {
        let of = |octets: usize| {
            let value = text(&format!("{}$empty", "x".repeat(octets)));
            let fault = expand(&value, &Known(&[("empty", "")])).err();
            fault.map(|fault| format!("{fault:?}"))
        };
        assert_eq!(of(1 << 20), None);
        let whole = |octets: usize| expand(&text(&"x".repeat(octets)), &Known(&[])).is_ok();
        assert!(whole(1 << 20) && !whole((1 << 20) + 1));
        let longer = of((1 << 20) + 1).unwrap_or_default();
        assert!(longer.contains("longer than a mebibyte"), "{longer}");
    }

    #[test]
    fn a_value_comes_to_so_many_names() {
        let of = |count: usize| {
            let names = Known(&[("empty", "")]);
            let fault = expand(&text(&"$empty".repeat(count)), &names).err();
            fault.map(|fault| format!("{fault:?}"))
        };
        assert_eq!(of(1_000), None);
        let more = of(1_001).unwrap_or_default();
        assert!(more.contains("no more than 1000 names"), "{more}");
    }
}
