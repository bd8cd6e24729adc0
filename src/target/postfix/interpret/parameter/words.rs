//! Parameters of the harmless list whose value is made of known words: with another one the
//! programs of Postfix that read it end with a fatal error, or TLS comes about with nobody
//! (name_mask(3), name_code(3) and the tables of cleanup, bounce, smtp and tls in the source of
//! 3.7; postconf(5)).

const CIPHERS: &[&str] = &[
    "3DES", "AECDH", "ADH", "aDSS", "aNULL", "ARIA", "CAMELLIA", "DES", "DSS", "eNULL", "EXP",
    "EXPORT", "IDEA", "LOW", "MD5", "NULL", "PSK", "RC2", "RC4", "SEED", "SRP",
];
const DIGESTS: &[&str] = &["md5", "sha1", "sha256", "sha512"];
/// What smtp(8) can do without: it never uses most of them, and the rest cost neither the mail nor
/// what keeps it safe (ehlo_mask.c and smtp_proto.c of 3.7.11). Without 8BITMIME it writes bodies
/// anew that are signed, and without SMTPUTF8 some mail bounces.
const EHLO: &[&str] = &[
    "CHUNKING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "ETRN",
    "PIPELINING",
    "silent-discard",
    "SIZE",
    "VERP",
    "VRFY",
    "XCLIENT",
    "XFORWARD",
];
/// What opens nothing at the start of smtpd(8).
const ETRN: &[&str] = &["permit", "permit_mynetworks", "reject"];
const EXTENSIONS: &[&str] = &[
    "canonical",
    "virtual",
    "alias",
    "forward",
    "include",
    "generic",
];
const GRADES: &[&str] = &["medium", "high"];
const NOTICES: &[&str] = &[
    "bounce", "2bounce", "data", "delay", "policy", "protocol", "resource", "software",
];
const OPTIONS: &[&str] = &[
    "NO_COMPRESSION",
    "NO_RENEGOTIATION",
    "NO_TICKET",
    "PRIORITIZE_CHACHA",
];
const PROTOCOLS: &[&str] = &[
    ">=TLSv1",
    ">=TLSv1.1",
    ">=TLSv1.2",
    "!SSLv2",
    "!SSLv3",
    "!TLSv1",
    "!TLSv1.1",
];
const SECURITY: &[&str] = &[
    "noplaintext",
    "noactive",
    "nodictionary",
    "noanonymous",
    "mutual_auth",
];

/// A parameter, the words that its value may be made of, and whether it may be empty. Sorted.
pub(super) const WORDS: &[(&str, &[&str], bool)] = &[
    ("header_from_format", &["standard", "obsolete"], false),
    ("milter_default_action", &["accept", "tempfail"], false),
    ("notify_classes", NOTICES, true),
    ("propagate_unmatched_extensions", EXTENSIONS, true),
    ("smtp_address_preference", &["any", "ipv4", "ipv6"], false),
    ("smtp_discard_ehlo_keywords", EHLO, true),
    ("smtp_sasl_security_options", SECURITY, true),
    ("smtp_sasl_tls_security_options", SECURITY, true),
    ("smtp_tls_ciphers", GRADES, false),
    ("smtp_tls_exclude_ciphers", CIPHERS, true),
    ("smtp_tls_fingerprint_digest", DIGESTS, false),
    ("smtp_tls_mandatory_ciphers", GRADES, false),
    ("smtp_tls_mandatory_protocols", PROTOCOLS, false),
    ("smtp_tls_protocols", PROTOCOLS, true),
    (
        "smtp_tls_secure_cert_match",
        &["hostname", "nexthop", "dot-nexthop"],
        false,
    ),
    (
        "smtp_tls_session_cache_database",
        &["btree:/var/lib/postfix/smtp_scache"],
        true,
    ),
    ("smtpd_etrn_restrictions", ETRN, true),
    ("smtpd_tls_exclude_ciphers", CIPHERS, true),
    ("smtpd_tls_fingerprint_digest", DIGESTS, false),
    ("smtpd_tls_mandatory_exclude_ciphers", CIPHERS, true),
    (
        "smtpd_tls_session_cache_database",
        &["btree:/var/lib/postfix/smtpd_scache"],
        true,
    ),
    ("tls_ssl_options", OPTIONS, true),
];

/// Those of them that are one word, and one of no list (name_code(3); the digests, grades and types
/// of TLS and SASL).
const ONE: &[&str] = &[
    "header_from_format",
    "milter_default_action",
    "smtp_address_preference",
    "smtp_tls_ciphers",
    "smtp_tls_fingerprint_digest",
    "smtp_tls_mandatory_ciphers",
    "smtp_tls_session_cache_database",
    "smtpd_tls_fingerprint_digest",
    "smtpd_tls_session_cache_database",
];

/// Why a word is not taken of which nothing more is to be said.
pub(super) const UNKNOWN: &str = "it has a word that the reader does not know there";

/// Returns why another word is not taken.
pub(super) fn reason(name: &str) -> &'static str {
    match name {
        "smtp_discard_ehlo_keywords" => {
            "mail would leave without TLS, its password or its signature, or not at all"
        }
        _ => UNKNOWN,
    }
}

/// Returns whether a parameter's value is made of known words.
pub(super) fn is_held(name: &str) -> bool {
    WORDS.iter().any(|(known, ..)| *known == name)
}

/// Says what is wrong with a value, with `$name` expanded.
pub(super) fn fault(name: &str, value: &str) -> Option<&'static str> {
    let (_, words, may_be_empty) = WORDS.iter().find(|(known, ..)| *known == name)?;
    let mut said = value
        .split([' ', '\t', '\n', ','])
        .filter(|word| !word.is_empty())
        .peekable();
    if said.peek().is_none() && !may_be_empty {
        return Some("it is empty");
    }
    if ONE.contains(&name) && said.peek().is_some() && !words.contains(&value) {
        return Some("it is one word, and none that the reader knows there");
    }
    // Most are compared to the letter (name_mask(3)).
    let minds_case = name != "smtp_discard_ehlo_keywords";
    let is_known = |word: &str| {
        let is_word = |known: &&str| known.eq_ignore_ascii_case(word) && !minds_case;
        words.contains(&word) || words.iter().any(is_word)
    };
    (!said.all(is_known)).then(|| reason(name))
}

#[cfg(test)]
mod tests {
    use super::super::{Class, class};
    use super::*;

    #[test]
    fn words_are_known_or_a_fault() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        for (name, words, may_be_empty) in WORDS {
            assert_eq!(class(name), Class::Harmless, "{name}");
            assert_eq!(
                fault(name, ""),
                (!may_be_empty).then_some("it is empty"),
                "{name}"
            );
            let all = words.join(", ");
            let is_one = ONE.contains(name) && words.len() > 1;
            assert_eq!(fault(name, &all).is_some(), is_one, "{name}");
            assert_eq!(fault(name, words[0]), None, "{name}");
            assert!(
                fault(name, &format!("{} nosuch", words[0])).is_some(),
                "{name}"
            );
        }
    }
}
