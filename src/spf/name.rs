//! Domain names as SPF meets them: from envelopes, macros and DNS.

/// Characters that a name may have in this form (RFC 7208 section 7.3).
const NAME_LENGTH_MAX: usize = 253;
/// Octets that a label may have (RFC 1035 section 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;

/// Returns the name without a final dot, or `None` if DNS cannot be asked for it.
/// Any printable ASCII character may be in a label: domain-specs allow it.
pub(super) fn dns_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let printable = name.bytes().all(|octet| matches!(octet, b' '..=b'~'));
    let labels = name
        .split('.')
        .all(|label| (1..=LABEL_OCTETS_MAX).contains(&label.len()));
    let valid = printable && labels && name.len() <= NAME_LENGTH_MAX;
    valid.then(|| name.to_owned())
}

/// Returns the name of a domain that may have a policy, or `None` if it is malformed, has only
/// one label (RFC 7208 section 4.3), or is an address literal.
pub(super) fn policy_domain(name: &str) -> Option<String> {
    dns_name(name).filter(|name| name.contains('.') && !name.starts_with('['))
}

/// Takes labels from the left until the name is short enough (RFC 7208 section 7.3). A last
/// label that is too long is no name.
pub(super) fn truncate(name: &str) -> Option<&str> {
    let mut rest = name.strip_suffix('.').unwrap_or(name);
    while rest.len() > NAME_LENGTH_MAX {
        (_, rest) = rest.split_once('.')?;
    }
    Some(rest)
}

/// Tells whether the name is below the domain, or the domain itself.
pub(super) fn is_within(name: &str, domain: &str) -> bool {
    let Some(cut) = name.len().checked_sub(domain.len()) else {
        return false;
    };
    match name.split_at_checked(cut) {
        Some((above, end)) => {
            end.eq_ignore_ascii_case(domain) && (above.is_empty() || above.ends_with('.'))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_label_by_label() {
        let long = "a".repeat(63);
        assert_eq!(dns_name("Example.COM."), Some("Example.COM".to_owned()));
        assert_eq!(dns_name("a b/c:d.%"), Some("a b/c:d.%".to_owned()));
        assert!(dns_name(&format!("{long}.com")).is_some());
        for bad in ["", ".", "a..b", ".a", "a..", "é.com", "a\0.com", "a\n.com"] {
            assert_eq!(dns_name(bad), None, "{bad:?}");
        }
        assert_eq!(dns_name(&format!("{long}a.com")), None);
        assert_eq!(dns_name(&format!("{long}.{long}.{long}.{long}")), None);
    }

    #[test]
    fn names_and_labels_have_a_greatest_length() {
        let label = "a".repeat(LABEL_OCTETS_MAX);
        assert!(dns_name(&format!("{label}.com")).is_some());
        assert_eq!(dns_name(&format!("{label}a.com")), None);
        let name = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(name.len(), NAME_LENGTH_MAX);
        assert!(dns_name(&name).is_some());
        assert!(dns_name(&format!("{name}.")).is_some());
        assert_eq!(dns_name(&format!("{name}a")), None);
        // One that is made by macros is shortened by no more than it has to be.
        assert_eq!(truncate(&name), Some(&*name));
        assert_eq!(
            truncate(&format!("a{name}")),
            name.split_once('.').map(|(_, rest)| rest)
        );
    }

    #[test]
    fn a_policy_needs_two_labels() {
        assert!(policy_domain("example.com").is_some());
        assert_eq!(policy_domain("localhost"), None);
        assert_eq!(policy_domain("localhost."), None);
        assert_eq!(policy_domain("[192.0.2.1]"), None);
    }

    #[test]
    fn names_are_shortened_from_the_left() {
        let long = format!("{}x.example", "ab.".repeat(90));
        let short = truncate(&long).unwrap();
        assert!((251..=253).contains(&short.len()) && short.starts_with("ab."));
        assert_eq!(truncate("example.com."), Some("example.com"));
        assert_eq!(truncate(&"a".repeat(254)), None);
    }

    #[test]
    fn look_alikes_are_not_within() {
        assert!(is_within("Mail.Example.com", "example.com"));
        assert!(is_within("example.com", "example.com"));
        assert!(!is_within("badexample.com", "example.com"));
        assert!(!is_within("com", "example.com"));
        assert!(!is_within("é.com", "aa.com"));
    }
}
