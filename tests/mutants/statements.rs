//! Statements that a reader takes, two or more of them together in a place where they count: what
//! each is by itself may be right, and what they are together wrong.
//!
//! They stand in `statements/`, a file for each language; how they are put together is the
//! language's. The names in capitals are filled in from the policy.

use std::collections::BTreeMap;

use mailpol::policy::Policy;

use crate::draft::{Files, Mutant};
use crate::envelopes::Seeded;
use crate::language::Language;

/// The statements of a language, by their kinds.
pub(crate) struct Statements {
    kinds: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Statements {
    /// Reads a file of them: a kind in brackets, and a statement on each line behind it.
    pub(crate) fn new(text: &'static str) -> Self {
        let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut kind = "";
        for line in text.lines().filter(|line| !crate::words::is_silent(line)) {
            let name = line
                .strip_prefix('[')
                .and_then(|name| name.strip_suffix(']'));
            match name {
                Some(name) => kind = name,
                None => kinds.entry(kind).or_default().push(line),
            }
        }
        Self { kinds }
    }

    /// Returns one of a kind by lot, with names of the policy in it.
    pub(crate) fn one(&self, kind: &str, names: &Names, seeded: &mut Seeded) -> String {
        let all = self.kinds.get(kind).expect("the file has this kind");
        let mut text = all[seeded.below(all.len())].to_owned();
        while let Some(at) = text.find("TEST") {
            let test = self.test(names, seeded);
            text.replace_range(at..at + "TEST".len(), &test);
        }
        names.fill(&text, seeded)
    }

    /// Returns a test, or one made of two.
    fn test(&self, names: &Names, seeded: &mut Seeded) -> String {
        let one = self.one("test", names, seeded);
        match seeded.below(6) {
            0 => format!("!{one}"),
            1 => format!("and{{ {{{one}}} {{{}}} }}", self.one("test", names, seeded)),
            2 => format!("or{{ {{{one}}} {{{}}} }}", self.one("test", names, seeded)),
            _ => one,
        }
    }
}

/// What a policy names.
pub(crate) struct Names(Vec<(&'static str, Vec<String>)>);

impl Names {
    fn of(policy: &Policy) -> Self {
        let mut ours = Vec::new();
        let mut locals = Vec::new();
        let mut addresses = Vec::new();
        for (name, domain) in &policy.domains {
            ours.push(name.to_string());
            let all = domain.mailboxes.keys().chain(domain.aliases.keys());
            for local in all.map(ToString::to_string) {
                addresses.push(format!("{local}@{name}"));
                locals.push(local);
            }
        }
        let networks = policy.networks.iter();
        let prefixes = networks.flat_map(|network| &network.prefixes);
        let prefixes: Vec<_> = prefixes.map(|prefix| prefix.value).collect();
        let mut clients: Vec<String> = prefixes
            .iter()
            .map(|prefix| prefix.hosts().next().unwrap_or(prefix.addr()).to_string())
            .collect();
        clients.extend(["203.0.113.9", "2001:db8::9"].map(str::to_owned));
        let mut nets: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
        nets.extend(["203.0.113.0/24", "2001:db8::/32"].map(str::to_owned));
        let logins = policy.logins.keys().map(ToString::to_string).collect();
        let mut results: Vec<String> = Vec::new();
        results.extend(mailpol::spf::SpfResult::ALL.map(crate::scene::name_of));
        Self(vec![
            ("ADDRESS", addresses),
            ("LOCAL", locals),
            ("OURS", ours),
            ("LOGIN", logins),
            ("CLIENT", clients),
            ("NET", nets),
            ("RESULT", results),
        ])
    }

    fn fill(&self, text: &str, seeded: &mut Seeded) -> String {
        let mut text = text.to_owned();
        for (name, values) in &self.0 {
            while let Some(at) = text.find(name) {
                let value = values.get(seeded.below(values.len()));
                let value = value.map_or("nobody", String::as_str);
                text.replace_range(at..at + name.len(), value);
            }
        }
        text
    }
}

/// Returns mutants of a tree, so many as are wanted.
pub(crate) fn mutants(
    language: &Language,
    files: &Files,
    policy: &Policy,
    seed: u64,
    count: usize,
) -> Vec<Mutant> {
    let names = Names::of(policy);
    let mut seeded = Seeded::new(seed ^ 0x57a7_e3e7);
    (0..count)
        .map(|_| (language.together)(files, &names, &mut seeded))
        .collect()
}
