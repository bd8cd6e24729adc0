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
