//! Whether two records say the same, in other words or not, and what is wrong with one that does
//! not.

use std::collections::BTreeMap;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::Dmarc;
use mail_auth::mta_sts::{MtaSts, TlsRpt};
use mail_auth::spf::Spf;

use super::sets::Published;
use super::tags::{of_version, tags};
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
        Some(Published::Dmarc) => {
            is_dmarc(there) && unknown_tag(there).is_none() && alike::<Dmarc>(found, text)
        }
        Some(Published::MtaSts) => is_mta_sts(there) && alike::<MtaSts>(found, text),
        Some(Published::TlsRpt) => is_tls_rpt(there) && alike::<TlsRpt>(found, text),
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
    let text = text(data)?;
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
        Published::Dmarc if !is_dmarc(data) => {
            Some("it breaks the grammar of RFC 9989, and receivers may ignore it".to_owned())
        }
        Published::Dmarc => {
            unknown_tag(data).map(|tag| format!("the tag `{tag}` is none of RFC 9989"))
        }
        Published::MtaSts => Some("senders do not fetch the policy that is wanted".to_owned()),
        Published::TlsRpt if !is_tls_rpt(data) => {
            Some("it breaks the grammar of RFC 8460, and senders may ignore it".to_owned())
        }
        Published::TlsRpt | Published::A | Published::Aaaa | Published::Mx => None,
    }
}

/// Returns the tags of a key that change what it is good for; remarks and defaults are left out
/// (RFC 6376 section 3.6.1). Blanks count, but for those in base64 and beside colons.
fn key(data: &RecordData) -> Option<BTreeMap<&str, String>> {
    let mut key = BTreeMap::new();
    for (name, value) in tags(text(data)?)? {
        let is_default = match name {
            "v" => value == "DKIM1",
            "k" => value == "rsa",
            "s" => value == "*" || value == "email",
            "h" => value.split(':').any(|hash| hash.trim() == "sha256"),
            "n" => true,
            _ => false,
        };
        let value = match name {
            "p" => value.split_ascii_whitespace().collect(),
            _ => value.to_owned(),
        };
        if !is_default {
            key.insert(name, value);
        }
    }
    key.contains_key("p").then_some(key)
}

/// Returns whether a text at the name of a key is a key at all.
pub fn is_key(text: &[u8]) -> bool {
    let found = String::from_utf8_lossy(text).into_owned();
    key(&RecordData::Txt(found)).is_some()
}

/// Returns whether a text at the name of a key is this key.
pub fn same_key(text: &[u8], public: &DkimPublicKey) -> bool {
    let algorithm = public.algorithm().name();
    let wanted = format!("v=DKIM1; k={algorithm}; p={}", public.published());
    let found = String::from_utf8_lossy(text).into_owned();
    key(&RecordData::Txt(found)) == key(&RecordData::Txt(wanted))
}

/// Returns whether a record follows the grammar of DMARC: its version first and to the letter
/// (RFC 9989 section 4.7), and what to do second, as readers of RFC 7489 section 6.3 want it.
fn is_dmarc(data: &RecordData) -> bool {
    let tags = text(data).and_then(|text| of_version(text, "DMARC1", &[',', ':']));
    let place = |tags: Vec<(&str, &str)>| tags.iter().position(|(name, _)| *name == "p");
    tags.is_some_and(|tags| place(tags).is_none_or(|place| place == 1))
}

/// Returns whether a record follows RFC 8461 section 3.1, which has no blanks beside `=`.
fn is_mta_sts(data: &RecordData) -> bool {
    let is_loose = |text: &str| text.contains(" =") || text.contains("= ");
    text(data).is_some_and(|text| of_version(text, "STSv1", &[]).is_some() && !is_loose(text))
}

/// Returns whether a record follows RFC 8460 section 3.
fn is_tls_rpt(data: &RecordData) -> bool {
    text(data).is_some_and(|text| of_version(text, "TLSRPTv1", &[',']).is_some())
}

/// Returns a tag of a DMARC record that means nothing.
fn unknown_tag(data: &RecordData) -> Option<String> {
    let names = tags(text(data)?)?.into_iter().map(|(name, _)| name);
    let mut unknown = names.filter(|name| !DMARC_TAGS.split(' ').any(|known| known == *name));
    unknown.next().map(str::to_owned)
}

fn text(data: &RecordData) -> Option<&str> {
    match data {
        RecordData::Txt(text) => Some(text),
        RecordData::A(_)
        | RecordData::Aaaa(_)
        | RecordData::Cname(_)
        | RecordData::Mx(..)
        | RecordData::Ptr(_) => None,
    }
}
