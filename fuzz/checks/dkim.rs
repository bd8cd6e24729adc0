//! Public keys of DKIM, and their selectors.

use mailpol::compile::load;
use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{is_key, same_key};
use mailpol::mail::{DkimAlgorithm, DkimPublicKey, dkim_selector};
use mailpol::source::Source;

use super::{is_shown, site::Beside, told};

const POLICY: &str = r#"mailpol version=1
host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
    postmaster "box@example.org"
}
domain "example.org" {
    mailbox "box"
    publish { dkim "a" public-file="a.pub" }
}
"#;

/// What stands before a key of Ed25519 in its SubjectPublicKeyInfo, in base64 (RFC 8410 section 4).
const ED25519_HEAD: &str = "MCowBQYDK2VwAyEA";

/// The first line is a selector, the rest a key. It is taken or refused, alone and in a policy;
/// what is published of it is the same key, and is found to be.
pub(crate) fn check(data: &[u8]) {
    let Some((selector, text)) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return;
    };
    if let Some(selector) = dkim_selector(selector) {
        assert_eq!(dkim_selector(&selector).as_ref(), Some(&selector));
        assert!(is_shown(&selector), "{selector:?}");
    }
    let parsed = DkimPublicKey::parse(text);
    let mut diagnostics = Diagnostics::new();
    let files = Beside::these([("a.pub", text)]);
    let loaded = load(&Source::new("policy.kdl", POLICY), &files, &mut diagnostics);
    if told(loaded, &diagnostics).is_some() {
        assert!(parsed.is_ok(), "the policy takes what is no key");
    }
    match parsed {
        Ok(key) => published(&key),
        Err(error) => assert!(is_shown(&error.to_string()), "{error:?}"),
    }
}

/// A key that was published is that key.
fn published(key: &DkimPublicKey) {
    let whole = match key.algorithm() {
        DkimAlgorithm::Rsa(bits) => {
            assert!((1024..=4096).contains(&bits), "{bits}");
            key.published()
        }
        DkimAlgorithm::Ed25519 => format!("{ED25519_HEAD}{}", key.published()),
    };
    assert_eq!(DkimPublicKey::parse(&whole).as_ref(), Ok(key));
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{whole}\n-----END PUBLIC KEY-----\n");
    let lines: Vec<&[u8]> = whole.as_bytes().chunks(64).collect();
    let lines = lines.join(&b'\n');
    let lines = String::from_utf8(lines).expect("base64 is text");
    let pem = pem.replace(&whole, &lines);
    assert_eq!(DkimPublicKey::parse(&pem).as_ref(), Ok(key), "{pem}");
    let record = key.record();
    assert!(is_key(record.as_bytes()), "{record}");
    assert!(same_key(record.as_bytes(), key), "{record}");
}
