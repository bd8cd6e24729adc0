//! The attack catalogue: what relay testers and abusers send, from outside.
//!
//! The forms are those of nmap's `smtp-open-relay` script (all sixteen, whose sender is at our
//! address where it sends a route), of the MAPS and abuse.net testers, and of RFC 821 and 5321
//! routes. Every one asks the relay question: does it lead anywhere but here? What the two paths
//! cannot say, such as commands and proxies, is no part of it.

use super::answer::{Answered, Answerer};
use super::declared::{declares, ours};
use crate::decision::{Envelope, Unanswered};
use crate::mail::{Listener, Path};
use crate::policy::Policy;
use crate::spf::SpfResult;

/// An attack: a reverse-path and a forward-path, with what they are made of still named.
///
/// `{host}` is the host's name, `{ip}` its first address literal, `{domain}` a domain of ours,
/// `{box}` a local-part of it.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// What it is, in a few words.
    pub name: &'static str,
    /// The reverse-path.
    pub from: &'static str,
    /// The forward-path.
    pub to: &'static str,
}

const fn attack_of(name: &'static str, from: &'static str, to: &'static str) -> Attack {
    Attack { name, from, to }
}

const SENDER: &str = "antispam@abuser.example";

/// The sender that nmap's script takes for its routes.
const AT_US: &str = "antispam@[{ip}]";

