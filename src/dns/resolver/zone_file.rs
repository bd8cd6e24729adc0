//! Zones from master files (RFC 1035 section 5): what a name server loads, read for SPF.
//!
//! A, AAAA, MX, TXT, PTR and CNAME records are read; those of all other types are left out, and
//! so are times to live. Records that stand there twice are one (RFC 2181 section 5).
//! Not here: `$INCLUDE` and `$GENERATE`, which are errors. Nothing is read but the text.

mod entry;
mod name;
mod types;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use miette::{Diagnostic, SourceSpan};

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Source;
use crate::spf::{RecordType, Zone};
use entry::{Entry, Fault, Octet, Word, entries};
use name::name;
use types::{Kind, kind};

/// The longest master file: its records take up to thirty times as much memory as their text.
pub const ZONE_OCTETS_MAX: usize = 32 << 20;

/// The longest string of a TXT record (RFC 1035 section 3.3).
const STRING_OCTETS_MAX: usize = 255;

/// The longest data of a record (RFC 1035 section 3.2.1: their length has 16 bits).
const DATA_OCTETS_MAX: usize = 65_535;

/// U+FEFF, as some editors put it before a text. BIND 9.18 and NSD 4.6 refuse such a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A master file that is none.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{what}")]
#[diagnostic(code(mailpol::dns::zone))]
pub struct WrongZone {
    /// What is wrong.
    pub what: String,
    /// What could be written.
    #[help]
    pub help: Option<String>,
    /// The master file.
    #[source_code]
    pub text: Arc<Source>,
    /// Where.
    #[label(primary, "here")]
    pub at: SourceSpan,
}

/// Reads a master file. Every fault is told.
pub fn read_zone(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<Zone, Reported> {
    let before = diagnostics.errors();
    let mut reader = Reader::default();
    let mut tell = |fault: Fault| {
        diagnostics.error(WrongZone {
            what: fault.what,
            help: fault.help.map(str::to_owned),
            text: Arc::clone(source),
            at: SourceSpan::from((fault.at.start, fault.at.len())),
        })
    };
    if source.text().len() > ZONE_OCTETS_MAX {
        let what = format!("a zone of more than {} MiB", ZONE_OCTETS_MAX >> 20);
        return Err(tell(Fault::new(what, 0..0)));
    }
    if source.text().starts_with(BYTE_ORDER_MARK) {
        let what = "a byte order mark, which name servers take for a part of the first name";
        let fault = Fault::new(what, 0..BYTE_ORDER_MARK.len_utf8());
        return Err(tell(
            fault.help("save the file as UTF-8 without a byte order mark"),
        ));
    }
    for entry in entries(source.text()) {
        if let Err(fault) = entry.and_then(|entry| reader.entry(&entry)) {
            tell(fault);
        }
    }
    diagnostics.failed_since(before)?;
    Ok(reader.zone)
}

/// The data of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Mx(u16, String),
    Ptr(String),
    Txt(Vec<u8>),
    Cname(String),
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    zone: Zone,
    origin: Option<String>,
    owner: Option<String>,
    /// Each with its owner in lower case. One set takes less room than one for each owner.
    records: BTreeSet<(String, Data)>,
}

