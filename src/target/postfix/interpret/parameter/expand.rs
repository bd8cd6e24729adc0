//! `$name` in the value of a parameter (postconf(5); mac_expand(3) and mac_parse(3) of 3.7.11).

use super::super::text::Text;
use crate::target::digits::digits;

/// The deepest nesting of names and expressions (mac_expand(3): 100).
const DEPTH_MAX: u32 = 100;

/// The longest value: names that double each other end here.
const OCTETS_MAX: usize = 1 << 20;

/// Why a value cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Postfix does not take it.
    Syntax(String),
    /// It asks what the files do not say.
    Unknown(String),
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

/// Returns a value with all its names expanded.
pub(super) fn expand(value: &Text, names: &dyn Lookup) -> Result<Text, Fault> {
    let mut out = Text::empty(&value.at());
    expand_into(&mut out, value, names, 0)?;
    Ok(out)
}

fn expand_into(out: &mut Text, value: &Text, names: &dyn Lookup, depth: u32) -> Result<(), Fault> {
    if depth > DEPTH_MAX {
        return Err(format!("`{}` names itself", value.as_str()).into());
    }
    if out.as_str().len() > OCTETS_MAX {
        return Err("the value is longer than a mebibyte".into());
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
    Ok(())
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

fn named(out: &mut Text, name: &Text, names: &dyn Lookup, depth: u32) -> Result<(), Fault> {
    match names.lookup(name.as_str())? {
        Some(value) => expand_into(out, &value, names, depth),
        None => Ok(()),
    }
}

/// Expands what stands in `${ }`.
fn expression(out: &mut Text, body: &Text, names: &dyn Lookup, depth: u32) -> Result<(), Fault> {
    let body = body.trim();
    if body.as_str().starts_with('{') {
        let (holds, rest) = relation(&body, names, depth)?;
        return choose(out, holds, &rest, names, depth);
    }
    let end = body.as_str().find(|c| !is_name(c));
    let Some(end) = end else {
        return named(out, &body, names, depth);
    };
    let name = body.slice(0, end);
    let rest = body.slice(end, body.as_str().len()).trim();
    if name.as_str().is_empty() || !rest.as_str().starts_with(['?', ':']) {
        return Err(format!("`${{{}}}` is no expression", body.as_str()).into());
    }
    let value = names.lookup(name.as_str())?;
    let is_filled = value.is_some_and(|value| !value.as_str().is_empty());
    choose(out, is_filled, &rest, names, depth)
}

/// Expands what follows a condition: nothing, `?x`, `:x`, `?{x}` or `?{x}:{y}`.
fn choose(
    out: &mut Text,
    holds: bool,
    rest: &Text,
    names: &dyn Lookup,
    depth: u32,
) -> Result<(), Fault> {
    let text = rest.as_str();
    let after = rest.slice(1, text.len());
    if text.is_empty() {
        if holds {
            out.push(&Text::made("true", &rest.at()));
        }
        return Ok(());
    }
    let braced = after.trim();
    if !braced.as_str().starts_with('{') {
        // Without braces the rest of the text is the result, as Postfix 2 had it.
        let wanted = text.starts_with('?') == holds;
        let result = if text.starts_with('?') { after } else { braced };
        return if wanted {
            expand_into(out, &result, names, depth)
        } else {
            Ok(())
        };
    }
    let end = matching(braced.as_str(), '{').ok_or("a `{` has no end")?;
    let result = braced.slice(1, end);
    let rest = braced.slice(end + 1, braced.as_str().len()).trim();
    let first = text.starts_with('?');
    if first == holds {
        expand_into(out, &result, names, depth)?;
    }
    match rest.as_str().chars().next() {
        None => Ok(()),
        Some(':') if first => {
            if holds {
                return Ok(());
            }
            choose(out, false, &rest, names, depth)
        }
        Some(_) => Err(format!("`{}` follows an expression", rest.as_str()).into()),
    }
}

/// Evaluates `{a} operator {b}`; returns what follows it.
fn relation(body: &Text, names: &dyn Lookup, depth: u32) -> Result<(bool, Text), Fault> {
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

fn operand(text: &Text, names: &dyn Lookup, depth: u32) -> Result<String, Fault> {
    let mut out = Text::empty(&text.at());
    expand_into(&mut out, text, names, depth)?;
    Ok(out.as_str().to_owned())
}

/// Reads a compatibility level (compat_level(3) of 3.7.11): `major[.minor[.patch]]`.
fn level(text: &str) -> Result<[u32; 3], Fault> {
    let mut level = [0; 3];
    let mut parts = text.trim_ascii().split('.');
    for slot in &mut level {
        match parts.next() {
            None => break,
            Some(part) => {
                let bad = || Fault::Syntax(format!("`{text}` is no compatibility level"));
                *slot = digits(part).ok_or_else(bad)?;
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

    struct Names(&'static [(&'static str, &'static str)]);

    fn text(text: &str) -> Text {
        Text::made(text, &Loc::new(&Source::new("main.cf", text), 0, 0))
    }

    impl Lookup for Names {
        fn lookup(&self, name: &str) -> Result<Option<Text>, Fault> {
            let found = self.0.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| text(value)))
        }
    }

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let names = Names(&[
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
        check("${a?y} ${a:y} ${empty?y} ${empty:y}", "y   y");
        check("${a?{y}:{z}} ${empty?{y}:{z}}", "y z");
        check("${a ? {y} : {z}}", "y");
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
        check("${{$level} >=level {2}}", "true");
        check("${a?y:z}", "y:z");
        check("/^a$$/ {b}", "/^a$/ {b}");
        check("$loop", "error");
        check("a $ b", "error");
        check("${a", "error");
    }
}
