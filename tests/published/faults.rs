//! Faults that are planted one by one, each with what must be said about it.

use super::{DOE, EVERYTHING, NameServer, check, nsd, zone_text};

/// A fault: what is replaced in the zone, what comes besides, and what must be said.
struct Fault {
    replaced: &'static [(&'static str, &'static str)],
    more: &'static str,
    said: &'static [&'static str],
}

const fn fault(
    replaced: &'static [(&'static str, &'static str)],
    more: &'static str,
    said: &'static [&'static str],
) -> Fault {
    Fault {
        replaced,
        more,
        said,
    }
}

const SPF: &str = "doe-family.com. TXT \"v=spf1 +mx -all\"\n";
const MX: &str = "doe-family.com. MX 10 mx.doe-family.com.\n";
const PTR: &str = "25.100.51.198.in-addr.arpa. PTR mx.doe-family.com.\n";

/// Of the reference example.
const DOE_FAULTS: &[Fault] = &[
    fault(&[(SPF, "")], "", &["missing TXT: -"]),
    fault(
        &[],
        "doe-family.com. TXT \"v=spf1 a -all\"\n",
        &["extra TXT: with more than one SPF record every check is a permerror"],
    ),
    fault(&[("+mx -all", "+mx ~all")], "", &["different TXT: -"]),
    fault(
        &[("+mx -all", "+mx -al")],
        "",
        &["different TXT: every check of it is a permerror: there is no such mechanism"],
    ),
    fault(&[(MX, "")], "", &["missing MX: -"]),
    fault(
        &[(MX, "doe-family.com. MX 10 mx.old.example.\n")],
        "",
        &["different MX: -"],
    ),
    fault(
        &[],
        "doe-family.com. MX 20 mx.old.example.\n",
        &["extra MX: mail goes to this host too"],
    ),
    fault(
        &[],
        "doe-family.com. MX 0 .\n",
        &["extra MX: with it beside others, no sender knows whether mail is taken"],
    ),
    fault(
        &[("mx.doe-family.com. AAAA 2001:db8:d0e::25\n", "")],
        "",
        &[
            "missing AAAA: -",
            "unconfirmed PTR: that name does not lead back to the address",
        ],
    ),
    fault(
        &[],
        "mx.doe-family.com. A 192.0.2.1\n",
        &["extra A: mail goes to this address too"],
    ),
    fault(
        &[
            (SPF, ""),
            (MX, "doe-family.com. CNAME mx.doe-family.com.\n"),
        ],
        "",
        &[
            "extra CNAME: an alias has no records of its own: these are another name's",
            "missing MX: the alias stands in its place",
            "missing TXT: the alias stands in its place",
        ],
    ),
    fault(
        &[(PTR, "")],
        "",
        &["missing PTR: ask the provider of the address for it"],
    ),
    fault(
        &[(PTR, "25.100.51.198.in-addr.arpa. PTR 25.hoster.example.\n")],
        "25.hoster.example. A 198.51.100.25\n",
        &["different PTR: that name leads back to the address"],
    ),
    fault(
        &[(PTR, "25.100.51.198.in-addr.arpa. PTR 25.hoster.example.\n")],
        "",
        &["different PTR: that name does not lead back to the address"],
    ),
    fault(
        &[],
        "25.100.51.198.in-addr.arpa. PTR a.hoster.example.\n",
        &["extra PTR: which of several names a receiver looks at is chance"],
    ),
];

/// Of a policy with every kind of record.
const OTHER_FAULTS: &[Fault] = &[
    fault(
        &[(
            "2026b._domainkey.example.org. TXT",
            "2026c._domainkey.example.org. TXT",
        )],
        "",
        &["missing TXT: there is no such name"],
    ),
    fault(
        &[("11qYAYKx", "11qYAYKy")],
        "",
        &["different TXT: signatures with our key fail"],
    ),
    fault(
        &[("p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "p=")],
        "",
        &["different TXT: it revokes the key: every signature with it fails"],
    ),
    fault(
        &[("k=ed25519; p=", "k=ed25519 p=")],
        "",
        &["different TXT: no verifier can read it"],
    ),
    fault(
        &[],
        "2026b._domainkey.example.org. TXT \"v=DKIM1; p=MCow\"\n",
        &["extra TXT: with more than one key at a name, a verifier may take the wrong one"],
    ),
    fault(
        &[("v=DMARC1; p=none", "v=DMARC1; p=none; pct=50")],
        "",
        &["different TXT: the tag `pct` is none of RFC 9989"],
    ),
    fault(&[("sp=reject; ", "sp=none; ")], "", &["different TXT: -"]),
    fault(
        &[],
        "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n",
        &["extra TXT: with more than one DMARC record receivers act on none"],
    ),
    fault(
        &[("v=STSv1; id=", "v=STSv1; id=0")],
        "",
        &["different TXT: senders do not fetch the policy that is wanted"],
    ),
    fault(
        &[(
            "mta-sts.example.org. CNAME www.example.org.",
            "mta-sts.example.org. CNAME old.example.org.",
        )],
        "",
        &["different CNAME: -"],
    ),
    fault(
        &[("mta-sts.example.org. CNAME www.example.org.\n", "")],
        "mta-sts.example.org. A 192.0.2.81\n",
        &["different CNAME: it has other addresses than the web server"],
    ),
    fault(
        &[("mta-sts.example.org. CNAME www.example.org.\n", "")],
        "",
        &["missing CNAME: -"],
    ),
    fault(
        &[("\"v=TLSRPTv1; rua=mailto:", "\"v=TLSRPTv1; rua=mailto:old-")],
        "",
        &["different TXT: -"],
    ),
    fault(
        &[(
            "example.org._report._dmarc.reports.example.net. TXT \"v=DMARC1\"\n",
            "",
        )],
        "",
        &["missing TXT: there is no such name"],
    ),
    fault(
        &[("example.net. MX 0 .", "example.net. MX 10 mx.example.org.")],
        "",
        &["different MX: -"],
    ),
];

/// Plants each fault, and looks at what is said.
fn plant(all: (&str, &str), faults: &[Fault]) {
    if !nsd::is_here() {
        return;
    }
    for Fault {
        replaced,
        more,
        said,
    } in faults
    {
        let mut text = zone_text(all) + more;
        for (words, by) in *replaced {
            assert!(text.contains(words), "{words}");
            text = text.replacen(words, by, 1);
        }
        let server = NameServer::start(&text, &[]);
        assert_eq!(
            check(all.0, &server.address.to_string(), 1),
            *said,
            "{text}"
        );
    }
}

#[test]
fn faults_of_a_plain_policy_are_told() {
    plant(DOE, DOE_FAULTS);
}

#[test]
fn faults_of_every_other_record_are_told() {
    plant(EVERYTHING, OTHER_FAULTS);
}
