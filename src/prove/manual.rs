//! The manual: what each question of the proof says, and why it covers every envelope.

macro_rules! pages {
    ($($name:literal),* $(,)?) => {
        /// Every page, sorted by its question.
        const PAGES: &[(&str, &str)] = &[$(
            ($name, include_str!(concat!("../../docs/obligations/", $name, ".md")))
        ),*];
    };
}

pages! {
    "auth-needs-tls",
    "authenticated-may-send",
    "backend-as-declared",
    "certificate-names-host",
    "clients-as-declared",
    "copies-as-declared",
    "dkim-published",
    "forbid",
    "forwards-as-declared",
    "headers-as-declared",
    "host-mail-as-declared",
    "internal-may-send",
    "limits-as-declared",
    "listed-is-reachable",
    "listeners-as-declared",
    "mx-is-us",
    "no-backscatter",
    "no-open-relay",
    "no-spoofed-own-domain",
    "null-sender-accepted",
    "policy-equals-files",
    "postmaster-is-reachable",
    "refused-network-is-refused",
    "require",
    "sender-does-not-authorise",
    "sender-limit",
    "spf-covers-egress",
    "spf-policy",
    "submission-needs-login",
    "targets-agree",
}

/// Returns the page of a question of the proof, such as `no-open-relay`: Markdown.
pub fn page(name: &str) -> Option<&'static str> {
    let mut pages = PAGES.iter();
    pages.find(|(of, _)| *of == name).map(|(_, page)| *page)
}
