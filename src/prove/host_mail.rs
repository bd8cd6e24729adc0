//! Mail made on the host itself, where nothing else comes in: it goes to the one host that the
//! policy names, and nothing in it bears this host's name.

use std::collections::BTreeSet;

use super::report::{Answer, Evidence, Finding};
use super::selection::{Body, HOST_MAIL, Selection};
use crate::decision::{AddressKey, Destination, Hop, HostMail, Written, place};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::source::Loc;

const SENTENCE: &str =
    "mail made on the host goes where the policy says, under the address that it says";

/// Local-parts that programs write to, and those that MTAs know by themselves.
const LOCAL_PARTS: [&str; 5] = [
    "root",
    "postmaster",
    "webmaster",
    "mailer-daemon",
    "double-bounce",
];

/// What a policy says of it, by a plain look at what was declared.
pub(crate) struct Declared<'p> {
    policy: &'p Policy,
    postmaster: &'p Address,
    hop: Hop,
}

/// Two that make something else of an address.
pub(crate) struct Apart {
    /// The address.
    pub(crate) written: Written,
    /// What each makes of it, in words.
    pub(crate) sides: [String; 2],
}

/// What was found where two were compared.
#[derive(Default)]
pub(crate) struct Compared {
    /// How many addresses were asked about.
    pub(crate) asked: usize,
    /// The first recipient whose mail goes elsewhere.
    pub(crate) recipient: Option<Apart>,
    /// The first sender that leaves under another address.
    pub(crate) sender: Option<Apart>,
}

/// Compares what becomes of mail made on the host with what the policy says of it; nothing where
/// the host listens, for there it is not followed.
pub(super) fn check(
    policy: &Policy,
    found: Option<&dyn HostMail>,
    selection: Selection<'_>,
) -> Option<Finding> {
    let declared = declared(policy)?;
    if selection.body(HOST_MAIL) != Some(Body::Stated) {
        return None;
    }
    let answer = match found {
        Some(found) => held(&compared(&declared, found), found.at()),
        None => Err(Box::new(Evidence::new(
            "the files let mail in, so what is made on the host is not followed".to_owned(),
            &policy.host.at,
        ))),
    };
    Some(Finding {
        name: HOST_MAIL.to_owned(),
        sentence: SENTENCE.to_owned(),
        at: None,
        answer: Answer::Places(answer),
    })
}

/// Returns what a policy says of mail made on the host, if that is all that it speaks of.
pub(crate) fn declared(policy: &Policy) -> Option<Declared<'_>> {
    policy.is_null_client().then_some(())?;
    Some(Declared {
        policy,
        postmaster: &policy.postmaster()?.value,
        hop: policy.outbound_route()?.hop(),
    })
}

fn held(compared: &Compared, at: &Loc) -> Result<u64, Box<Evidence>> {
    let text = match (&compared.recipient, &compared.sender) {
        (Some(apart), _) => {
            let Apart { written, sides } = apart;
            let [ours, theirs] = sides;
            format!("mail made on the host for {written}\n  policy  {ours}\n  files   {theirs}")
        }
        (None, Some(apart)) => {
            let Apart { written, sides } = apart;
            let [ours, theirs] = sides;
            format!(
                "mail made on the host from {written}\n  policy  leaves as {ours}\n  files   \
                 leaves as {theirs}"
            )
        }
        (None, None) => return Ok(u64::try_from(compared.asked).unwrap_or(u64::MAX)),
    };
    Err(Box::new(Evidence::new(text, at)))
}

/// Compares two of them.
///
/// SOUNDNESS: what is done to an address differs by keys only (see [`HostMail::keys`]), and every
/// local-part that is a key of either, and a fresh one, is asked in every domain that is one, in a
/// fresh one below each, in an unknown one, and without any.
pub(crate) fn compared(one: &dyn HostMail, other: &dyn HostMail) -> Compared {
    let asked = asked([one, other]);
    let mut found = Compared {
        asked: asked.len(),
        ..Compared::default()
    };
    for written in asked {
        let [ours, theirs] = [one, other].map(|side| side.destinations(&written));
        if found.recipient.is_none() && ours != theirs {
            found.recipient = Some(Apart {
                written: written.clone(),
                sides: [places(&ours), places(&theirs)],
            });
        }
        let [ours, theirs] = [one, other].map(|side| said(side, &written));
        if found.sender.is_none() && ours != theirs {
            found.sender = Some(Apart {
                written,
                sides: [ours, theirs],
            });
        }
    }
    found
}

