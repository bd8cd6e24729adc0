//! A hosting provider: domains of very different sizes, their recipients, and customers' networks.
//!
//! - The sizes of domains follow Zipf's law: a few hold thousands of mailboxes, most hold one or
//!   two. Every twentieth domain is a sub-domain of an earlier one.
//! - For five mailboxes there is an alias, to one to three of them; some lead to another alias, or
//!   to another domain. One mailbox in ten has no login; one login in fifty has two mailboxes.
//! - Every twentieth domain has a catch-all.
//! - Half the networks are IPv6, and every fifth lies inside another. One in ten has senders and
//!   recipients of its own; the others send freely, hand over, are refused, or are just names.

use std::collections::HashSet;
use std::fmt::Write as _;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Domains that mail is delivered for.
    pub(crate) domains: usize,
    /// Mailboxes; aliases come on top.
    pub(crate) mailboxes: usize,
    /// Networks.
    pub(crate) networks: usize,
}

/// Every block of a network's own is a /22 of 10.96.0.0 to 10.255.255.255, or a /48 of fd00::/16.
const NETWORKS_MAX: usize = 2 * 160 * 64;

const FIRST: [&str; 24] = [
    "anna", "ben", "carla", "david", "emma", "felix", "greta", "hans", "ida", "jonas", "klara",
    "leon", "maria", "noah", "olga", "paul", "rosa", "simon", "tina", "uwe", "vera", "walter",
    "yara", "zoe",
];
const LAST: [&str; 20] = [
    "adler", "bach", "curie", "dorn", "engel", "fuchs", "gross", "heine", "imhof", "jung",
    "keller", "lang", "maurer", "nagel", "otto", "pohl", "richter", "stein", "thoma", "wolf",
];
const TRADES: [&str; 16] = [
    "garden", "bakery", "bikes", "books", "cafe", "clinic", "dance", "florist", "gym", "hotel",
    "law", "music", "optics", "school", "tools", "wine",
];
const ROLES: [&str; 8] = [
    "info", "sales", "office", "support", "billing", "jobs", "press", "team",
];

/// SplitMix64: numbers that look random, and are the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len())).copied().unwrap_or("x")
    }
}

/// Returns the files: the policy, and those that it names.
pub(crate) fn files(size: Size) -> Result<Vec<(&'static str, String)>, String> {
    if size.domains == 0 || size.mailboxes < size.domains {
        return Err("there must be a domain, and a mailbox for each".to_owned());
    }
    if size.networks > NETWORKS_MAX {
        return Err(format!("there may be {NETWORKS_MAX} networks"));
    }
    let mut dice = Dice(20_261_126);
    let domains = domain_names(size.domains, &mut dice);
    let sizes = zipf(size);
    let mailboxes = mailboxes(&domains, &sizes, &mut dice);
    let (nodes, networks) = networks(size.networks, &domains, &mut dice);
    let files = [
        ("policy.kdl", policy(&domains, &nodes)),
        ("domains.tsv", domain_rows(&domains)),
        ("mailboxes.tsv", mailboxes),
        ("networks.tsv", networks),
    ];
    Ok(files.into_iter().collect())
}

fn policy(domains: &[String], networks: &str) -> String {
    let first = domains.first().map(String::as_str).unwrap_or_default();
    format!(
        r#"mailpol version=1

host "mx.provider.example" {{
    address "198.51.100.25" "2001:db8:25::25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/mx/fullchain.pem" key="/etc/ssl/mx/privkey.pem"
    postmaster "box0@{first}"
}}

auth "saslauthd" mechanism="shadow"

domains file="domains.tsv"
mailboxes file="mailboxes.tsv"
networks file="networks.tsv"

{networks}
inbound {{
    spf "soft" header="both"
    own-domain "reject"
}}
"#
    )
}

/// What sub-domains are called.
const BELOW: [&str; 12] = [
    "shop", "mail", "news", "intern", "support", "lab", "store", "events", "north", "south",
    "east", "west",
];

fn domain_names(count: usize, dice: &mut Dice) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(count);
    let mut known: HashSet<String> = HashSet::new();
    for number in 0..count {
        let above = names.get(dice.below(number)).filter(|_| number % 20 == 19);
        let name = match above {
            Some(above) if above.len() < 100 => {
                let label = BELOW[number / 20 % BELOW.len()];
                let name = format!("{label}.{above}");
                // One domain may have two of a name.
                if known.contains(&name) {
                    format!("{label}{number}.{above}")
                } else {
                    name
                }
            }
            _ => format!("{}-{number}.example", dice.pick(&TRADES)),
        };
        known.insert(name.clone());
        names.push(name);
    }
    names
}

/// Every twentieth domain has a catch-all: its first mailbox.
fn domain_rows(domains: &[String]) -> String {
    let mut text = "domain\tspf\tcatch-all\n".to_owned();
    for (number, domain) in domains.iter().enumerate() {
        let catch_all = if number % 20 == 10 { "box0" } else { "" };
        let _ = writeln!(text, "{domain}\t+mx -all\t{catch_all}");
    }
    text
}

