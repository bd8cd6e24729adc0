//! The types of records that a master file may hold.

use crate::spf::RecordType;

/// What to make of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read; `None` is CNAME, which SPF does not ask for.
    Read(Option<RecordType>),
    /// It has nothing to do with mail.
    LeftOut,
}

/// Other types of the registry "Resource Record (RR) TYPEs" of IANA, obsolete ones included. A
/// word that is none of them is a mistake, and not left out in silence.
const OTHERS: &[&str] = &[
    "AFSDB",
    "AMTRELAY",
    "APL",
    "ATMA",
    "AVC",
    "CAA",
    "CDNSKEY",
    "CDS",
    "CERT",
    "CSYNC",
    "DHCID",
    "DLV",
    "DNAME",
    "DNSKEY",
    "DOA",
    "DS",
    "EID",
    "EUI48",
    "EUI64",
    "GID",
    "GPOS",
    "HHIT",
    "HINFO",
    "HIP",
    "HTTPS",
    "IPN",
    "IPSECKEY",
    "ISDN",
    "KEY",
    "KX",
    "L32",
    "L64",
    "LOC",
    "LP",
    "MB",
    "MD",
    "MF",
    "MG",
    "MINFO",
    "MR",
    "NAPTR",
    "NB",
    "NBSTAT",
    "NID",
    "NIMLOC",
    "NINFO",
    "NS",
    "NSAP",
    "NSAP-PTR",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "NULL",
    "NXT",
    "OPENPGPKEY",
    "PX",
    "RESINFO",
    "RKEY",
    "RP",
    "RRSIG",
    "RT",
    "SIG",
    "SINK",
    "SMIMEA",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TA",
    "TALINK",
    "TKEY",
    "TLSA",
    "TSIG",
    "UID",
    "UINFO",
    "UNSPEC",
    "URI",
    "WALLET",
    "WKS",
    "X25",
    "ZONEMD",
];

/// Numbers of the types that are read; their data would have to be hexadecimal.
const READ_NUMBERS: &[u16] = &[1, 5, 12, 15, 16, 28];

/// Returns what to make of the type of this name, in upper case.
pub(super) fn kind(text: &str) -> Option<Kind> {
    Some(match text {
        "A" => Kind::Read(Some(RecordType::A)),
        "AAAA" => Kind::Read(Some(RecordType::Aaaa)),
        "MX" => Kind::Read(Some(RecordType::Mx)),
        "PTR" => Kind::Read(Some(RecordType::Ptr)),
        "TXT" => Kind::Read(Some(RecordType::Txt)),
        "CNAME" => Kind::Read(None),
        _ if OTHERS.contains(&text) => Kind::LeftOut,
        _ => {
            // RFC 3597 section 5.
            let number: u16 = text.strip_prefix("TYPE")?.parse().ok()?;
            if READ_NUMBERS.contains(&number) {
                return None;
            }
            Kind::LeftOut
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_type_is_told() {
        assert!(OTHERS.is_sorted());
        assert_eq!(kind("TXT"), Some(Kind::Read(Some(RecordType::Txt))));
        assert_eq!(kind("NS"), Some(Kind::LeftOut));
        assert_eq!(kind("TYPE65280"), Some(Kind::LeftOut));
        for bad in ["TXTT", "TYPE16", "TYPE", "TYPE70000", ""] {
            assert_eq!(kind(bad), None, "{bad}");
        }
    }
}
