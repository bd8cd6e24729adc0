//! Places in policies, as comments of emitted files name them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::source::Loc;

/// The files whose lines comments name: policies, and the files of rows beside them.
#[derive(Debug, Clone, Default)]
pub struct Places {
    names: BTreeSet<String>,
}

impl Places {
    /// Returns the places in files of these names.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names = names.into_iter().map(str::to_owned);
        Self {
            names: names.collect(),
        }
    }

    /// Returns the places in the files that policies were read from.
    pub fn in_policies<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Self {
        let mut places = Self::default();
        for policy in policies {
            places.names.insert(policy.source.name().to_owned());
            for domain in policy.domains.values() {
                places.add(&domain.at);
                domain
                    .mailboxes
                    .values()
                    .for_each(|one| places.add(&one.at));
                domain.aliases.values().for_each(|one| places.add(&one.at));
                domain.forwards.values().for_each(|one| places.add(&one.at));
            }
            policy.networks.iter().for_each(|one| places.add(&one.at));
        }
        places
    }

    fn add(&mut self, at: &Loc) {
        let name = at.source().name();
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    /// Returns what counts of a line: of a comment all but the numbers of lines in these files.
    pub(super) fn without_numbers<'l>(&self, line: &'l str) -> Cow<'l, str> {
        let is_comment = line.trim_start().starts_with(['#', ';']);
        if !is_comment || !line.contains(':') {
            return Cow::Borrowed(line);
        }
        let mut counts = Cow::Borrowed(line);
        for name in &self.names {
            if counts.contains(name.as_str()) {
                counts = Cow::Owned(without_numbers_behind(&counts, name));
            }
        }
        counts
    }
}

/// Returns a text without the number behind `NAME:`, wherever that stands.
fn without_numbers_behind(text: &str, name: &str) -> String {
    let mut parts = text.split(name);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(name);
        let number = part.strip_prefix(':');
        kept.push_str(number.map_or(part, |number| {
            number.trim_start_matches(|one: char| one.is_ascii_digit())
        }));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn only_numbers_of_lines_do_not_count() {
        let places = Places::of(["policy.kdl", "mailboxes.tsv"]);
        let alike = |a, b| places.without_numbers(a) == places.without_numbers(b);
        assert!(alike("# a (policy.kdl:9)", "# a (policy.kdl:10)"));
        assert!(alike(
            "; policy.kdl:1, mailboxes.tsv:2",
            "; policy.kdl:3, mailboxes.tsv:4"
        ));
        assert!(!alike("# a (policy.kdl:9)", "# b (policy.kdl:9)"));
        assert!(!alike("# policy.kdl:9", "# mailboxes.tsv:9"));
        assert!(!alike("# other.kdl:9", "# other.kdl:10"));
        assert!(!alike("policy.kdl:9", "policy.kdl:10"));
    }
}