/// Returns how many mailboxes each domain has: one, and its share of the others by Zipf's law.
fn zipf(size: Size) -> Vec<usize> {
    const HEAD: usize = 20;
    const WHOLE: u128 = 1 << 40;
    let weight = |rank: usize| WHOLE / (rank + HEAD) as u128;
    let sum: u128 = (0..size.domains).map(weight).sum();
    let rest = (size.mailboxes - size.domains) as u128;
    let (mut reached, mut given) = (0_u128, 0_u128);
    let share = |rank| {
        reached += weight(rank);
        let until = rest * reached / sum;
        let share = until - given;
        given = until;
        1 + usize::try_from(share).unwrap_or(0)
    };
    (0..size.domains).map(share).collect()
}

fn mailboxes(domains: &[String], sizes: &[usize], dice: &mut Dice) -> String {
    let mut text = "domain\tlocal-part\tlogin\ttargets\n".to_owned();
    let (mut login, mut owed) = (0_usize, 0_usize);
    for (domain, size) in domains.iter().zip(sizes) {
        let mut names: Vec<String> = Vec::new();
        for number in 0..*size {
            let local = match number {
                0 => "box0".to_owned(),
                _ => format!("{}.{}{number}", dice.pick(&FIRST), dice.pick(&LAST)),
            };
            let shared = dice.below(50) == 0 && login > 0;
            if dice.below(10) == 0 {
                let _ = writeln!(text, "{domain}\t{local}\t\t");
            } else {
                login += usize::from(!shared);
                let _ = writeln!(text, "{domain}\t{local}\tu{login}\t");
            }
            names.push(local);
        }
        owed += size;
        let aliases = owed / 5;
        owed %= 5;
        for number in 0..aliases {
            let name = format!("{}{number}", dice.pick(&ROLES));
            let mut targets: Vec<String> = Vec::new();
            for _ in 0..=dice.below(3) {
                let target = match dice.below(10) {
                    // Another domain's first mailbox.
                    0 => format!("box0@{}", domains[dice.below(domains.len())]),
                    _ => names[dice.below(names.len())].clone(),
                };
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
            let _ = writeln!(text, "{domain}\t{name}\t\t{}", targets.join("\t"));
            // A later alias may lead to this one.
            if dice.below(10) == 0 {
                names.push(name);
            }
        }
    }
    text
}

/// Returns the nodes of the networks that have limits, and the rows of the others.
fn networks(count: usize, domains: &[String], dice: &mut Dice) -> (String, String) {
    let mut nodes = String::new();
    let mut rows = "network\tcidr\tmay-send\tmay-hand-over\totherwise\tfrom\n".to_owned();
    for number in 0..count {
        let cidr = prefix(number);
        // Of both families, inside another network and not.
        if number % 10 == [0, 9, 5, 4][number / 10 % 4] {
            nodes.push_str(&limited(number, &cidr, domains, dice));
            continue;
        }
        let rights = match dice.below(10) {
            0..=3 => "yes\t\t\t",
            4 => "\tyes\t\t",
            5 => "yes\t\trefuse\tlocal",
            6 => "\t\trefuse\t",
            _ => "\t\t\t",
        };
        let _ = writeln!(rows, "network{number}\t{cidr}\t{rights}");
    }
    (nodes, rows)
}

/// Returns the prefix of a network. Every fifth lies inside the one of its family before it.
fn prefix(number: usize) -> String {
    let nested = number % 5 == 4;
    let block = if nested { number - 2 } else { number } / 2;
    if number % 2 == 1 {
        let low = if nested { ":1::/64" } else { "::/48" };
        return format!("fd00:0:{block:x}{low}");
    }
    let (second, third) = (96 + block / 64, block % 64 * 4);
    let rest = if nested { "64/26" } else { "0/22" };
    format!("10.{second}.{third}.{rest}")
}

/// A customer's network: from its domains, to some partners.
fn limited(number: usize, cidr: &str, domains: &[String], dice: &mut Dice) -> String {
    let mut from: Vec<String> = Vec::new();
    for _ in 0..=dice.below(3) {
        let domain = &domains[dice.below(domains.len())];
        let name = match dice.below(4) {
            0 => format!("\"box0@{domain}\""),
            _ => format!("\"@{domain}\""),
        };
        if !from.contains(&name) {
            from.push(name);
        }
    }
    let to = format!("\"local\" \"@partner{number}.example\" \"orders@trade{number}.example\"");
    let tls = if dice.below(4) == 0 {
        " tls=\"required\""
    } else {
        ""
    };
    let otherwise = if dice.below(3) == 0 {
        "    otherwise \"refuse\"\n"
    } else {
        ""
    };
    let from = from.join(" ");
    format!(
        "network \"network{number}\" {{\n    cidr \"{cidr}\"\n    may-send{tls} {{\n        \
         from {from}\n        to {to}\n    }}\n{otherwise}}}\n"
    )
}