/// Every attack.
pub const CATALOGUE: &[Attack] = &[
    attack_of("plain relay", SENDER, "victim@victim.example"),
    attack_of("null sender", "", "victim@victim.example"),
    attack_of(
        "sender at our host name",
        "antispam@{host}",
        "victim@victim.example",
    ),
    attack_of(
        "sender at our address",
        "antispam@[{ip}]",
        "victim@victim.example",
    ),
    attack_of(
        "sender in our domain",
        "{box}@{domain}",
        "victim@victim.example",
    ),
    attack_of(
        "sender at localhost",
        "root@localhost",
        "victim@victim.example",
    ),
    attack_of("sender without a domain", "root", "victim@victim.example"),
    attack_of(
        "percent at our address",
        SENDER,
        "victim%victim.example@[{ip}]",
    ),
    attack_of(
        "percent at our host name",
        SENDER,
        "victim%victim.example@{host}",
    ),
    attack_of(
        "percent at our domain",
        SENDER,
        "victim%victim.example@{domain}",
    ),
    attack_of("quoted, no domain", SENDER, "\"victim@victim.example\""),
    attack_of(
        "quoted percent, no domain",
        SENDER,
        "\"victim%victim.example\"",
    ),
    attack_of("percent, no domain", SENDER, "victim%victim.example"),
    attack_of(
        "two at signs, our address",
        SENDER,
        "victim@victim.example@[{ip}]",
    ),
    attack_of(
        "two at signs, our host name",
        SENDER,
        "victim@victim.example@{host}",
    ),
    attack_of(
        "two at signs, our domain",
        SENDER,
        "victim@victim.example@{domain}",
    ),
    attack_of(
        "quoted at our address",
        SENDER,
        "\"victim@victim.example\"@[{ip}]",
    ),
    attack_of(
        "quoted at our domain",
        SENDER,
        "\"victim@victim.example\"@{domain}",
    ),
    attack_of(
        "escaped at our domain",
        SENDER,
        "victim\\@victim.example@{domain}",
    ),
    attack_of(
        "source route by our address",
        SENDER,
        "@[{ip}]:victim@victim.example",
    ),
    attack_of(
        "source route by our host",
        SENDER,
        "@{host}:victim@victim.example",
    ),
    attack_of(
        "source route by our domain",
        SENDER,
        "@{domain}:victim@victim.example",
    ),
    attack_of(
        "long source route",
        SENDER,
        "@{domain},@relay.example:victim@victim.example",
    ),
    attack_of("bang path", SENDER, "victim.example!victim"),
    attack_of(
        "bang path at our address",
        SENDER,
        "victim.example!victim@[{ip}]",
    ),
    attack_of(
        "bang path at our host name",
        SENDER,
        "victim.example!victim@{host}",
    ),
    attack_of(
        "bang path at our domain",
        SENDER,
        "victim.example!victim@{domain}",
    ),
    attack_of(
        "two bangs at our domain",
        SENDER,
        "a!victim.example!victim@{domain}",
    ),
    attack_of(
        "our domain in front of a bang",
        SENDER,
        "{domain}!victim@victim.example",
    ),
    attack_of(
        "our domain, percent, theirs",
        SENDER,
        "victim%{domain}@victim.example",
    ),
    attack_of("sub-domain of ours", SENDER, "victim@sub.{domain}"),
    attack_of("look-alike of ours", SENDER, "victim@x{domain}"),
    attack_of(
        "ours below theirs",
        SENDER,
        "victim@{domain}.victim.example",
    ),
    attack_of("our address", SENDER, "root@[{ip}]"),
    attack_of("loopback", SENDER, "root@[127.0.0.1]"),
    attack_of("loopback, IPv6", SENDER, "root@[IPv6:::1]"),
    attack_of("localhost", SENDER, "root@localhost"),
    attack_of("our host name", SENDER, "root@{host}"),
    attack_of("a literal of theirs", SENDER, "victim@[192.0.2.99]"),
    attack_of("numbers without brackets", SENDER, "victim@192.0.2.99"),
    attack_of("bare postmaster, other spelling", SENDER, "\"postmaster\""),
    attack_of("Postfix's double-bounce", SENDER, "double-bounce@{domain}"),
    attack_of(
        "double-bounce, quoted",
        SENDER,
        "\"double-bounce\"@{domain}",
    ),
    attack_of("a command", SENDER, "\"|id\"@{domain}"),
    attack_of("a file", SENDER, "/etc/passwd@{domain}"),
    attack_of("an include", SENDER, ":include:/etc/passwd@{domain}"),
    attack_of("an option", SENDER, "-oQ/tmp@{domain}"),
    attack_of("Unix delivery domain", SENDER, "root@unix.invalid"),
    attack_of("trailing dot, theirs", SENDER, "victim@victim.example."),
    attack_of(
        "percent at our address, from there",
        AT_US,
        "victim%victim.example@[{ip}]",
    ),
    attack_of(
        "percent at our host name, from our address",
        AT_US,
        "victim%victim.example@{host}",
    ),
    attack_of(
        "quoted, no domain, from our address",
        AT_US,
        "\"victim@victim.example\"",
    ),
    attack_of(
        "quoted percent, no domain, from our address",
        AT_US,
        "\"victim%victim.example\"",
    ),
    attack_of(
        "two at signs, our address, from there",
        AT_US,
        "victim@victim.example@[{ip}]",
    ),
    attack_of(
        "quoted at our address, from there",
        AT_US,
        "\"victim@victim.example\"@[{ip}]",
    ),
    attack_of(
        "two at signs, our host name, from our address",
        AT_US,
        "victim@victim.example@{host}",
    ),
    attack_of(
        "source route by our address, from there",
        AT_US,
        "@[{ip}]:victim@victim.example",
    ),
    attack_of(
        "source route by our host, from our address",
        AT_US,
        "@{host}:victim@victim.example",
    ),
    attack_of(
        "bang path, from our address",
        AT_US,
        "victim.example!victim",
    ),
    attack_of(
        "bang path at our address, from there",
        AT_US,
        "victim.example!victim@[{ip}]",
    ),
    attack_of(
        "bang path at our host name, from our address",
        AT_US,
        "victim.example!victim@{host}",
    ),
    attack_of(
        "quoted percent at our domain",
        SENDER,
        "\"victim%victim.example\"@{domain}",
    ),
    attack_of(
        "quoted bang at our domain",
        SENDER,
        "\"victim.example!victim\"@{domain}",
    ),
    attack_of(
        "encoded at sign at our domain",
        SENDER,
        "victim%40victim.example@{domain}",
    ),
    attack_of("percent twice", SENDER, "victim%victim.example%{domain}"),
    attack_of(
        "percent behind our domain",
        SENDER,
        "victim@{domain}%victim.example",
    ),
    attack_of(
        "percent behind theirs",
        SENDER,
        "victim@victim.example%{domain}",
    ),
    attack_of(
        "two colons at our domain",
        SENDER,
        "victim::victim.example@{domain}",
    ),
    attack_of(
        "encapsulated by Exchange",
        SENDER,
        "IMCEASMTP-victim+40victim+2Eexample@{domain}",
    ),
    attack_of(
        "route to one of ours",
        SENDER,
        "@victim.example,@{host}:{box}@{domain}",
    ),
    attack_of("trailing dot, ours", SENDER, "{box}@{domain}."),
    attack_of("no domain at all", SENDER, "victim"),
    attack_of("an empty domain", SENDER, "victim@"),
    attack_of("an empty path", SENDER, ""),
    attack_of("loopback, IPv6 without its tag", SENDER, "root@[::1]"),
    attack_of("loopback without brackets", SENDER, "root@127.0.0.1"),
    attack_of("a number with a sign", SENDER, "victim@#3221225985"),
    attack_of("a name in brackets", SENDER, "victim@[victim.example]"),
    attack_of("a port behind the domain", SENDER, "{box}@{domain}:25"),
    attack_of(
        "two recipients, a semicolon",
        SENDER,
        "{box}@{domain};victim@victim.example",
    ),
    attack_of("a pipe", SENDER, "|id@{domain}"),
    attack_of("a way up", SENDER, "../../etc/passwd@{domain}"),
    attack_of("every local-part", SENDER, "*@{domain}"),
    attack_of("an expansion", SENDER, "${run{id}}@{domain}"),
    attack_of("another alphabet", SENDER, "victim@xn--vctim-4ve.example"),
    attack_of("an ideographic dot", SENDER, "victim@victim\u{3002}example"),
    attack_of(
        "two recipients in one",
        SENDER,
        "{box}@{domain},victim@victim.example",
    ),
];

