//! Whomever a sentence names as recipients are exactly those whom it is about: of each address it
//! is asked, by its words, whether it is meant. Nobody is left out, and nobody is added.

use mailpol::compare::{Change, Kind};
use mailpol::decision::Envelope;
use mailpol::mail::{Address, Domain, Path, PathForm};
use mailpol::policy::Policy;
use mailpol::prove::{Contrast, Facet, Sets};
use mailpol::spf::SpfResult;

use super::{BASE, compared, envelopes, policy};

/// Recipients of all kinds. Of foreign ones some have a domain that something names: a right, a
/// forward, a route.
const ASKED: &[&str] = &[
    "a@one.example",
    "both@one.example",
    "b@uno.example",
    "n@uno.example",
    "gran@one.example",
    "postmaster@one.example",
    "n@one.example",
    "c@two.example",
    "n@two.example",
    "gran@isp.example",
    "n@isp.example",
    "n@partner.example",
    "boss@partner.example",
    "n@elsewhere.example",
    "n@[192.0.2.9]",
];

const PARTNER: &str = "network \"wide\" { cidr \"10.0.0.0/8\" \"fd00:1::/32\"; \
                       may-send { to \"local\" \"@partner.example\"; }; }";
const WIDE: &str = "network \"wide\" { cidr \"10.0.0.0/8\" \"fd00:1::/32\"; may-send; }";
const BOSS: &str = "network \"wide\" { cidr \"10.0.0.0/8\" \"fd00:1::/32\"; \
                    may-send { to \"local\" \"boss@partner.example\"; }; }";
const GRAN: (&str, &str) = (
    "    alias \"both\"",
    "    forward \"gran\" \"gran@isp.example\"\n    alias \"both\"",
);
const CATCH_ALL: (&str, &str) = (
    "    mailbox \"c\"\n",
    "    mailbox \"c\"\n    catch-all \"c\"\n",
);
const NO_TWO: (&str, &str) = (
    "domain \"two.example\" {\n    mailbox \"c\"\n    alias \"postmaster\" \"c\"\n}\n",
    "",
);
const ISP: (&str, &str) = (
    "login \"carol\"",
    "route \"isp\" { to \"smtp.isp.example\"; }\noutbound via=\"isp\"\nlogin \"carol\"",
);
const ISP_OF_PARTNER: (&str, &str) = (
    "login \"carol\"",
    "route \"isp\" { to \"smtp.isp.example\"; }\n\
     outbound via=\"isp\" { to \"@partner.example\"; }\nlogin \"carol\"",
);

/// Two mailboxes swap their accounts.
const SWAPPED: (&str, &str) = (
    "    mailbox \"a\" login=\"alice\"\n    mailbox \"b\" login=\"bob\"\n",
    "    mailbox \"a\" login=\"bob\"\n    mailbox \"b\" login=\"alice\"\n",
);

/// A domain is renamed, and with it all that is listed there.
const RENAMED: (&str, &str) = ("domain \"one.example\"", "domain \"uno.example\"");

type Edits = &'static [(&'static str, &'static str)];

/// What was and what is, as changes of the base.
const CHANGES: &[[Edits; 2]] = &[
    [&[GRAN, (WIDE, PARTNER)], &[GRAN]],
    [&[GRAN, (WIDE, BOSS)], &[GRAN]],
    [&[GRAN, (WIDE, BOSS)], &[GRAN, (WIDE, PARTNER)]],
    [&[GRAN], &[GRAN, ISP]],
    [&[GRAN], &[GRAN, ISP_OF_PARTNER]],
    [&[GRAN, ISP], &[GRAN, ISP_OF_PARTNER]],
    [&[], &[NO_TWO]],
    [&[CATCH_ALL], &[NO_TWO]],
    [&[CATCH_ALL], &[]],
    [&[], &[SWAPPED]],
    [&[], &[RENAMED]],
    [&[CATCH_ALL], &[CATCH_ALL, RENAMED]],
];

fn of(edits: Edits) -> Policy {
    let text = edits.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    policy(&text)
}

/// Whom mail is taken for that somebody may send to anybody.
const TAKEN: &str = "any foreign or listed recipient";

/// Returns whether a list of recipients, in the words of a sentence, has this one.
fn says(words: &str, to: &str, policies: [&Policy; 2]) -> bool {
    let items = words
        .replace(" or any ", "\nany ")
        .replace(", any ", "\nany ");
    items.lines().any(|item| match item.split_once(" but ") {
        Some((whole, but)) => is_of(whole, to, policies) && !any_of(but, to, policies),
        None => any_of(item, to, policies),
    })
}

