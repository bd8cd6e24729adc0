//! Names in a master file: absolute with a final dot, or relative to the origin
//! (RFC 1035 section 5.1).

use super::entry::{Fault, Octet, Word};

/// Octets of a label (RFC 1035 section 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;
/// Characters of a name (RFC 1035 section 2.3.4).
const NAME_LENGTH_MAX: usize = 253;

/// Reads a name. It comes without a final dot; the root is empty.
pub(super) fn name(word: &Word, origin: Option<&str>) -> Result<String, Fault> {
    let fault = |what: &str| Fault::new(what, word.at.clone());
    if word.quoted {
        return Err(fault("a name is not quoted"));
    }
    let relative = |head: String| match origin {
        None => Err(fault("a name without a final dot, and no origin before it")
            .help("write the final dot, or `$ORIGIN example.org.` on a line above")),
        Some("") => Ok(head),
        Some(origin) => Ok(format!("{head}.{origin}")),
    };
    let text = word.plain();
    match text.as_deref() {
        Some("@") => {
            return origin.map(str::to_owned).ok_or_else(|| {
                fault("no origin is set")
                    .help("write the name, or `$ORIGIN example.org.` on a line above")
            });
        }
        Some(".") => return Ok(String::new()),
        _ => {}
    }
    let dot = |octet: &Octet| octet.value == b'.' && !octet.escaped;
    let absolute = word.octets.last().is_some_and(dot);
    let mut labels: Vec<&[Octet]> = word.octets.split(dot).collect();
    if absolute {
        labels.pop();
    }
    let mut written = Vec::new();
    for label in labels {
        if label.is_empty() {
            return Err(fault("an empty label"));
        }
        if label.len() > LABEL_OCTETS_MAX {
            return Err(fault("a label has at most 63 octets"));
        }
        let character = |octet: &Octet| {
            let shown = matches!(octet.value, b' '..=b'~') && octet.value != b'.';
            shown.then(|| char::from(octet.value))
        };
        let label: Option<String> = label.iter().map(character).collect();
        written.push(label.ok_or_else(|| fault("a label holds a dot, or is not printable ASCII"))?);
    }
    let head = written.join(".");
    let name = if absolute { head } else { relative(head)? };
    if name.len() > NAME_LENGTH_MAX {
        return Err(fault("a name has at most 253 characters"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::super::entry::entries;
    use super::*;

    #[track_caller]
    fn check(text: &str, origin: Option<&str>, expected: Option<&str>) {
        let mut entry = entries(text).next().unwrap().unwrap();
        let name = name(&entry.words.remove(0), origin);
        assert_eq!(name.ok().as_deref(), expected, "{text}");
    }

    #[test]
    fn a_name_has_a_greatest_length() {
        let label = "x".repeat(LABEL_OCTETS_MAX);
        check(&format!("{label}."), None, Some(&label));
        check(&format!("{label}x."), None, None);
        let origin = [label.as_str(); 3].join(".");
        let most = "y".repeat(NAME_LENGTH_MAX - origin.len() - 1);
        let longest = format!("{most}.{origin}");
        assert_eq!(longest.len(), 253);
        check(&most, Some(&origin), Some(&longest));
        check(&format!("{most}y"), Some(&origin), None);
    }

    #[test]
    fn a_final_dot_ends_a_name() {
        let origin = Some("example.org");
        check("mx", origin, Some("mx.example.org"));
        check("mx.a", origin, Some("mx.a.example.org"));
        check("mx.a.", origin, Some("mx.a"));
        check("@", origin, Some("example.org"));
        check("\\@", origin, Some("@.example.org"));
        check(".", origin, Some(""));
        check("mx", Some(""), Some("mx"));
        check("mx", None, None);
        check("@", None, None);
        check("mx.", None, Some("mx"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(63);
        check(&format!("{long}."), None, Some(&long));
        check(&format!("{long}a."), None, None);
        check(&format!("{long}.{long}.{long}.{long}."), None, None);
        for bad in [
            "a..b.", ".a.", "..", "a\\.b.", "a\\009.", "\u{e9}.", "\"a.\"",
        ] {
            check(bad, None, None);
        }
        check("a\\ b/c.", None, Some("a b/c"));
    }
}
