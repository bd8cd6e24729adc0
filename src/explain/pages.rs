//! The page of a diagnostic, of an obligation, or of a rule by which envelopes are decided.

use std::borrow::Cow;

use crate::decision::Because;
use crate::diagnostic::{CODES, Code};
use crate::prove::question_names;
use crate::syntax::suggest::nearest;

/// What a policy means, with its rules as a numbered list.
const SEMANTICS: &str = include_str!("../../docs/semantics.md");

/// Returns the page of a diagnostic's code, whose leading `mailpol::` may be left out, of a
/// question of the proof, such as `no-open-relay`, or of a rule, such as `relay-denied`.
pub fn page(name: &str) -> Option<Cow<'static, str>> {
    let of_code = Code::find(name).map(|code| code.page);
    let page = of_code.or_else(|| crate::prove::page(name));
    page.map(Cow::Borrowed).or_else(|| rule(name))
}

/// Returns the name of a page that was meant, if one is near.
pub fn near_page(name: &str) -> Option<&'static str> {
    let short = CODES
        .iter()
        .filter_map(|code| code.name.strip_prefix("mailpol::"));
    let long = CODES.iter().map(|code| code.name);
    let rules = Because::ALL.into_iter().map(Because::name);
    let names: Vec<&str> = question_names()
        .into_iter()
        .chain(rules)
        .chain(short)
        .chain(long)
        .filter(|name| page(name).is_some())
        .collect();
    nearest(name, &names)
}

/// Returns what the semantics say of a rule: the point of their list that names it.
fn rule(name: &str) -> Option<Cow<'static, str>> {
    let rule = Because::ALL.into_iter().find(|rule| rule.name() == name)?;
    let (_, rules) = SEMANTICS.split_once("\n## The rules\n")?;
    let (rules, _) = rules.split_once("\n## ")?;
    let named = [
        format!("**{name}.**"),
        format!("**{name}** "),
        format!(" **{name}.**"),
    ];
    let mut points: Vec<Vec<&str>> = Vec::new();
    for line in rules.lines() {
        let number = line.split_once(". ").map(|(number, _)| number);
        let begins = number.is_some_and(|number| number.parse::<u8>().is_ok());
        let goes_on = line.is_empty() || line.starts_with(' ');
        match points.last_mut() {
            _ if begins => points.push(vec![line]),
            Some(point) if goes_on => point.push(line),
            _ => points.push(Vec::new()),
        }
    }
    let points = points.into_iter().map(|point| point.join("\n"));
    let mut points = points.filter(|point| named.iter().any(|named| point.contains(named)));
    let point = points.next()?;
    let words = if [Because::Listed, Because::Granted].contains(&rule) {
        "A reason for which mail is taken"
    } else {
        "A reason for which mail is refused"
    };
    Some(Cow::Owned(format!(
        "# {name}\n\n{words}. Of the rules the first that applies decides; this is what \
         docs/semantics.md says of it.\n\n{}\n",
        point.trim_end()
    )))
}

#[cfg(test)]
mod tests {
    use super::{near_page, page};
    use crate::decision::Because;

    #[test]
    fn every_rule_of_a_policy_has_a_page() {
        for rule in Because::ALL {
            let page = page(rule.name());
            // Policies state their rules; files of others may not.
            assert_eq!(page.is_some(), rule != Because::Unstated, "{rule:?}");
            let of = |word: &str| page.as_ref().is_some_and(|page| page.contains(word));
            // `sender-limit` is an obligation, too, and the page is of that.
            let is_obligation = crate::prove::page(rule.name()).is_some();
            let says = of(&format!("**{}", rule.name()));
            assert!(says || is_obligation || page.is_none(), "{rule:?}");
        }
        let spf = page("spf").unwrap_or_default();
        assert!(
            spf.contains("| permerror |") && !spf.contains("granted"),
            "{spf}"
        );
    }

    #[test]
    fn a_misspelt_name_has_a_page_near() {
        for (written, meant) in [
            ("relay-deneid", Some("relay-denied")),
            ("no-open-rely", Some("no-open-relay")),
            ("network::universl", Some("network::universal")),
            (
                "mailpol::network::universl",
                Some("mailpol::network::universal"),
            ),
            ("no-such-thing-at-all", None),
        ] {
            assert_eq!(near_page(written), meant);
        }
    }
}