/// Asks one attack, from an address that no network of the policy names.
///
/// Returns the envelope, the answer, and whether the mail would leave this host.
pub fn attack(
    attack: &Attack,
    policy: &Policy,
    answerer: &Answerer<'_>,
) -> Result<(Envelope, Answered<'static>, bool), Unanswered> {
    let envelope = envelope(attack, policy, answerer);
    let (answered, _, _) = answerer.answer(&envelope)?;
    // What the policy says is no relaying.
    let recipient = envelope.to.address();
    let mut steps = answered.route.iter();
    let relays = steps.any(|step| !declares(policy, recipient.as_ref(), step));
    Ok((envelope, answered, relays))
}

fn envelope(attack: &Attack, policy: &Policy, answerer: &Answerer<'_>) -> Envelope {
    let (domain, local) = ours(policy);
    let own = answerer.own.first().map_or_else(
        || "127.0.0.1".to_owned(),
        |own| match own {
            std::net::IpAddr::V4(v4) => v4.to_string(),
            std::net::IpAddr::V6(v6) => format!("IPv6:{v6}"),
        },
    );
    let fill = |text: &str| {
        text.replace("{host}", policy.host.name.value.as_str())
            .replace("{ip}", &own)
            .replace("{domain}", domain)
            .replace("{box}", local)
    };
    let inside = |client: &std::net::IpAddr| {
        policy
            .networks
            .iter()
            .flat_map(|one| &one.prefixes)
            .any(|one| one.value.contains(client))
    };
    let clients = [
        "203.0.113.9",
        "198.51.100.9",
        "192.0.2.9",
        "2001:db8:ffff::9",
        "9.9.9.9",
    ];
    let mut clients = clients.iter().filter_map(|text| text.parse().ok());
    let client = clients
        .find(|client| !inside(client))
        .unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::new(
            203, 0, 113, 9,
        )));
    Envelope {
        client,
        listener: Listener::Smtp,
        tls: false,
        login: None,
        helo: "abuser.example".to_owned(),
        from: Path::parse(&fill(attack.from), answerer.own),
        to: Path::parse(&fill(attack.to), answerer.own),
        spf: SpfResult::Pass,
        spf_helo: SpfResult::Pass,
    }
}
