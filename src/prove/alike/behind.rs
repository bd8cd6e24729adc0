//! What is behind recipients and domains: the login of a mailbox, the targets of an alias. Each is
//! looked up once, on several threads.

use std::ops::Range;

use super::names::{Entity, NONE, Names, PART, What, count};
use crate::prove::threads::in_parts;

/// What is behind each recipient and each domain.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// By [`Names::number`]: of a mailbox the number of its login, of an alias and of a domain
    /// where its targets begin.
    pub(super) of: Vec<u32>,
    /// The numbers of targets that are listed by name.
    pub(super) targets: Vec<u32>,
}

impl Behind {
    pub(super) fn of(names: &Names<'_>) -> Self {
        let [recipients, domains, _] = names.counts();
        let total = recipients + domains;
        let starts = (0..total).step_by(PART);
        let parts: Vec<Range<usize>> = starts.map(|at| at..(at + PART).min(total)).collect();
        let parts = in_parts(&parts, |part| Self::of_part(part.clone(), names));
        let mut all = Self {
            of: Vec::with_capacity(total),
            targets: Vec::new(),
        };
        for part in parts {
            let before = count(all.targets.len());
            let numbers = (count(all.of.len())..).zip(part.of);
            all.of.extend(numbers.map(|(number, behind)| {
                let listed = names.recipients.get(number as usize);
                match listed.map(|listed| listed.what) {
                    Some(What::Mailbox(_)) => behind,
                    Some(What::Alias(_)) | None => before + behind,
                }
            }));
            all.targets.extend(part.targets);
        }
        all
    }

    fn of_part(part: Range<usize>, names: &Names<'_>) -> Self {
        let mut behind = Self::default();
        for of in part.filter_map(|number| names.entity(number)) {
            if let Entity::Recipient(one) = of
                && let Some(listed) = names.recipients.get(one as usize)
                && let What::Mailbox(_) = listed.what
            {
                let login = listed.login().and_then(|login| names.login(login));
                behind.of.push(login.unwrap_or(NONE));
                continue;
            }
            behind.of.push(count(behind.targets.len()));
            let targets = names.alias(of).into_iter().flat_map(|alias| &alias.targets);
            let numbers = targets.map(|target| names.listed(&target.value).unwrap_or(NONE));
            behind.targets.extend(numbers);
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    /// Together more recipients than one thread looks at at once.
    const EACH: usize = 1000;
    const DOMAINS: usize = 40;

    #[test]
    fn what_is_looked_up_in_parts_is_what_is_listed() {
        const { assert!(EACH * DOMAINS > 2 * PART) };
        let mut text = "mailpol version=1\nhost \"mx.a.test\" {\n    address \"192.0.2.1\"\n    \
                        listen \"smtp\" \"submissions\"\n    \
                        tls certificate=\"/c\" key=\"/k\"\n}\n\
                        auth \"saslauthd\" mechanism=\"shadow\"\nmailboxes file=\"m.tsv\"\n"
            .to_owned();
        let mut rows = "domain\tlocal-part\tlogin\ttargets\n".to_owned();
        for domain in 0..DOMAINS {
            let _ = writeln!(text, "domain \"d{domain}.test\" {{ catch-all \"b0\" }}");
            for number in 0..EACH {
                let other = (domain + number) % DOMAINS;
                let before = number - number % 2;
                let caught = if number == 1 { "nobody" } else { "b0" };
                let _ = match number % 2 {
                    0 => writeln!(rows, "d{domain}.test\tb{number}\tu{domain}-{number}\t"),
                    _ => writeln!(
                        rows,
                        "d{domain}.test\ta{number}\t\t{caught}\tb{before}@d{other}.test"
                    ),
                };
            }
        }
        let files = BTreeMap::from([("m.tsv".to_owned(), Source::new("m.tsv", rows))]);
        let mut told = Diagnostics::new();
        let document = crate::syntax::parse(&Source::new("policy.kdl", text), &mut told).unwrap();
        let policy = crate::policy::lower(&document, &files, &mut told).unwrap();
        let names = Names::new(&policy);
        let [recipients, domains, _] = names.counts();
        let mut found = 0;
        for of in (0..recipients + domains).map(|number| names.entity(number).unwrap()) {
            if let Entity::Recipient(one) = of {
                let listed = &names.recipients[one as usize];
                assert!(names.of_domain(listed.domain).contains(&one));
                assert_eq!(names.recipient(listed.local, listed.domain), Some(one));
                let login = listed.login().map(|login| names.login(login).unwrap());
                assert_eq!(names.login_of(one), login);
            }
            let alias = names.alias(of);
            let targets = alias.into_iter().flat_map(|alias| &alias.targets);
            let targets: Vec<_> = targets.map(|to| names.listed(&to.value)).collect();
            found += targets.iter().flatten().count();
            assert!(names.targets(of).eq(targets), "{of:?}");
        }
        // Both targets of nearly every alias.
        assert!(found > (EACH - 2) * DOMAINS, "{found}");
    }
}
