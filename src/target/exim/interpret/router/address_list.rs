//! The data of `redirect` routers (spec 4.96, sections 22.3 to 22.6; `rda_is_filter` of rda.c, and
//! `parse_forward_list` of parse.c): addresses with commas or ends of lines between them, and
//! special items.

use crate::decision::Chooser;
use crate::mail::{Address, Domain, Path, PathForm};
use crate::target::exim::interpret::inert::too_long;

/// How long an address may be (`EXIM_EMAILADDR_MAX`).
const ADDRESS_MAX: usize = 256;

/// What the data of a redirection say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// Nothing: the router declines.
    Decline,
    /// `:fail:`
    Fail,
    /// `:defer:`
    Defer,
    /// To what the client has written.
    Chosen(Chooser),
    /// To these addresses, as often as they stand there; none for `:blackhole:`.
    To(Vec<Address>),
}

/// Reads the data of a redirection.
pub(super) fn data(text: &str, qualify: Option<&str>) -> Result<Data, &'static str> {
    if is_filter(text) {
        return Err("a filter decides where the mail goes");
    }
    let mut to = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, behind)| behind);
            continue;
        }
        let (item, behind) = rest.split_at(rest.find([',', '\n']).unwrap_or(rest.len()));
        let item = item.trim_ascii_end();
        // What stands in these may hold commas that separate nothing.
        if item.contains(['"', '\\', '(', ')']) || item.starts_with('@') || item.contains("<@") {
            return Err("quotes, comments and routes in addresses are not followed");
        }
        // The first letters of the word do, too.
        if ":unknown:".starts_with(item) {
            rest = behind;
            continue;
        }
        if let Some(special) = special(rest, !to.is_empty()) {
            return special;
        }
        to.push(address(item, qualify)?);
        rest = behind;
    }
    if to.is_empty() {
        return Ok(Data::Decline);
    }
    Ok(Data::To(to))
}

/// Returns what a text that begins with a special item says, all the rest included: Exim reads no
/// item behind it, and forgets the addresses in front of it.
fn special(text: &str, has_addresses: bool) -> Option<Result<Data, &'static str>> {
    let has_code = |rest: &str| {
        let rest = rest.trim_ascii_start();
        rest.starts_with(|c: char| c.is_ascii_digit())
    };
    let coded = "a reply code in `:fail:` or `:defer:` is not followed";
    if text.starts_with(":blackhole:") {
        return Some(Ok(Data::To(Vec::new())));
    }
    if let Some(rest) = text.strip_prefix(":defer:") {
        return Some(if has_code(rest) {
            Err(coded)
        } else {
            Ok(Data::Defer)
        });
    }
    if let Some(rest) = text.strip_prefix(":fail:") {
        return Some(if has_code(rest) {
            Err(coded)
        } else if has_addresses {
            // Here alone they are kept (`FF_FAIL` in routers/redirect.c).
            Err("the addresses in front of `:fail:` would get the mail that comes back")
        } else if let Some(reason) = too_long(rest) {
            // It is one line of the bounce.
            Err(reason)
        } else {
            Ok(Data::Fail)
        });
    }
    text.starts_with(':')
        .then_some(Err("such an item is not followed"))
}

/// Returns whether Exim takes the data for a filter: blanks and the case of letters do not matter.
fn is_filter(text: &str) -> bool {
    let Some(rest) = text.trim_ascii_start().strip_prefix('#') else {
        return false;
    };
    let words = rest.trim_start_matches([' ', '\t']).to_ascii_lowercase();
    ["exim", "sieve"].iter().any(|name| {
        let rest = words.strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with("filter"))
    })
}

/// Reads an address; one without a domain gets that of `qualify_recipient`.
fn address(item: &str, qualify: Option<&str>) -> Result<Address, &'static str> {
    const ODD: &str = "this is no plain address";
    if item.starts_with(['|', '/']) {
        return Err("it leads to a command or a file");
    }
    let bare = match item.split_once('<') {
        Some((phrase, rest)) => {
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
            let inner = rest.strip_suffix('>').ok_or(ODD)?;
            if !phrase.chars().all(is_word) {
                return Err(ODD);
            }
            inner
        }
        None => item,
    };
    // `parse_extract_address` of 4.96: no more than 256 octets, and a local-part without a domain
    // is a dot-string.
    if bare.len() > ADDRESS_MAX {
        return Err("Exim takes no address so long");
    }
    let path = Path::parse(bare, &[]);
    match (path.form(), path.address(), path.local(), qualify) {
        (PathForm::Plain, Some(address), ..) => Ok(address),
        (PathForm::Bare, _, Some(local), Some(domain)) if is_plain(local) => {
            Ok(Address::new(local, Domain::literal(domain)))
        }
        (PathForm::BarePostmaster, _, _, Some(domain)) => {
            Ok(Address::new("postmaster", Domain::literal(domain)))
        }
        _ => Err(ODD),
    }
}

/// Returns whether a local-part is made of letters, digits, and what else names of people and lists
/// have.
fn is_plain(local: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+=&'".contains(c);
    local.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match data(text, Some("d.example")) {
            Ok(Data::To(to)) => {
                let words: Vec<String> = to.iter().map(ToString::to_string).collect();
                words.join(" ")
            }
            Ok(other) => format!("{other:?}"),
            Err(_) => "Err".to_owned(),
        };
        assert_eq!(found.trim(), expected, "{text}");
    }

    #[test]
    fn redirections_are_read() {
        check("a@b.example, C", "a@b.example c@d.example");
        check("a@b.example\n# no\nb@b.example", "a@b.example b@b.example");
        check("a@b.example, a@b.example", "a@b.example a@b.example");
        check("a@b.example, # b@b.example, c", "a@b.example");
        check("A B <a@b.example>", "a@b.example");
        check("", "Decline");
        check(" , ,", "Decline");
        let long = format!("{}@{}x.example", "l".repeat(64), "ddddddddd.".repeat(20));
        check(&long, "Err");
    }

    #[test]
    fn a_special_item_ends_a_list() {
        check(":fail: gone, a@b.example", "Fail");
        check(":defer:", "Defer");
        check("a@b.example, :defer: x", "Defer");
        check(":blackhole:", "");
        check("a@b.example, :blackhole: x, c@b.example", "");
        check(":blackhole:, :fail:", "");
        check(":unknown:", "Decline");
        check(":unknown:, a@b.example, :unk", "a@b.example");
    }

    #[test]
    fn what_exim_cannot_read_is_refused() {
        for text in [
            "|cat",
            "/tmp/x",
            ":include:/x",
            "a@b.example, :include:/x",
            "a%b@c.example",
            ":fail: 550 x",
            ":defer: 421 x",
            "a@b.example, :fail: x",
            ":FAIL:",
            "::blackhole:",
            "defer: no",
            "blackhole:",
            "\":blackhole:\"",
            "a@b.example :blackhole:",
            "x: <a@b.example>",
            ":x <a@b.example>",
            "a@b.example <c@d.example>",
            "<a@b.example> c",
            "A (b, c) <a@b.example>",
            "@a.example,@b.example:c@d.example",
            "# exim filter",
            "\n#  SIEVE\tfilter x",
        ] {
            check(text, "Err");
        }
    }
}