fn any_of(list: &str, to: &str, policies: [&Policy; 2]) -> bool {
    let list = list.replace(" and ", ", ").replace(" or ", ", ");
    list.split(", ").any(|item| is_of(item, to, policies))
}

fn is_of(item: &str, to: &str, policies: [&Policy; 2]) -> bool {
    let path = Path::parse(to, &[]);
    let literal = path.form() == PathForm::Literal;
    let address = path.address();
    let address = address.as_ref();
    let ours = |policy: &Policy| {
        address.is_some_and(|address| policy.domains.contains_key(address.domain()))
    };
    let listed = |policy: &Policy| {
        let Some(address) = address else {
            return false;
        };
        let hosted = policy.domains.get(address.domain());
        hosted.is_some_and(|hosted| hosted.catch_all.is_some()) || policy.is_listed_by_name(address)
    };
    let [before, after] = policies;
    let foreign = !policies.into_iter().any(ours);
    let always_listed = policies.into_iter().all(listed);
    let domain = to.rsplit_once('@').map_or("", |(_, domain)| domain);
    match item {
        "anybody" => true,
        "any foreign recipient" | "foreign" | "any foreign" => foreign,
        "any foreign recipient with a domain" => foreign && !literal,
        "address literals" => literal,
        "any listed recipient" | "listed recipient" => always_listed,
        // What it was where it is taken: the domain may be ours on one side only.
        "any recipient taken before" => !ours(before) || listed(before),
        "any recipient taken after" => !ours(after) || listed(after),
        "any unlisted recipient" => policies.into_iter().all(|one| ours(one) && !listed(one)),
        _ => {
            let whole = ["any address of ", "those of "];
            let whole = whole.iter().find_map(|start| item.strip_prefix(start));
            match whole {
                Some(rest) => is_of_whole(rest, domain, address, policies),
                None => item == to,
            }
        }
    }
}

/// Returns whether an address is of a whole domain, or of what is listed of it or not.
fn is_of_whole(
    words: &str,
    domain: &str,
    address: Option<&Address>,
    policies: [&Policy; 2],
) -> bool {
    let Some((name, how)) = words.split_once(" that ") else {
        return words == domain;
    };
    let by_name =
        |policy: &Policy| address.is_some_and(|address| policy.is_listed_by_name(address));
    let [before, after] = policies;
    let has = |policy: &Policy| policy.domains.contains_key(&Domain::literal(name));
    let (tense, how) = how.split_once(' ').unwrap();
    // What was listed is so no longer, since the domain is none of ours.
    assert_eq!(tense == "was", has(before) && !has(after), "{words}");
    let listed = by_name(before) || by_name(after);
    name == domain
        && match how {
            "listed by name" => listed,
            "not listed by name" => !listed,
            other => panic!("{other}: {words}"),
        }
}

/// Returns the words of a sentence that name recipients.
fn recipients(change: &Change) -> Option<&str> {
    let sentence = change.sentence.as_str();
    if change.kind == Kind::Moved {
        let names = sentence.strip_prefix("mail for ")?;
        let ends = [" now goes ", " no longer goes "];
        let (names, _) = ends.iter().find_map(|end| names.split_once(end))?;
        return Some(names);
    }
    let verbs = [" may now send", " can no longer send"];
    let what = if change.kind == Kind::Otherwise {
        sentence.split_once("mail of ")?.1
    } else {
        verbs.iter().find_map(|verb| sentence.split_once(verb))?.1
    };
    let Some((_, names)) = what.split_once("to ") else {
        return (change.kind == Kind::Otherwise).then_some("anybody");
    };
    let ends = [" where ", ", but for "];
    let names = ends.iter().fold(names, |names, end| {
        names.split_once(end).map_or(names, |(names, _)| names)
    });
    (!names.starts_with("recipients written")).then_some(names)
}

/// A path as it is sent from a client of the network to such a recipient.
fn to(text: &str) -> Envelope {
    Envelope {
        client: "10.0.0.1".parse().unwrap(),
        listener: mailpol::mail::Listener::Smtp,
        tls: false,
        login: None,
        helo: "mail.example".to_owned(),
        from: Path::parse("n@elsewhere.example", &[]),
        to: Path::parse(text, &[]),
        spf: SpfResult::None,
        spf_helo: SpfResult::None,
    }
}