impl Reader {
    fn entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        let Some((first, rest)) = entry.words.split_first() else {
            return Ok(());
        };
        if entry.indented {
            return self.record(first, entry.words.iter());
        }
        match first.plain() {
            Some(directive) if directive.starts_with('$') => {
                self.directive(&directive, first, rest)
            }
            _ => {
                // Were the owner kept that stood before, the next line would have the wrong one.
                self.owner = None;
                self.owner = Some(name(first, self.origin.as_deref())?);
                self.record(first, rest.iter())
            }
        }
    }

    /// RFC 1035 section 5.1, and RFC 2308 section 4 for `$TTL`.
    fn directive(&mut self, directive: &str, at: &Word, rest: &[Word]) -> Result<(), Fault> {
        let mut words = rest.iter();
        match directive.to_ascii_uppercase().as_str() {
            "$ORIGIN" => {
                let word = next(&mut words, at, "the origin is missing")?;
                self.origin = Some(name(word, self.origin.as_deref())?);
            }
            "$TTL" => {
                let word = next(&mut words, at, "the time to live is missing")?;
                if !is_time(word) {
                    let fault = Fault::new("this is no time to live", word.at.clone());
                    return Err(fault.help("write seconds, or `1h30m`"));
                }
            }
            _ => {
                let fault = Fault::new(format!("`{directive}` is not read"), at.at.clone());
                return Err(fault.help("`$ORIGIN` and `$TTL` are; write the records out"));
            }
        }
        end(words)
    }

    /// Reads `[TTL] [class] type data`, the first two in any order. `at` is the entry's first word.
    fn record<'w>(
        &mut self,
        at: &'w Word,
        mut words: impl Iterator<Item = &'w Word>,
    ) -> Result<(), Fault> {
        let mut last = at;
        let (mut time, mut class) = (false, false);
        let (word, text) = loop {
            let word = next(&mut words, last, "the type of the record is missing")?;
            last = word;
            let text = word.plain().unwrap_or_default().to_ascii_uppercase();
            match text.as_str() {
                "IN" if !class => class = true,
                "CH" | "HS" | "CS" => {
                    return Err(Fault::new("only class IN is read", word.at.clone()));
                }
                _ if !time && is_time(word) => time = true,
                _ => break (word, text),
            }
        };
        let kind = kind(&text).ok_or_else(|| {
            Fault::new("this is no type of records", word.at.clone()).help(
                "write a type such as `A` or `TXT`; a line without a name begins with a blank",
            )
        })?;
        let Some(owner) = self.owner.clone() else {
            return Err(Fault::new(
                "whose record this is is not known",
                word.at.clone(),
            ));
        };
        let Kind::Read(record_type) = kind else {
            return Ok(());
        };
        let data = self.data(record_type, word, &mut words)?;
        end(words)?;
        self.add(&owner, data, word)
    }

    /// Reads the data of a type.
    fn data<'w>(
        &self,
        record_type: Option<RecordType>,
        at: &Word,
        words: &mut impl Iterator<Item = &'w Word>,
    ) -> Result<Data, Fault> {
        let origin = self.origin.as_deref();
        let first = next(words, at, "the record has no data")?;
        // RFC 3597 section 5.
        let generic = Octet {
            value: b'#',
            escaped: true,
        };
        if !first.quoted && first.octets == [generic] {
            return Err(Fault::new(
                "data in hexadecimal is not read",
                first.at.clone(),
            ));
        }
        let text = first.plain().unwrap_or_default();
        let wrong = |what: &str| Fault::new(what, first.at.clone());
        Ok(match record_type {
            Some(RecordType::A) => {
                Data::A(text.parse().map_err(|_| wrong("this is no IPv4 address"))?)
            }
            Some(RecordType::Aaaa) => {
                Data::Aaaa(text.parse().map_err(|_| wrong("this is no IPv6 address"))?)
            }
            Some(RecordType::Mx) => {
                let digits = text.bytes().all(|octet| octet.is_ascii_digit());
                let preference = text.parse().ok().filter(|_| digits);
                let preference =
                    preference.ok_or_else(|| wrong("this is no preference: 0 to 65535"))?;
                let exchange = next(words, first, "the exchanger is missing")?;
                Data::Mx(preference, name(exchange, origin)?)
            }
            Some(RecordType::Ptr) => Data::Ptr(name(first, origin)?),
            Some(RecordType::Txt) => {
                let mut text = Vec::new();
                let mut octets = 0;
                for word in std::iter::once(first).chain(words) {
                    if word.octets.len() > STRING_OCTETS_MAX {
                        let what = "a string has at most 255 octets";
                        let fault = Fault::new(what, word.at.clone());
                        return Err(fault.help("write several strings, one behind the other"));
                    }
                    text.extend(word.bytes());
                    octets += word.octets.len() + 1;
                    if octets > DATA_OCTETS_MAX {
                        let what = "the data of a record have at most 65535 octets";
                        let fault = Fault::new(what, word.at.clone());
                        return Err(fault.help("each string counts, and one octet for its length"));
                    }
                }
                Data::Txt(text)
            }
            None => Data::Cname(name(first, origin)?),
        })
    }

    /// Adds a record, unless it is there. An alias has no other records (RFC 1034 section 3.6.2).
    fn add(&mut self, owner: &str, data: Data, at: &Word) -> Result<(), Fault> {
        let key = owner.to_ascii_lowercase();
        let alias = |data: &Data| matches!(data, Data::Cname(_));
        // An alias is alone, so that the first of an owner's records says whether there is one.
        let from = (key.clone(), Data::A(Ipv4Addr::UNSPECIFIED));
        let first = self.records.range(from..).next();
        let first = first.filter(|(other, _)| *other == key);
        if first.is_some_and(|(_, other)| *other != data && (alias(other) || alias(&data))) {
            let what = format!("{owner} is an alias, and has other records");
            return Err(Fault::new(what, at.at.clone()));
        }
        if !self.records.insert((key, data.clone())) {
            return Ok(());
        }
        match data {
            Data::A(address) => self.zone.add_a(owner, address),
            Data::Aaaa(address) => self.zone.add_aaaa(owner, address),
            Data::Mx(preference, exchange) => self.zone.add_mx(owner, preference, &exchange),
            Data::Ptr(target) => self.zone.add_ptr(owner, &target),
            Data::Txt(text) => self.zone.add_txt(owner, text),
            Data::Cname(target) => self.zone.set_cname(owner, &target),
        }
        Ok(())
    }
}

/// Returns the next word; `at` is the one before.
fn next<'w>(
    words: &mut impl Iterator<Item = &'w Word>,
    at: &Word,
    missing: &str,
) -> Result<&'w Word, Fault> {
    words
        .next()
        .ok_or_else(|| Fault::new(missing, at.at.clone()))
}

fn end<'w>(mut words: impl Iterator<Item = &'w Word>) -> Result<(), Fault> {
    match words.next() {
        None => Ok(()),
        Some(word) => Err(Fault::new("this is one word too many", word.at.clone())),
    }
}

/// Tells whether a word is a time: seconds, or numbers with units as in `1h30m`.
fn is_time(word: &Word) -> bool {
    let text = word.plain().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = text.split_inclusive(['s', 'm', 'h', 'd', 'w']).collect();
    let number = |part: &str| {
        let digits = part.trim_end_matches(['s', 'm', 'h', 'd', 'w']);
        part.len() <= digits.len() + 1 && digits.parse::<u32>().is_ok() && !digits.starts_with('+')
    };
    !parts.is_empty() && parts.into_iter().all(number)
}

#[cfg(test)]
mod tests;
