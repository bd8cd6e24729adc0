//! What the real MTA is asked of a mutant: a member of every class of both trees, both sides of
//! every prefix edge of either, random envelopes, and messages.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use mailpol::compile::files;
use mailpol::decision::{Because, Envelope, run};
use mailpol::mail::{Address, Domain, Listener, Path, PathForm, prefix_range, v4_or_v6};
use mailpol::policy::PolicyDecider;
use mailpol::prove::witnesses;
use mailpol::spf::SpfResult;
use mailpol::target::Reading;

use crate::class::Original;
use crate::draft::Files;
use crate::envelopes::{at_edges, forms, is_unusable, random, real, spf_of};
use crate::scene::{name_of, result_of};

/// How many random ones.
const RANDOM: usize = 400;
/// How many random ones there are to choose messages from.
const POOL: usize = 1_000;
/// How many messages of logins and of networks.
const GRANTED: usize = 12;

/// Envelopes, each once.
pub(crate) struct Asked {
    /// Those that the mutant decides otherwise than the original.
    pub(crate) changed: Vec<Envelope>,
    /// The others.
    pub(crate) alike: Vec<Envelope>,
}

/// Returns what is asked of a mutant, and nothing of it by lot but the random ones: a member of
/// every class of its tree and of the original's; both sides of every edge of every prefix that the
/// files of either or the policy name, at each listener, with TLS and without, to others, to us and
/// as one of us; every form of either path in every kind of session. What the world cannot bring
/// about is left out, or is made what it can.
///
/// Sessions and the start of the MTA take the time, and not what is asked: all of Doe's (5,000 to
/// 9,000) take less than twice as long as a tenth of them.
pub(crate) fn envelopes(original: &Original, texts: &Files, after: &Reading, seed: u64) -> Asked {
    let policy = &original.subject.policy;
    let before = &original.subject.reading;
    let named = Named::of([texts, &original.files]);
    let mut all = witnesses(policy, files(original.subject.target, after));
    all.extend(witnesses(policy, files(original.subject.target, before)));
    all.extend(named.edges(original));
    all.extend(at_edges(policy));
    all.extend(forms(policy));
    all.extend(random(policy, seed, RANDOM));
    let made = all
        .into_iter()
        .filter_map(|envelope| named.real(envelope, original));
    let once: BTreeMap<String, Envelope> = made
        .map(|envelope| (format!("{envelope:?}"), envelope))
        .collect();
    let decides = |reading: &Reading, envelope: &Envelope| {
        let (decision, _) = run(reading.decider.as_ref(), envelope).ok()?;
        Some((decision.verdict, decision.reply, decision.because))
    };
    let (changed, alike): (Vec<Envelope>, Vec<Envelope>) = once
        .into_values()
        .partition(|one| decides(before, one) != decides(after, one));
    Asked { changed, alike }
}

/// What the texts of two trees name.
struct Named {
    words: BTreeSet<String>,
    prefixes: BTreeSet<IpNet>,
}