fn check(contrast: &Contrast<'_, '_>, changes: &[Change], sets: &Sets) {
    let policies = contrast.policies();
    for text in ASKED {
        let envelope = to(text);
        let point = contrast.point(&envelope).unwrap();
        let recipient = point[Facet::Recipient as usize];
        let mut moved = false;
        for change in changes {
            let Some(words) = recipients(change) else {
                continue;
            };
            let words = match change.kind {
                Kind::Gained => words.replace(TAKEN, "any recipient taken after"),
                Kind::Lost => words.replace(TAKEN, "any recipient taken before"),
                _ => words.to_owned(),
            };
            let said = says(&words, text, policies);
            if change.kind == Kind::Moved {
                moved |= said;
                continue;
            }
            let members = sets.of(Facet::Recipient, &change.named);
            let meant = members.contains(&recipient);
            assert_eq!(said, meant, "{text}: {}", change.sentence);
        }
        let (pair, _) = contrast.concretely(&envelope).unwrap();
        if pair.after.accepts() && pair.before.accepts() {
            assert_eq!(moved, pair.moved, "{text}: {changes:#?}");
        }
    }
}

#[test]
fn whom_a_sentence_names_are_those_whom_it_is_about() {
    for [before, after] in CHANGES {
        let sides = [of(before), of(after)];
        let [one, two] = &sides;
        for (one, two) in [(one, two), (two, one)] {
            compared(one, two, |contrast, decisions, sets| {
                assert!(!decisions.changes.is_empty(), "{before:?} {after:?}");
                check(contrast, &decisions.changes, sets);
            });
        }
    }
}

/// Returns what a sentence about whoever may send to such recipients says: to whom they may send,
/// and to whom not.
fn whoever(change: &Change, policies: [&Policy; 2]) -> Option<[Option<&'static str>; 2]> {
    let rest = change.sentence.strip_prefix("whoever may send to ")?;
    let is_listed = |to: &&&str| {
        let address = Path::parse(to, &[]).address();
        let address = address.as_ref();
        let mut policies = policies.into_iter();
        policies.all(|one| address.is_some_and(|address| one.is_listed_by_name(address)))
    };
    let listed = ["a@one.example", "c@two.example"];
    let example = |word: &str| match word {
        "listed" => listed.iter().find(is_listed).unwrap(),
        "foreign" => "n@elsewhere.example",
        other => panic!("{other}: {}", change.sentence),
    };
    let (such, rest) = rest.split_once(" recipients").unwrap();
    let but = rest.strip_prefix(", but not to ");
    let but = but.map(|but| example(but.split_once(' ').unwrap().0));
    Some([Some(example(such)), but])
}

/// Whoever may send to such recipients, but not to such others, is all of those who lose or gain.
#[test]
fn whoever_may_send_to_such_recipients_gains_or_loses() {
    let all = envelopes();
    let mut seen = 0;
    for [before, after] in CHANGES {
        let sides = [of(before), of(after)];
        let [one, two] = &sides;
        for (one, two) in [(one, two), (two, one)] {
            compared(one, two, |contrast, decisions, sets| {
                for change in &decisions.changes {
                    let Some([such, but]) = whoever(change, [one, two]) else {
                        continue;
                    };
                    let members = sets.of(Facet::Recipient, &change.named);
                    // A step that has no factor in common with what the product is made of.
                    for envelope in all.iter().step_by(13) {
                        let point = contrast.point(envelope).unwrap();
                        if !members.contains(&point[Facet::Recipient as usize]) {
                            continue;
                        }
                        seen += 1;
                        let decided = |to: Option<&str>| {
                            let to = to.map_or(envelope.to.clone(), |to| Path::parse(to, &[]));
                            let envelope = Envelope {
                                to,
                                ..envelope.clone()
                            };
                            let (pair, _) = contrast.concretely(&envelope).unwrap();
                            [pair.before.accepts(), pair.after.accepts()]
                        };
                        let [was, is] = decided(None);
                        let said = decided(such);
                        let (says, holds) = if change.kind == Kind::Gained {
                            (said[1], is)
                        } else {
                            let not = but.is_some_and(|but| decided(Some(but))[1]);
                            (said[0] && !not, was && !is)
                        };
                        assert_eq!(says, holds, "{}: {envelope:?}", change.sentence);
                    }
                }
            });
        }
    }
    assert!(seen > 500, "{seen}");
}
