//! Records that somebody has published, beside those that a policy wants.

use std::fmt::Write as _;
use std::sync::OnceLock;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{
    Finding, Record, RecordData, Request, Standing, in_memory, is_key, published, read_zone,
    records, requests, zone,
};
use mailpol::policy::Policy;
use mailpol::source::Source;
use mailpol::spf::Zone;

use super::{is_shown, site};

/// What is in the name of each key (RFC 6376 section 3.6.2.1).
const KEYS: &str = "._domainkey.";

/// What a policy wants published.
struct Wanted {
    policy: Policy,
    records: Vec<Record>,
    requests: Vec<Request>,
}

fn wanted() -> &'static Wanted {
    static WANTED: OnceLock<Wanted> = OnceLock::new();
    WANTED.get_or_init(|| {
        let policy = site::policy("house").expect("the site is one");
        let records = records(&policy).expect("the records read back");
        let requests = requests(&policy);
        Wanted {
            policy,
            records,
            requests,
        }
    })
}

/// The first line is a name of the policy's; each other line is a text that is published there,
/// instead of what is wanted. Everything else stands as it is wanted. What is shown of it is found
/// to be the same when it is published; and of two texts that say the same, either may be wanted.
pub(crate) fn check(data: &[u8]) {
    let mut lines = data.split(|octet| *octet == b'\n');
    let Some(name) = lines.next().and_then(|name| str::from_utf8(name).ok()) else {
        return;
    };
    let all = wanted();
    let is_there = |record: &&Record| record.name == name && record.data.kind() == "TXT";
    let Some(text) = all.records.iter().find(is_there) else {
        return;
    };
    let texts: Vec<&[u8]> = lines.collect();
    if texts.is_empty() {
        return;
    }
    let others: Vec<Record> = all
        .records
        .iter()
        .chain(all.requests.iter().map(|request| &request.record))
        .filter(|record| !is_there(record))
        .cloned()
        .collect();
    let mut published = in_memory(&others);
    for text in &texts {
        published.add_txt(name, *text);
    }
    let mut found = compared(all, &all.records, &published);
    for finding in &found {
        let is_right = finding.standing == Standing::Present;
        assert!(is_right || is_of(finding, name), "{finding:?}");
        let shown = [&finding.wanted, &finding.published, &finding.note];
        let mut shown = shown.into_iter().flatten();
        assert!(shown.all(|text| is_shown(text)), "{finding:?}");
    }
    found.retain(|finding| is_of(finding, name));
    let mut again = compared(all, &all.records, &again(&others, name, &found));
    again.retain(|finding| is_of(finding, name));
    assert_eq!(found, again, "published again");
    if let [one] = texts.as_slice() {
        turned(all, (&others, text), &found, one);
    }
}

fn compared(all: &Wanted, records: &[Record], zone: &Zone) -> Vec<Finding> {
    published(&all.policy, records, &all.requests, zone)
}

/// Tells whether a finding is of a text at this name.
fn is_of(finding: &Finding, name: &str) -> bool {
    finding.name == name && finding.kind == "TXT"
}

/// Returns what is shown of a name's texts as a zone, with the other records.
fn again(others: &[Record], name: &str, found: &[Finding]) -> Zone {
    let mut text = zone(others, &[]);
    // The name is there whatever stands at it; at the name of a key every text counts.
    if !name.contains(KEYS) {
        let _ = writeln!(text, "{name}. TXT other");
    }
    for shown in found.iter().filter_map(|one| one.published.as_ref()) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}. TXT {shown}");
    }
    // No text is ours, and the name of a key is there all the same.
    if found.iter().all(|one| one.published.is_none()) {
        let _ = writeln!(text, "a.{name}. A 192.0.2.1");
    }
    let mut diagnostics = Diagnostics::new();
    read_zone(&Source::new("zone", text), &mut diagnostics).expect("what is shown is a zone")
}

/// Wants what is published and publishes what was wanted, if they say the same.
fn turned(all: &Wanted, (others, text): (&[Record], &Record), found: &[Finding], one: &[u8]) {
    let is_present =
        |finding: &&Finding| is_of(finding, &text.name) && finding.standing == Standing::Present;
    let Some(said) = found.iter().find(is_present) else {
        return;
    };
    if text.name.contains(KEYS) {
        assert!(is_key(one), "{said:?}");
    }
    let Ok(one) = str::from_utf8(one) else {
        return;
    };
    let mut zone = in_memory(others);
    let RecordData::Txt(before) = &text.data else {
        return;
    };
    zone.add_txt(&text.name, before.as_bytes());
    let mut records = others.to_vec();
    let data = RecordData::Txt(one.to_owned());
    records.push(Record {
        data,
        ..text.clone()
    });
    let turned = compared(all, &records, &zone);
    assert!(
        turned.iter().any(|one| is_present(&one)),
        "{said:?}: {turned:?}"
    );
}
