//! What is looked up by client address: `mynetworks`, cidr tables and access tables of addresses
//! (match_ops.c, cidr_match.c, dict_cidr.c and smtpd_check.c of 3.7.11).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::diagnostics::{Syntax, UnjudgedParameter, UnjudgedTable};
use super::table::{self, Files, Table, TableRow};
use super::text::Text;
use crate::decision::{Label, Row};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::digits::digits;

/// A list matches.
pub(super) const MATCHED: Label = Label(1);
/// A `!` item of a list matches: the list does not.
const NEGATED: Label = Label(2);

/// Returns whether the label of an address list says that it matches.
pub(super) fn is_match(label: Label) -> bool {
    label == MATCHED
}

/// Reads an address list such as `mynetworks`: in order, the first item that matches decides.
pub(super) fn address_list(
    name: &str,
    value: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<(IpNet, Row)>, Reported> {
    let before = diagnostics.errors();
    let mut rows = Vec::new();
    for word in value.words() {
        list_item(
            name,
            (&word, false),
            false,
            artifacts,
            &mut rows,
            diagnostics,
        );
    }
    diagnostics.failed_since(before)?;
    Ok(rows)
}

/// Reads one item of an address list.
fn list_item(
    name: &str,
    (word, is_of_file): (&Text, bool),
    is_negated: bool,
    artifacts: &Files<'_>,
    rows: &mut Vec<(IpNet, Row)>,
    diagnostics: &mut Diagnostics,
) {
    let bangs = word.as_str().len() - word.as_str().trim_start_matches('!').len();
    let is_negated = is_negated ^ (bangs % 2 == 1);
    let item = word.slice(bangs, word.as_str().len());
    let label = if is_negated { NEGATED } else { MATCHED };
    let text = item.as_str();
    if text.starts_with('#') {
        let reason = "a comment at the end of a line is part of the value";
        diagnostics.error(Syntax::new(reason, &item.at()));
    } else if text.starts_with('/') {
        let Ok(source) = table::listed(&item, is_of_file, artifacts, diagnostics) else {
            return;
        };
        for line in table::lines(&source) {
            let line = Text::made(line.value, &line.at);
            for word in line.words() {
                let word = (&word, true);
                list_item(name, word, is_negated, artifacts, rows, diagnostics);
            }
        }
    } else if !text.starts_with('[') && text.contains(':') {
        listed_table(&item, label, artifacts, rows, diagnostics);
    } else {
        match prefix(text) {
            Ok(net) => {
                let row = Row::new(label, item.at());
                rows.extend(of_one_family(net).into_iter().map(|net| (net, row.clone())));
            }
            Err(Fault::HostBits) => {
                let reason = format!("`{text}` has bits set behind its length");
                diagnostics.error(Syntax::new(reason, &item.at()));
            }
            Err(Fault::NoAddress) => {
                let reason = "the name that DNS gives a client is not in the envelope";
                diagnostics.error(UnjudgedParameter::new(name, reason, &item.at()));
            }
        }
    }
}

/// Adds a table in an address list: any key that is the client's address matches.
pub(super) fn listed_table(
    item: &Text,
    label: Label,
    artifacts: &Files<'_>,
    rows: &mut Vec<(IpNet, Row)>,
    diagnostics: &mut Diagnostics,
) {
    let Ok(opened) = table::open_of_clients(item, artifacts, diagnostics) else {
        return;
    };
    match opened {
        Table::Cidr(lines) => {
            if let Ok(found) = cidr(&lines, |_| label, diagnostics) {
                rows.extend(found);
            }
        }
        Table::Static(row) => rows.extend(everything(&Row::new(label, row.at))),
        Table::Rows { rows: keys, .. } => {
            for key in keys.iter() {
                // It is compared as text (`match_hostaddr` of 3.7.11).
                let ip = key.key.parse::<IpAddr>().ok();
                let Some(ip) = ip.filter(|ip| ip.to_string() == key.key) else {
                    let reason = "a key is no address as Postfix writes it, and client names \
                                  are not in the envelope";
                    diagnostics.error(UnjudgedTable::new(&key.key, reason, &key.at()));
                    continue;
                };
                rows.push((IpNet::from(ip), Row::new(label, key.at())));
            }
        }
        Table::Patterns(lines) => {
            for line in lines {
                let reason = "a pattern over client addresses is not on the closed list";
                diagnostics.error(UnjudgedTable::new(&line.value, reason, &line.at));
            }
        }
    }
}

/// Why a text is no prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Bits are set behind the length.
    HostBits,
    /// It is no address.
    NoAddress,
}