/// Returns what MAIL FROM says of a sender.
fn said(side: &dyn HostMail, written: &Written) -> String {
    let sender = side.sender(written);
    let account = side.account();
    let account = account.map(|account| format!(" AUTH={account}"));
    format!("{sender}{}", account.unwrap_or_default())
}

impl Declared<'_> {
    /// The host's name, its first label alone, and what every host calls itself.
    fn names(&self) -> [Domain; 4] {
        let host = &self.policy.host.name.value;
        let label = host.as_str().split('.').next().unwrap_or_default();
        let [label, localhost, with_domain] =
            [label, "localhost", "localhost.localdomain"].map(Domain::literal);
        [host.clone(), label, localhost, with_domain]
    }
}

impl HostMail for Declared<'_> {
    /// An address at no domain, or at a name of the host, is the postmaster's; every other stays.
    fn sender(&self, written: &Written) -> Address {
        match &written.domain {
            Some(domain) if !self.names().contains(domain) => {
                Address::new(&written.local, domain.clone())
            }
            Some(_) | None => self.postmaster.clone(),
        }
    }

    /// All goes by the route, for the same address as it would be from.
    fn destinations(&self, written: &Written) -> Vec<Destination> {
        let to = self.sender(written);
        vec![written.led(&to, Destination::Hop(self.hop.clone()))]
    }

    fn keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        for name in self.names() {
            key(AddressKey::Domain, name.as_str());
        }
        key(AddressKey::Address, &self.postmaster.to_string());
    }

    fn at(&self) -> &Loc {
        &self.policy.host.at
    }
}

/// Returns every address that is asked about, the most telling first.
fn asked(sides: [&dyn HostMail; 2]) -> Vec<Written> {
    let first = LOCAL_PARTS.map(str::to_owned);
    let mut locals: BTreeSet<String> = first.clone().into();
    let mut domains: BTreeSet<Domain> = BTreeSet::new();
    for side in sides {
        side.keys(&mut |part, key| {
            let (local, domain) = match part {
                AddressKey::Address => key.rsplit_once('@').unwrap_or((key, "")),
                AddressKey::Local => (key, ""),
                AddressKey::Domain | AddressKey::Parent => ("", key),
            };
            if !local.is_empty() {
                locals.insert(local.to_owned());
            }
            // A literal is the address of a host, and no name.
            if !domain.is_empty() && !domain.starts_with('[') {
                domains.insert(Domain::literal(domain));
            }
        });
    }
    let someone = fresh("someone", |name| locals.contains(name));
    locals.insert(someone);
    let below: Vec<Domain> = domains
        .iter()
        .map(|domain| {
            let is_known = |name: &str| domains.contains(&Domain::literal(name));
            let host = fresh("host", |label| is_known(&format!("{label}.{domain}")));
            Domain::literal(&format!("{host}.{domain}"))
        })
        .collect();
    domains.extend(below);
    let is_known = |label: &str| domains.contains(&Domain::literal(&format!("{label}.example")));
    let elsewhere = fresh("elsewhere", is_known);
    domains.insert(Domain::literal(&format!("{elsewhere}.example")));
    let domains = || std::iter::once(None).chain(domains.iter().cloned().map(Some));
    let others = locals.iter().filter(|local| !first.contains(local));
    let all = first.iter().chain(others).flat_map(|local| {
        domains().map(|domain| Written {
            local: local.clone(),
            domain,
        })
    });
    all.collect()
}

/// Returns a name that is not known: this one, or with a number behind it.
fn fresh(name: &str, is_known: impl Fn(&str) -> bool) -> String {
    let more = (2_usize..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(more);
    names.find(|name| !is_known(name)).unwrap_or_default()
}

fn places(destinations: &[Destination]) -> String {
    let places: Vec<String> = destinations.iter().map(place).collect();
    places.join("; ")
}
