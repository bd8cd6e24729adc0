//! Parameters of TLS that are held at values of which encryption comes.

/// Why another value is not judged.
const WEAK: &str = "TLS could come about without encryption worth the name";

/// What excludes SSL at least (`smtpd_tls_protocols` in postconf(5) of 3.7 and before 3.6).
const PROTOCOLS: &[&str] = &[
    ">=TLSv1",
    ">=TLSv1.1",
    ">=TLSv1.2",
    ">=TLSv1.3",
    "!SSLv2, !SSLv3",
    "!SSLv2, !SSLv3, !TLSv1",
    "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1",
    "TLSv1.2",
    "TLSv1.2, TLSv1.3",
    "TLSv1.3",
];

/// As [`super::fixed::FIXED`].
pub(super) const STRENGTH: &[(&str, &[&str], &str)] = &[
    ("smtpd_tls_ciphers", &["medium", "high"], WEAK),
    ("smtpd_tls_eecdh_grade", &["auto", "strong", "ultra"], WEAK),
    ("smtpd_tls_mandatory_ciphers", &["medium", "high"], WEAK),
    ("smtpd_tls_mandatory_protocols", PROTOCOLS, WEAK),
    ("smtpd_tls_protocols", PROTOCOLS, WEAK),
    (
        "smtpd_tls_req_ccert",
        &["no"],
        "clients without a certificate would be refused",
    ),
    (
        "tls_config_file",
        &["default"],
        "a file outside the tree would say how TLS is done",
    ),
    (
        "tls_config_name",
        &[""],
        "a file outside the tree would say how TLS is done",
    ),
    (
        "tls_high_cipherlist",
        &["aNULL:-aNULL:HIGH:@STRENGTH"],
        WEAK,
    ),
    (
        "tls_medium_cipherlist",
        &[
            "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH",
            "aNULL:-aNULL:HIGH:MEDIUM:@STRENGTH",
        ],
        WEAK,
    ),
];
