//! Files beside a policy.

use mailpol::compile::load;
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;

use super::{site::Beside, told};

const POLICY: &str = r#"mailpol version=1
host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp" "submission"
    tls certificate="/etc/ssl/mx/fullchain.pem" key="/etc/ssl/mx/privkey.pem"
    postmaster "box@example.org"
}
auth "saslauthd" mechanism="shadow"
domain "example.org" {
    mailbox "box" login="box"
}
domains file="domains.tsv"
mailboxes file="mailboxes.tsv"
networks file="networks.tsv"
inbound {
    spf "soft" header="both"
    own-domain "reject"
}
"#;

const NAMES: [&str; 3] = ["domains.tsv", "mailboxes.tsv", "networks.tsv"];
const EMPTY: [&str; 3] = ["domain\n", "domain\tlocal-part\n", "network\tcidr\n"];

/// The first octet says which file it is; it is taken or refused, with words that point into it.
pub(crate) fn check(data: &[u8]) {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let mut texts = EMPTY;
    texts[usize::from(*which) % NAMES.len()] = text;
    let files = Beside::these(NAMES.into_iter().zip(texts));
    let mut diagnostics = Diagnostics::new();
    let loaded = load(&Source::new("policy.kdl", POLICY), &files, &mut diagnostics);
    told(loaded, &diagnostics);
}