impl Named {
    fn of(trees: [&Files; 2]) -> Self {
        let mut words = BTreeSet::new();
        let mut prefixes = BTreeSet::new();
        let texts = trees.into_iter().flat_map(BTreeMap::values);
        let lines = texts.flat_map(|text| text.lines());
        for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
            let is_apart = |c: char| c.is_whitespace() || "{}=,<>@\"'()".contains(c);
            for word in line.split(is_apart).filter(|word| !word.is_empty()) {
                words.insert(word.trim_matches('.').to_ascii_lowercase());
                let bare: String = word.chars().filter(|c| !"[]!".contains(*c)).collect();
                let host = || bare.parse::<IpAddr>().ok().map(IpNet::from);
                prefixes.extend(bare.parse::<IpNet>().ok().or_else(host));
            }
        }
        Self { words, prefixes }
    }

    /// Makes what the world can bring about, and keeps the names that the tree knows.
    fn real(&self, envelope: Envelope, original: &Original) -> Option<Envelope> {
        let (from, helo) = (envelope.from.clone(), envelope.helo.clone());
        let mut real = real(envelope, &original.subject.policy)?;
        let is_known = |domain: &str| {
            let mut name = domain;
            loop {
                if self.words.contains(name) {
                    return true;
                }
                let Some((_, above)) = name.split_once('.') else {
                    return false;
                };
                name = above;
            }
        };
        if from
            .domain()
            .is_some_and(|domain| is_known(domain.as_str()))
        {
            real.spf = spf_of(&from);
            real.from = from;
        }
        if self.words.contains(&helo.to_ascii_lowercase()) {
            real.spf_helo = result_of(&helo);
            real.helo = helo;
        }
        if let Some(login) = &real.login
            && !original.subject.policy.logins.contains_key(login)
        {
            real.login = Some("www-data".to_owned());
        }
        Some(real)
    }

    /// Returns envelopes from both sides of every edge of every prefix that is named.
    fn edges(&self, original: &Original) -> Vec<Envelope> {
        let mut clients = BTreeSet::new();
        for prefix in &self.prefixes {
            let (first, last) = prefix_range(*prefix);
            let around = [
                first.checked_sub(1),
                Some(first),
                Some(last),
                last.checked_add(1),
            ];
            clients.extend(around.into_iter().flatten().map(v4_or_v6));
        }
        let own: Vec<IpAddr> = original
            .subject
            .policy
            .host
            .addresses
            .iter()
            .map(|one| one.value)
            .collect();
        let plain = |local: &str, domain: &str| {
            let address = Address::new(local, Domain::literal(domain));
            Path::spell(PathForm::Plain, &address, &own)
        };
        let ours = original.subject.policy.domains.keys().next();
        let ours = ours.map_or_else(|| "victim.example".to_owned(), ToString::to_string);
        let sender = name_of(SpfResult::Fail);
        let listeners = original.subject.policy.host.listeners.iter();
        let both = listeners.flat_map(|one| [(one.value, false), (one.value, true)]);
        let sessions = both.filter(|(listener, tls)| *tls || *listener != Listener::Submissions);
        let mut envelopes = Vec::new();
        for client in clients.into_iter().filter(|client| !is_unusable(*client)) {
            for (listener, tls) in sessions.clone() {
                for (from, to) in [
                    (&sender, "victim.example"),
                    (&sender, &ours),
                    (&ours, &ours),
                ] {
                    envelopes.push(Envelope {
                        client,
                        listener,
                        tls,
                        login: None,
                        helo: name_of(SpfResult::None),
                        from: plain("sender", from),
                        to: plain("postmaster", to),
                        spf: result_of(from),
                        spf_helo: SpfResult::None,
                    });
                }
            }
        }
        envelopes
    }
}

/// Returns a stranger's messages to every recipient that the policy names, and to some that it
/// does not; and some of those who may send.
pub(crate) fn messages(original: &Original, seed: u64) -> Vec<Envelope> {
    let mut all = of_stranger(original);
    all.extend(granted(original, seed));
    all
}

/// Returns messages that a grant covers, half of them to our own domains.
fn granted(original: &Original, seed: u64) -> Vec<Envelope> {
    let policy = &original.subject.policy;
    let reference = PolicyDecider::new(policy);
    let is_granted = |one: &Envelope| {
        let forms = [one.from.form(), one.to.form()];
        forms.into_iter().all(|form| form == PathForm::Plain)
            && run(&reference, one).is_ok_and(|(made, _)| made.because == Because::Granted)
    };
    let is_ours = |one: &Envelope| {
        let domain = one.to.domain();
        domain.is_some_and(|name| policy.domains.contains_key(name))
    };
    let all = random(policy, seed, POOL).into_iter();
    let mut sessions = BTreeSet::new();
    let mut of_session: Vec<Envelope> = Vec::new();
    for one in all.filter_map(|one| real(one, policy)).filter(is_granted) {
        let session = format!("{} {} {:?}", one.client, one.listener, one.login);
        if sessions.insert((session, is_ours(&one))) {
            of_session.push(one);
        }
    }
    let (ours, others): (Vec<_>, Vec<_>) = of_session.into_iter().partition(is_ours);
    let half = |all: Vec<Envelope>| all.into_iter().take(GRANTED / 2);
    half(ours).chain(half(others)).collect()
}

fn of_stranger(original: &Original) -> Vec<Envelope> {
    let policy = &original.subject.policy;
    let mut recipients = BTreeSet::new();
    for (name, domain) in &policy.domains {
        let names = domain.mailboxes.keys().chain(domain.aliases.keys());
        recipients.extend(names.map(|local| Address::new(local.as_str(), name.clone())));
        for local in ["postmaster", "nobody"] {
            recipients.insert(Address::new(local, name.clone()));
        }
    }
    recipients.insert(Address::new("victim", Domain::literal("victim.example")));
    let from = format!("sender@{}", name_of(SpfResult::Pass));
    let client = IpAddr::from([203, 0, 113, 9]);
    let message = |to: Address| Envelope {
        client,
        listener: Listener::Smtp,
        tls: false,
        login: None,
        helo: name_of(SpfResult::Pass),
        from: Path::parse(&from, &[]),
        to: Path::spell(PathForm::Plain, &to, &[]),
        spf: SpfResult::Pass,
        spf_helo: SpfResult::Pass,
    };
    recipients.into_iter().map(message).collect()
}
