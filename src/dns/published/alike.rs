//! Whether two records say the same, in other words or not, and what is wrong with one that does
//! not.

use std::collections::BTreeMap;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::Dmarc;
use mail_auth::mta_sts::{MtaSts, TlsRpt};
use mail_auth::spf::Spf;

use super::sets::Published;
use crate::dns::RecordData;
use crate::mail::DkimPublicKey;
use crate::spf;

/// The tags that RFC 9989 section 4.7 knows.
const DMARC_TAGS: &str = "v p sp np adkim aspf fo rua ruf psd t";

/// Returns whether two records are of one exchanger, with whatever preference.
pub(super) fn of_one_exchanger(there: &RecordData, wanted: &RecordData) -> bool {
    let exchange = |data: &RecordData| match data {
        RecordData::Mx(_, exchange) => Some(exchange.clone()),
        RecordData::A(_)
        | RecordData::Aaaa(_)
        | RecordData::Cname(_)
        | RecordData::Ptr(_)
        | RecordData::Txt(_) => None,
    };
    exchange(wanted).is_some() && exchange(there) == exchange(wanted)
}

/// Tells whether two records say the same. Texts may, in other words: `mx` for `+mx`.
/// Whoever does not read an SPF record of ours strictly may be misled, so both readers must find
/// it.
pub(super) fn same(there: &RecordData, wanted: &RecordData) -> bool {
    if there == wanted {
        return true;
    }
    let (RecordData::Txt(found), RecordData::Txt(text)) = (there, wanted) else {
        return false;
    };
    let (found, text) = (found.as_bytes(), text.as_bytes());
    match Published::of(wanted) {
        Some(Published::Spf) => spf::Record::parse(found).is_ok() && alike::<Spf>(found, text),
        Some(Published::Dmarc) => unknown_tag(there).is_none() && alike::<Dmarc>(found, text),
        Some(Published::MtaSts) => alike::<MtaSts>(found, text),
        Some(Published::TlsRpt) => alike::<TlsRpt>(found, text),
        Some(Published::Dkim) => key(there).is_some() && key(there) == key(wanted),
        Some(Published::A | Published::Aaaa | Published::Mx) | None => false,
    }
}

fn alike<T: TxtRecordParser + PartialEq>(found: &[u8], text: &[u8]) -> bool {
    let found = T::parse(found).ok();
    found.is_some() && found == T::parse(text).ok()
}

/// Returns a remark about a record that says what is wanted.
pub(super) fn note(there: &RecordData, wanted: &RecordData) -> Option<String> {
    (there != wanted).then(|| "in other words".to_owned())
}

/// Returns what is wrong with a record by itself.
pub(super) fn fault(published: Published, data: &RecordData) -> Option<String> {
    let RecordData::Txt(text) = data else {
        return None;
    };
    match published {
        Published::Spf => {
            let error = spf::Record::parse(text.as_bytes()).err()?;
            let reason = error.reason;
            Some(format!("every check of it is a permerror: {reason}"))
        }
        Published::Dkim => match key(data) {
            None => Some("no verifier can read it".to_owned()),
            Some(key) if key.get("p").is_some_and(String::is_empty) => {
                Some("it revokes the key: every signature with it fails".to_owned())
            }
            Some(_) => Some("signatures with our key fail".to_owned()),
        },
        Published::Dmarc => {
            unknown_tag(data).map(|tag| format!("the tag `{tag}` is none of RFC 9989"))
        }
        Published::MtaSts => Some("senders do not fetch the policy that is wanted".to_owned()),
        Published::TlsRpt | Published::A | Published::Aaaa | Published::Mx => None,
    }
}

/// Returns the tags of a record: `name=value`, with semicolons between them (RFC 6376 section
/// 3.2). Blanks do not count.
fn tags(data: &RecordData) -> Option<BTreeMap<String, String>> {
    let RecordData::Txt(text) = data else {
        return None;
    };
    let mut tags = BTreeMap::new();
    for tag in text.split(';').filter(|tag| !tag.trim().is_empty()) {
        let (name, value) = tag.split_once('=')?;
        let value: String = value.split_ascii_whitespace().collect();
        if tags.insert(name.trim().to_owned(), value).is_some() {
            return None;
        }
    }
    Some(tags)
}

/// Returns the tags of a key that change what it is good for; remarks and defaults are left out
/// (RFC 6376 section 3.6.1).
fn key(data: &RecordData) -> Option<BTreeMap<String, String>> {
    let mut tags = tags(data)?;
    let default = |name: &str, value: &str| match name {
        "v" => value == "DKIM1",
        "k" => value == "rsa",
        "s" => value == "*" || value == "email",
        "h" => value.split(':').any(|hash| hash == "sha256"),
        "n" => true,
        _ => false,
    };
    tags.retain(|name, value| !default(name, value));
    tags.contains_key("p").then_some(tags)
}

/// Returns whether a text at the name of a key is this key.
pub fn same_key(text: &[u8], public: &DkimPublicKey) -> bool {
    let data = |text: String| key(&RecordData::Txt(text));
    let algorithm = public.algorithm().name();
    let wanted = data(format!("v=DKIM1; k={algorithm}; p={}", public.published()));
    data(String::from_utf8_lossy(text).into_owned()) == wanted
}

/// Returns a tag of a DMARC record that means nothing.
fn unknown_tag(data: &RecordData) -> Option<String> {
    let mut names = tags(data)?.into_keys();
    names.find(|name| !DMARC_TAGS.split(' ').any(|known| known == name))
}
