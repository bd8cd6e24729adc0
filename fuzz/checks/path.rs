//! Paths, as a client says them.

use std::net::{IpAddr, Ipv4Addr};

use mailpol::mail::{Path, PathForm};

/// Every text is a path of one form, and its parts are those that the form says.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let own = [IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25))];
    let path = Path::parse(text, &own);
    assert_eq!(path.text(), text);
    assert_eq!(path.domain().is_some(), path.form().has_domain());
    assert_eq!(text.is_empty(), path.form() == PathForm::Null);
    assert_eq!(PathForm::from_index(path.form().index()), Some(path.form()));
    assert!(!path.form().has_address() || path.address().is_some());
    if let Some(address) = path.address().filter(|_| path.form() == PathForm::Plain) {
        // The address is written as a plain path, too, and is the same there.
        let again = Path::parse(&address.to_string(), &own);
        assert_eq!(again.form(), PathForm::Plain, "{address}");
        assert_eq!(again.address(), Some(address));
    }
}