/// Reads `192.0.2.0/24`, `192.0.2.1`, `[2001:db8::]/32`, `[2001:db8::/32]` or `[2001:db8::1]`
/// (cidr_match_parse(3)); in cidr tables also without the brackets.
pub(super) fn prefix(text: &str) -> Result<IpNet, Fault> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, behind) = rest.split_once(']').ok_or(Fault::NoAddress)?;
            if !behind.is_empty() && !behind.starts_with('/') {
                return Err(Fault::NoAddress);
            }
            format!("{inside}{behind}")
        }
        None => text.to_owned(),
    };
    let (address, length) = match bare.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (bare.as_str(), None),
    };
    let address: IpAddr = address.parse().map_err(|_| Fault::NoAddress)?;
    let length = match length {
        None => IpNet::from(address).prefix_len(),
        Some(length) => digits(length).ok_or(Fault::NoAddress)?,
    };
    let net = IpNet::new(address, length).map_err(|_| Fault::NoAddress)?;
    if net.trunc() != net {
        return Err(Fault::HostBits);
    }
    Ok(net)
}

/// Reads the rules of a cidr table: in order, the first that holds the client answers.
///
/// A rule that cidr_match_parse(3) does not take is skipped by Postfix with a warning; here it is
/// an error, since nobody means it.
pub(super) fn cidr(
    lines: &[TableRow],
    mut label: impl FnMut(&TableRow) -> Label,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<(IpNet, Row)>, Reported> {
    let before = diagnostics.errors();
    let mut rows = Vec::new();
    for line in lines {
        let rule = line.value.trim_ascii_start();
        let (pattern, value) = rule.split_once([' ', '\t']).unwrap_or((rule, ""));
        let value = value.trim_ascii();
        let word = pattern.to_ascii_lowercase();
        if rule.starts_with('!') {
            let reason = "a rule about all other addresses is not modelled";
            diagnostics.error(UnjudgedTable::new("cidr", reason, &line.at));
            continue;
        }
        if word == "if" || word == "endif" || word.starts_with("if!") {
            let reason = "`if` and `endif` are not modelled";
            diagnostics.error(UnjudgedTable::new("cidr", reason, &line.at));
            continue;
        }
        if value.is_empty() {
            diagnostics.error(UnjudgedTable::new("cidr", "a rule has no result", &line.at));
            continue;
        }
        match prefix(pattern) {
            Ok(net) => {
                let row = TableRow {
                    key: pattern.to_owned(),
                    value: value.to_owned(),
                    at: line.at.clone(),
                };
                let row = Row::new(label(&row), line.at.clone());
                let nets = of_one_family(net).into_iter();
                rows.extend(nets.map(|net| (net, row.clone())));
            }
            Err(fault) => {
                let reason = match fault {
                    Fault::HostBits => "bits are set behind the length: Postfix skips the rule",
                    Fault::NoAddress => "a pattern is no address: Postfix skips the rule",
                };
                diagnostics.error(UnjudgedTable::new(pattern, reason, &line.at));
            }
        }
    }
    diagnostics.failed_since(before)?;
    Ok(rows)
}

/// Returns the prefixes that lie in the supernet of this length, but not in `inner`.
fn between(inner: IpNet, length: u8) -> Vec<IpNet> {
    let mut outside = Vec::new();
    let mut inside = inner;
    while inside.prefix_len() > length {
        let Some(parent) = inside.supernet() else {
            break;
        };
        if let Ok(halves) = parent.subnets(inside.prefix_len()) {
            outside.extend(halves.filter(|half| *half != inside));
        }
        inside = parent;
    }
    outside
}

/// Returns what of an IPv6 prefix is not IPv4-mapped: Postfix turns such clients into IPv4, and
/// never compares the one family with the other (match_hostaddr(3), cidr_match_execute(3)).
fn of_one_family(net: IpNet) -> Vec<IpNet> {
    let mapped = Ipv4Addr::UNSPECIFIED.to_ipv6_mapped();
    let (IpNet::V6(_), Ok(mapped)) = (net, IpNet::new(IpAddr::V6(mapped), 96)) else {
        return vec![net];
    };
    if mapped.contains(&net) {
        Vec::new()
    } else if net.contains(&mapped) {
        between(mapped, net.prefix_len())
    } else {
        vec![net]
    }
}

/// Returns prefixes that hold every client.
pub(super) fn everything(row: &Row) -> Vec<(IpNet, Row)> {
    let v4 = IpNet::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let v6 = IpNet::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0);
    let nets = [v4, v6].into_iter().flatten().flat_map(of_one_family);
    nets.map(|net| (net, row.clone())).collect()
}

