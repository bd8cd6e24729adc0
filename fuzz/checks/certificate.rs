//! Certificates.

use mailpol::mail::{Certificate, CertificateError, Domain};

use super::is_shown;

/// A text is a certificate or is refused with words that can be shown. Its names can be, and each
/// is one that a host can have; it is for the hosts that they say, and for the same ones whatever
/// stands around it.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read = Certificate::from_pem(text);
    if let Err(error) = &read {
        assert!(is_shown(&error.to_string()), "{error:?}");
    }
    // What stands around it is no part of it, and the first of several is meant.
    if read != Err(CertificateError::None) {
        let again = Certificate::from_pem(&format!("subject=x\n\n{text}\n{text}"));
        assert_eq!(read, again, "with words around it");
    }
    for name in read.iter().flat_map(Certificate::names) {
        assert!(is_shown(name), "{name:?}");
        assert_eq!(*name, name.to_ascii_lowercase());
        is_for(read.as_ref().expect("it has names"), name);
    }
}

/// A certificate is for the host that one of its names says.
fn is_for(certificate: &Certificate, name: &str) {
    let (wild, parent) = match name.strip_prefix("*.") {
        Some(parent) => (true, parent),
        None => (false, name),
    };
    let Ok(domain) = Domain::parse(parent) else {
        return;
    };
    // A name is written in more than one way; the certificate has but one.
    if domain.as_str() != parent {
        return;
    }
    if !wild {
        assert!(certificate.is_for(&domain), "{name}");
        return;
    }
    let host = |prefix: &str| Domain::parse(&format!("{prefix}.{parent}")).ok();
    if let Some(host) = host("a-host") {
        assert!(certificate.is_for(&host), "{name}: {host}");
    }
    let below = "a-host.b-host.c-host.d-host";
    let is_named = |host: &Domain| certificate.names().iter().any(|one| *one == host.as_str());
    for host in host(below).iter().filter(|host| !is_named(host)) {
        let above = format!("*.{}", host.as_str().split_once('.').map_or("", |it| it.1));
        let is_said = certificate.names().contains(&above);
        assert_eq!(certificate.is_for(host), is_said, "{name}: {host}");
    }
}
