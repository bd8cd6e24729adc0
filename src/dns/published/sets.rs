//! The records of one name and type, wanted and published.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::Spf;

use super::{Finding, Standing, silence};
use crate::dns::{RecordData, Resolver};
use crate::spf::{self, DnsError};

/// A type that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    A,
    Aaaa,
    Mx,
    Spf,
}

impl Published {
    pub(super) const ALL: &[Self] = &[Self::A, Self::Aaaa, Self::Mx, Self::Spf];

    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Spf => "TXT",
        }
    }

    /// Asks for what is published, sorted and each once.
    fn ask(self, name: &str, resolver: &dyn Resolver) -> Result<Vec<RecordData>, DnsError> {
        let mut found: Vec<RecordData> = match self {
            Self::A => resolver.a(name)?.into_iter().map(RecordData::A).collect(),
            Self::Aaaa => {
                let found = resolver.aaaa(name)?.into_iter();
                found.map(RecordData::Aaaa).collect()
            }
            Self::Mx => {
                let exchanger = |mx: spf::Mx| {
                    let exchange = mx.exchange.trim_end_matches('.').to_ascii_lowercase();
                    RecordData::Mx(mx.preference, exchange)
                };
                resolver.mx(name)?.into_iter().map(exchanger).collect()
            }
            Self::Spf => {
                let mut texts = resolver.txt(name)?;
                texts.retain(|text| spf::Record::is_spf(text));
                let text = |text: Vec<u8>| String::from_utf8_lossy(&text).into_owned();
                texts.into_iter().map(text).map(RecordData::Txt).collect()
            }
        };
        found.sort();
        // RFC 2181 section 5: a record that is there twice is one.
        found.dedup();
        Ok(found)
    }

    /// Returns what it means that this record is there, and should not be.
    fn extra(self) -> &'static str {
        match self {
            Self::A | Self::Aaaa => "mail goes to this address too",
            Self::Mx => "mail goes to this host too",
            Self::Spf => "with more than one SPF record every check is a permerror",
        }
    }
}

/// Compares; first what is wanted, in order, then what is there besides.
pub(super) fn compare(
    name: &str,
    published: Published,
    wanted: Vec<RecordData>,
    resolver: &dyn Resolver,
) -> Vec<Finding> {
    let finding =
        |standing, wanted: Option<&RecordData>, there: Option<&RecordData>, note| Finding {
            standing,
            name: name.to_owned(),
            kind: published.kind(),
            wanted: wanted.map(ToString::to_string),
            published: there.map(ToString::to_string),
            note,
        };
    let (mut there, absence) = match published.ask(name, resolver) {
        Ok(there) => (there, None),
        Err(DnsError::NoRecords) => (Vec::new(), None),
        Err(DnsError::NoSuchName) => (Vec::new(), Some(silence(DnsError::NoSuchName))),
        Err(error) => {
            let unknown = |wanted: Option<&RecordData>| {
                finding(Standing::Undetermined, wanted, None, Some(silence(error)))
            };
            if wanted.is_empty() {
                return vec![unknown(None)];
            }
            return wanted.iter().map(|wanted| unknown(Some(wanted))).collect();
        }
    };
    let mut findings = Vec::new();
    let mut unmatched = Vec::new();
    for wanted in wanted {
        if let Some(at) = there.iter().position(|data| same(data, &wanted)) {
            let data = there.remove(at);
            let note = (data != wanted).then(|| "in other words".to_owned());
            findings.push(finding(Standing::Present, Some(&wanted), Some(&data), note));
        } else {
            unmatched.push(wanted);
        }
    }
    for wanted in unmatched {
        if let Some(at) = nearest(&there, &wanted) {
            let data = there.remove(at);
            let note = fault(&data);
            findings.push(finding(
                Standing::Different,
                Some(&wanted),
                Some(&data),
                note,
            ));
        } else {
            findings.push(finding(
                Standing::Missing,
                Some(&wanted),
                None,
                absence.clone(),
            ));
        }
    }
    for data in &there {
        let note = Some(published.extra().to_owned());
        findings.push(finding(Standing::Extra, None, Some(data), note));
    }
    findings
}

/// Returns which record stands in the place of the wanted one: an exchanger of the same name
/// first, else any.
fn nearest(there: &[RecordData], wanted: &RecordData) -> Option<usize> {
    let alike = |data: &RecordData| match (data, wanted) {
        (RecordData::Mx(_, there), RecordData::Mx(_, wanted)) => there == wanted,
        (
            RecordData::A(_) | RecordData::Aaaa(_) | RecordData::Mx(..) | RecordData::Txt(_),
            RecordData::A(_) | RecordData::Aaaa(_) | RecordData::Mx(..) | RecordData::Txt(_),
        ) => false,
    };
    let first = (!there.is_empty()).then_some(0);
    there.iter().position(alike).or(first)
}

/// Tells whether two records say the same. SPF records may, in other words: `mx` for `+mx`.
/// Whoever does not read ours strictly may be misled, so both readers must find it.
fn same(there: &RecordData, wanted: &RecordData) -> bool {
    if there == wanted {
        return true;
    }
    let (RecordData::Txt(there), RecordData::Txt(wanted)) = (there, wanted) else {
        return false;
    };
    let readable = |text: &str| spf::Record::parse(text.as_bytes()).is_ok();
    let meaning = |text: &str| Spf::parse(text.as_bytes()).ok();
    readable(there) && meaning(there).is_some() && meaning(there) == meaning(wanted)
}

/// Returns what is wrong with an SPF record by itself.
fn fault(data: &RecordData) -> Option<String> {
    let RecordData::Txt(text) = data else {
        return None;
    };
    let error = spf::Record::parse(text.as_bytes()).err()?;
    Some(format!(
        "every check of it is a permerror: {}",
        error.reason
    ))
}