/// Returns the prefixes of single addresses.
pub(super) fn addresses(ips: &[IpAddr], at: &Loc) -> Vec<(IpNet, Row)> {
    let row = |ip: &IpAddr| {
        (
            IpNet::from(ip.to_canonical()),
            Row::new(MATCHED, at.clone()),
        )
    };
    ips.iter().map(row).collect()
}

/// Reads the key of an access table that check_client_access looks up by address: a whole address,
/// or the first octets of an IPv4 address (access(5)). Longer keys are looked up first.
///
/// An IPv6 address with `::` in it may also be what is left of a longer one, of which smtpd(8) cuts
/// a group after the other (`check_addr_access` in smtpd_check.c of 3.7.11): no network at all. So
/// is none of six groups or more, since `::` stands for two at least.
pub(super) fn access_key(key: &str) -> Option<IpNet> {
    if let Ok(ip) = key.parse::<IpAddr>() {
        // The key is compared as text: only the one spelling of inet_ntop(3) is ever looked up.
        let groups = key.split(':').filter(|group| !group.is_empty()).count();
        let is_cut = ip.is_ipv6() && key.contains("::") && groups < 6;
        return (ip.to_string() == key && !is_cut).then(|| IpNet::from(ip));
    }
    let octets: Vec<u8> = key
        .split('.')
        .map(|part| {
            part.parse()
                .ok()
                .filter(|octet: &u8| octet.to_string() == part)
        })
        .collect::<Option<_>>()?;
    let (a, b, c) = match octets.as_slice() {
        [a] => (*a, 0, 0),
        [a, b] => (*a, *b, 0),
        [a, b, c] => (*a, *b, *c),
        _ => return None,
    };
    let length = u8::try_from(octets.len() * 8).ok()?;
    IpNet::new(IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read_as_cidr_match_does() {
        for text in [
            "192.0.2.0/24",
            "192.0.2.1",
            "[2001:db8::]/32",
            "[2001:db8::/32]",
            "[::1]",
        ] {
            assert!(prefix(text).is_ok(), "{text}");
        }
        assert_eq!(prefix("192.0.2.1/24"), Err(Fault::HostBits));
        for text in [
            "192.0.2",
            "localhost",
            "192.0.2.0/33",
            "192.0.2.0/",
            "[::1",
            "[::1]x",
        ] {
            assert_eq!(prefix(text), Err(Fault::NoAddress), "{text}");
        }
    }

    #[test]
    fn access_keys_are_octets() {
        assert_eq!(access_key("192.0").unwrap().to_string(), "192.0.0.0/16");
        assert_eq!(access_key("192.0.2.1").unwrap().to_string(), "192.0.2.1/32");
        assert!(access_key("192.00").is_none());
        assert!(access_key("mail.example").is_none());
        assert!(access_key("2001:DB8::1").is_none());
        assert!(access_key("2001:db8::1").is_none());
        assert!(access_key("::1").is_none());
        let whole = "2001:db8:1:2:3:4:5:6";
        assert_eq!(
            access_key(whole).unwrap().to_string(),
            format!("{whole}/128")
        );
        assert!(access_key("2001:db8:1:2:3::6").is_some());
    }

    #[test]
    fn outside_a_prefix_is_everything_else() {
        let outside = between("128.0.0.0/2".parse().unwrap(), 0);
        let texts: Vec<String> = outside.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["192.0.0.0/2", "0.0.0.0/1"]);
        assert_eq!(of_one_family("::/0".parse().unwrap()).len(), 96);
        assert!(of_one_family("::ffff:10.0.0.0/104".parse().unwrap()).is_empty());
    }
}
