//! Priority strings of GnuTLS, as Debian builds Exim (gnutls_priority_init(3) of 3.7).

/// Judges a priority string: a known set, less whatever is taken out; only versions of TLS are put
/// in.
pub(super) fn judge(value: &str) -> Result<(), &'static str> {
    if value.is_empty() {
        return Ok(());
    }
    // The larger ones of SECURE take the keys and curves away that most clients and certificates
    // have (`lib/priority.c` of GnuTLS 3.7).
    let sets = ["NORMAL", "PFS", "SECURE128"];
    let mut words = value.trim().split(':');
    let begins = words.next().is_some_and(|word| sets.contains(&word));
    let mut versions = vec!["TLS1.2", "TLS1.3"];
    let mut known = true;
    for word in words {
        let (adds, name) = match word.split_at_checked(1) {
            Some(("+", name)) => (true, name),
            Some(("-" | "!", name)) => (false, name),
            _ => return Err(WEAK),
        };
        match (adds, name.strip_prefix("VERS-")) {
            (true, Some("TLS-ALL")) => versions = vec!["TLS1.2", "TLS1.3"],
            (true, Some(version @ ("TLS1.2" | "TLS1.3"))) => versions.push(version),
            (true, _) => known = false,
            (false, Some("ALL" | "TLS-ALL")) => versions.clear(),
            (false, Some(version)) => {
                versions.retain(|one| *one != version);
                known &= VERSIONS.contains(&version);
            }
            (false, None) => known &= UNNEEDED.contains(&name),
        }
    }
    // Without TLS 1.2 among the others GnuTLS comes to no session of 1.3 either (tried with 3.7.9).
    if !versions.contains(&"TLS1.2") || !known || !begins {
        return Err(WEAK);
    }
    Ok(())
}

/// Why a priority string is not judged.
const WEAK: &str = "TLS could come about without encryption worth the name, or not at all";

/// Versions that may be taken out.
const VERSIONS: [&str; 8] = [
    "DTLS-ALL", "DTLS1.0", "DTLS1.2", "SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3",
];

/// What else may be taken out: no client depends on it, since authenticated ciphers, and the ways
/// to agree on a key by elliptic curves, stay. Another name, or one that GnuTLS does not know, and
/// no session comes about.
const UNNEEDED: [&str; 22] = [
    "3DES-CBC",
    "AES-128-CBC",
    "AES-128-CCM",
    "AES-128-CCM-8",
    "AES-256-CBC",
    "AES-256-CCM",
    "AES-256-CCM-8",
    "ANON-DH",
    "ANON-ECDH",
    "ARCFOUR-128",
    "CAMELLIA-128-CBC",
    "CAMELLIA-256-CBC",
    "DHE-DSS",
    "DHE-PSK",
    "DHE-RSA",
    "MD5",
    "NULL",
    "PSK",
    "RSA",
    "RSA-PSK",
    "SHA1",
    "SRP",
];

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn ciphers_are_not_put_in() {
        for value in [
            "",
            "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
            "SECURE128:!AES-128-CBC",
            "NORMAL:-VERS-ALL:+VERS-TLS-ALL",
            "NORMAL:-VERS-TLS1.0:-RSA",
        ] {
            assert_eq!(judge(value), Ok(()), "{value}");
        }
        for value in [
            "NORMAL:-VERS-ALL",
            "NORMAL:-CIPHER-ALL",
            "NORMAL:!VERS-TLS1.3:!VERS-TLS1.2",
            "NORMAL:-VERS-TLS1.2",
            ":-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
            " ",
            "NORMAL:+NULL",
            "NORMAL:-NO-SUCH-CIPHER",
            "NORMAL:-VERS-TLS1.9",
            "NONE:+VERS-TLS1.2",
            "SECURE192",
            "SECURE256",
            "$acl_m0",
        ] {
            assert!(judge(value).is_err(), "{value}");
        }
    }
}
