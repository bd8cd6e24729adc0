//! `InternalHosts`: whose mail is signed (`dkimf_checkip` in opendkim/opendkim.c of 2.11.0).
//!
//! OpenDKIM writes a client's address down, looks for this text, and then for those of the
//! prefixes around it, the longest first; at each `!` decides before the bare text. IPv4 and IPv6
//! never meet each other's rows.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::file::Line;
use crate::decision::{ClientTable, Label, Row};
use crate::source::Loc;

/// The row of a client whose mail is signed.
const SIGNED: Label = Label(1);

/// Returns whose mail rows say is signed, or the first row that has no meaning, and why.
pub(super) fn clients<'l>(
    rows: &'l [Line],
    at: &Loc,
) -> Result<ClientTable, (&'l Line, &'static str)> {
    let mut prefixes: Vec<(Order, IpNet, Row)> = Vec::new();
    for row in rows {
        let (order, prefix) = prefix(row).map_err(|why| (row, why))?;
        let label = if order.is_signed {
            SIGNED
        } else {
            Label::ABSENT
        };
        prefixes.push((order, prefix, Row::new(label, row.at.clone())));
    }
    prefixes.sort_by_key(|(order, _, _)| *order);
    let rows = prefixes.into_iter().map(|(_, prefix, row)| (prefix, row));
    // What is said of IPv6 is said of none of the addresses of IPv4 inside.
    let no_v4 = (
        IpNet::V4(Ipv4Net::default()),
        Row::new(Label::ABSENT, at.clone()),
    );
    Ok(ClientTable::longest_prefix(rows.chain([no_v4]).collect()))
}

/// Which of two rows of one prefix is looked for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    /// The address by itself before it with its length.
    has_length: bool,
    is_signed: bool,
}

/// Reads a row: `!` or nothing, an address, its length if it has one.
fn prefix(row: &Line) -> Result<(Order, IpNet), &'static str> {
    if !row.value.is_empty() {
        return Err("a row is one address or prefix");
    }
    let bare = row.name.strip_prefix('!');
    let text = bare.unwrap_or(&row.name);
    let order = Order {
        has_length: text.contains('/'),
        is_signed: bare.is_none(),
    };
    let parsed = match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address)),
        Err(_) => text.parse::<IpNet>(),
    };
    let prefix = parsed.map_err(|_| "it is no address or prefix")?;
    if prefix != prefix.trunc() {
        return Err(
            "OpenDKIM compares texts, and no client's prefix is written so: the host bits \
                    must be 0",
        );
    }
    let written = match (prefix.network(), order.has_length) {
        (IpAddr::V6(v6), _) if is_dotted(v6) => {
            return Err("OpenDKIM writes such an address in another way");
        }
        (address, true) => format!("{address}/{}", prefix.prefix_len()),
        (address, false) => address.to_string(),
    };
    if written.eq_ignore_ascii_case(text) {
        Ok((order, prefix))
    } else {
        Err("OpenDKIM compares texts, and no client's prefix is written so")
    }
}

/// Returns whether inet_ntop(3) of glibc 2.36 writes the end of an address as IPv4.
fn is_dotted(address: Ipv6Addr) -> bool {
    matches!(
        address.segments(),
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0, 0, 1..=0xffff, _]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::target::postfix::interpret::opendkim::file::rows as read;

    fn signs(rows: &str, client: &str) -> bool {
        let source = Source::new("hosts", rows);
        let rows = read(&source).unwrap();
        let table = clients(&rows, &Loc::new(&source, 0, 0)).unwrap();
        let row = table.lookup(client.parse().unwrap());
        row.is_some_and(|row| row.label != Label::ABSENT)
    }

    #[test]
    fn the_longest_prefix_decides_and_a_negated_one_before_itself() {
        let rows = "192.0.2.0/24\n!192.0.2.0/28\n192.0.2.7\n!192.0.2.7/32\n192.0.2.9/32\n\
                    !192.0.2.9/32\n";
        assert!(signs(rows, "192.0.2.77"));
        assert!(!signs(rows, "192.0.2.1"));
        assert!(signs(rows, "192.0.2.7"));
        assert!(!signs(rows, "192.0.2.9"));
        assert!(!signs(rows, "198.51.100.1"));
    }

    #[test]
    fn what_is_said_of_ipv6_is_not_said_of_ipv4() {
        assert!(signs("::/0\n", "2001:db8::1"));
        assert!(!signs("::/0\n", "192.0.2.1"));
        assert!(signs("::/0\n0.0.0.0/0\n", "192.0.2.1"));
    }

    #[test]
    fn a_text_that_opendkim_does_not_write_has_no_meaning() {
        for row in [
            "192.0.2.1/24",
            "2001:DB8:0::/32",
            "2001:db8:0:0::/32",
            "::ffff:192.0.2.1",
            "::192.0.2.1",
            "[2001:db8::1]",
            "192.0.2.0/024",
            "192.0.2.1 x",
            "mx.example.org",
            "!",
        ] {
            let source = Source::new("hosts", row);
            let rows = read(&source).unwrap();
            assert!(clients(&rows, &Loc::new(&source, 0, 0)).is_err(), "{row}");
        }
    }
}
