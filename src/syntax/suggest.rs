//! The nearest name to a name that does not exist.

/// The largest edit distance at which a name is offered.
const DISTANCE_MAX: usize = 2;
/// A word of so many letters is known by the most of them.
const LONG: usize = 7;
/// A list longer than this helps nobody.
const LIST_MAX: usize = 12;
/// A name longer than this is no misspelling of any of ours.
const NAME_MAX: usize = 40;

/// Returns the help for a name that does not exist: the nearest one, else all if they are few.
pub(crate) fn help(written: &str, allowed: &[&str]) -> Option<String> {
    if let Some(nearest) = nearest(written, allowed).or_else(|| sounds_like(written, allowed)) {
        return Some(format!("did you mean `{nearest}`?"));
    }
    match allowed.len() {
        0 => None,
        1..=LIST_MAX => Some(format!("what may stand here: {}", list(allowed))),
        _ => Some(format!(
            "among others, {} may stand here",
            list(allowed.get(..LIST_MAX).unwrap_or(allowed))
        )),
    }
}

/// Returns names in backticks, separated by commas.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Returns the one name that a word is a part of, as `from` of `mail-from`.
pub(crate) fn whole<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let mut wholes = allowed
        .iter()
        .filter(|name| name.contains('-') && name.split('-').any(|part| part == written));
    match (wholes.next(), wholes.next()) {
        (Some(name), None) => Some(name),
        _ => None,
    }
}

/// Returns the name that a word is a part of, or else the one with the smallest edit distance, if
/// that is small.
pub(crate) fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    if written.chars().count() > NAME_MAX {
        return None;
    }
    if let Some(whole) = whole(written, allowed).or_else(|| known_as(written, allowed)) {
        return Some(whole);
    }
    within(written, allowed, DISTANCE_MAX)
}

/// Returns the name with the smallest edit distance, if that is at most this.
fn within<'a>(written: &str, allowed: &[&'a str], distance_max: usize) -> Option<&'a str> {
    let folded = written.to_lowercase();
    allowed
        .iter()
        .map(|name| (distance(&folded, &name.to_lowercase()), *name))
        .filter(|(distance, name)| *distance <= distance_max && *distance < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

/// Returns the long name that a word sounds like, as `mailbox` for `mailbocks`.
fn sounds_like<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    if written.chars().count() > NAME_MAX {
        return None;
    }
    let long: Vec<&str> = allowed
        .iter()
        .copied()
        .filter(|name| name.len() >= LONG)
        .collect();
    within(written, &long, DISTANCE_MAX + 1)
}

/// Returns the one name of which a word is surely a misspelling: the only one as near as it.
pub(crate) fn misspelt<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    if written.chars().count() > NAME_MAX || whole(written, allowed).is_some() {
        return None;
    }
    let folded = written.to_lowercase();
    let mut near: Vec<(usize, &str)> = allowed
        .iter()
        .map(|name| (distance(&folded, &name.to_lowercase()), *name))
        .collect();
    near.sort_unstable();
    let (nearest, name) = *near.first()?;
    let alone = near.get(1).is_none_or(|(next, _)| nearest < *next);
    // Of a short name two letters are half of it.
    let edits_max = if name.chars().count() > 5 { 2 } else { 1 };
    (alone && nearest <= edits_max && name.chars().count() > 2).then_some(name)
}

/// What others call a name of ours, where the nearest name would be another thing.
const KNOWN_AS: &[(&str, &str)] = &[
    ("smtps", "submissions"),
    ("465", "submissions"),
    ("587", "submission"),
    ("25", "smtp"),
];

/// Returns the name that others call so.
fn known_as<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let folded = written.to_lowercase();
    let (_, ours) = KNOWN_AS.iter().find(|(theirs, _)| *theirs == folded)?;
    allowed.iter().find(|name| *name == ours).copied()
}

/// Returns the edit distance of two names, where swapped neighbours are one edit.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (get(&row, j) + usize::from(from != *to))
                .min(get(&row, j + 1) + 1)
                .min(get(&next, j) + 1);
            let swapped = j > 0 && previous == Some(*to) && b.get(j - 1) == Some(&from);
            if swapped {
                cost = cost.min(get(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
        previous = Some(from);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        let allowed = ["domain", "domains", "network", "host", "own", "any"];
        assert_eq!(nearest(written, &allowed), expected, "{written}");
    }

    #[test]
    fn the_nearest_name_is_offered() {
        check("domian", Some("domain"));
        check("Domain", Some("domain"));
        check("netwrk", Some("network"));
        check("hosts", Some("host"));
        check("zzz", None);
        check("elephant", None);
        check("", None);
    }

    #[test]
    fn only_what_is_surely_meant_is_taken_for_misspelt() {
        let allowed = ["domain", "domains", "host", "cidr", "to", "mail-from"];
        let check = |written: &str, expected: Option<&str>| {
            assert_eq!(misspelt(written, &allowed), expected, "{written}");
        };
        check("domian", Some("domain"));
        check("hosts", Some("host"));
        check("cdir", Some("cidr"));
        check("domainz", None);
        check("too", None);
        check("from", None);
        check("ghosts", None);
        check(&"x".repeat(50), None);
    }

    #[test]
    fn what_others_call_a_name_is_known() {
        let allowed = ["smtp", "submission", "submissions"];
        assert_eq!(nearest("smtps", &allowed), Some("submissions"));
        assert_eq!(nearest("587", &allowed), Some("submission"));
        assert_eq!(nearest("smtp2", &allowed), Some("smtp"));
        assert_eq!(nearest("smtps", &["host"]), None);
    }

    #[test]
    fn the_name_that_a_word_is_a_part_of_is_offered() {
        let allowed = ["mail-from", "rcpt-to", "may-send", "may-hand-over", "tls"];
        assert_eq!(nearest("to", &allowed), Some("rcpt-to"));
        assert_eq!(nearest("from", &allowed), Some("mail-from"));
        assert_eq!(whole("may", &allowed), None);
        assert_eq!(whole("tls", &allowed), None);
    }
}
