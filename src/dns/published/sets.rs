//! The records of one name and kind, wanted and published.

use super::alike::{fault, note, of_one_exchanger, same};
use super::{Finding, Standing, silence};
use crate::dns::record::quoted;
use crate::dns::{RecordData, Resolver};
use crate::spf::{self, DnsError};

/// A kind of record that is compared: a type, or texts that begin alike. Other texts of a name
/// are none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    A,
    Aaaa,
    Mx,
    Spf,
    Dkim,
    Dmarc,
    MtaSts,
    TlsRpt,
}

impl Published {
    pub(super) const ALL: &[Self] = &[
        Self::A,
        Self::Aaaa,
        Self::Mx,
        Self::Spf,
        Self::Dkim,
        Self::Dmarc,
        Self::MtaSts,
        Self::TlsRpt,
    ];

    /// Returns the kind of a record, of those that are compared as sets.
    pub(super) fn of(data: &RecordData) -> Option<Self> {
        match data {
            RecordData::A(_) => Some(Self::A),
            RecordData::Aaaa(_) => Some(Self::Aaaa),
            RecordData::Mx(..) => Some(Self::Mx),
            RecordData::Txt(text) => {
                let texts = Self::ALL.iter().copied();
                let mut texts = texts.filter(|kind| kind.kind() == "TXT" && *kind != Self::Dkim);
                texts
                    .find(|kind| kind.holds(text.as_bytes()))
                    .or(Some(Self::Dkim))
            }
            RecordData::Cname(_) | RecordData::Ptr(_) => None,
        }
    }

    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Spf | Self::Dkim | Self::Dmarc | Self::MtaSts | Self::TlsRpt => "TXT",
        }
    }

    /// Returns whether a text is of this kind. Whatever stands at the name of a key is taken for
    /// one (RFC 6376 section 3.6.2.2).
    fn holds(self, text: &[u8]) -> bool {
        let begins = |text: &[u8], word: &str| {
            let head = text.get(..word.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
        };
        match self {
            Self::A | Self::Aaaa | Self::Mx => false,
            Self::Spf => spf::Record::is_spf(text),
            Self::Dkim => true,
            // Of these alone the grammar has blanks beside `=` (RFC 9989 section 4.8).
            Self::Dmarc => {
                let mut sides = text.trim_ascii_start().splitn(2, |byte| *byte == b'=');
                let version = sides.next().filter(|name| name.trim_ascii() == b"v");
                let value = version.and(sides.next()).map(<[u8]>::trim_ascii_start);
                value.is_some_and(|value| begins(value, "DMARC1"))
            }
            Self::MtaSts => begins(text, "v=STSv1"),
            Self::TlsRpt => begins(text, "v=TLSRPTv1"),
        }
    }

    /// Asks for what is published, sorted and each once.
    fn ask(self, name: &str, resolver: &dyn Resolver) -> Result<Vec<There>, DnsError> {
        let mut found: Vec<There> = match self {
            Self::A => {
                let found = resolver.a(name)?.into_iter();
                found.map(RecordData::A).map(There::new).collect()
            }
            Self::Aaaa => {
                let found = resolver.aaaa(name)?.into_iter();
                found.map(RecordData::Aaaa).map(There::new).collect()
            }
            Self::Mx => {
                let exchanger = |mx: spf::Mx| {
                    let exchange = mx.exchange.trim_end_matches('.').to_ascii_lowercase();
                    There::new(RecordData::Mx(mx.preference, exchange))
                };
                resolver.mx(name)?.into_iter().map(exchanger).collect()
            }
            Self::Spf | Self::Dkim | Self::Dmarc | Self::MtaSts | Self::TlsRpt => {
                let texts = resolver.txt_strings(name)?.into_iter();
                let texts = texts.filter(|strings| self.holds(&strings.concat()));
                texts.map(|strings| There::text(&strings)).collect()
            }
        };
        found.sort();
        // RFC 2181 section 5: a record that is there twice is one.
        found.dedup();
        Ok(found)
    }

    /// Returns what it means that this record is there, and should not be.
    fn extra(self, data: &RecordData) -> &'static str {
        match self {
            Self::A | Self::Aaaa => "mail goes to this address too",
            Self::Mx if *data == RecordData::Mx(0, String::new()) => {
                "with it beside others, no sender knows whether mail is taken"
            }
            Self::Mx => "mail goes to this host too",
            Self::Spf => "with more than one SPF record every check is a permerror",
            Self::Dkim => "with more than one key at a name, a verifier may take the wrong one",
            Self::Dmarc => "with more than one DMARC record receivers act on none",
            Self::MtaSts => "with more than one record senders take the policy for none",
            Self::TlsRpt => "with more than one record senders report to nobody",
        }
    }
}

/// A record that is published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct There {
    data: RecordData,
    /// As a master file has it: of a text its own strings.
    shown: String,
}

impl There {
    fn new(data: RecordData) -> Self {
        let shown = data.to_string();
        Self { data, shown }
    }

    fn text(strings: &[Vec<u8>]) -> Self {
        let text = String::from_utf8_lossy(&strings.concat()).into_owned();
        Self {
            data: RecordData::Txt(text),
            shown: quoted(strings),
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
    let answer = published.ask(name, resolver);
    let validated = resolver.validated();
    let finding = |standing, wanted: Option<&RecordData>, there: Option<&There>, note| Finding {
        standing,
        name: name.to_owned(),
        kind: published.kind(),
        wanted: wanted.map(ToString::to_string),
        published: there.map(|there| there.shown.clone()),
        note,
        validated,
    };
    let (mut there, absence) = match answer {
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
        if let Some(at) = there.iter().position(|there| same(&there.data, &wanted)) {
            let data = there.remove(at);
            let note = note(&data.data, &wanted);
            findings.push(finding(Standing::Present, Some(&wanted), Some(&data), note));
        } else {
            unmatched.push(wanted);
        }
    }
    for wanted in unmatched {
        // An exchanger of the same name stands in its place, else whatever there is.
        let alike = |there: &There| of_one_exchanger(&there.data, &wanted);
        let first = (!there.is_empty()).then_some(0);
        let at = there.iter().position(alike).or(first);
        if let Some(at) = at {
            let data = there.remove(at);
            let note = fault(published, &data.data);
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
        let note = Some(published.extra(&data.data).to_owned());
        findings.push(finding(Standing::Extra, None, Some(data), note));
    }
    findings
}
