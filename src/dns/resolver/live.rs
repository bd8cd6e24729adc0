//! Real DNS: the only place of the library with a socket.
//!
//! Names are asked for as they are: no search domains, no hosts file. Every question ends in
//! time, and a server that stays silent is soon not asked any more.

mod validated;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as Refusal, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{TokioResolver, system_conf};
use tokio::runtime::{Builder, Runtime};

use super::Resolver;
use crate::spf::{CNAMES_MAX, Dns, DnsError, Mx};

/// Questions without an answer, one after the other, after which no more are asked.
const SILENCES_MAX: usize = 3;

/// Stands for an octet of a label that a name cannot show. No name that holds it exists.
const UNWRITABLE: char = char::REPLACEMENT_CHARACTER;

/// Real name servers.
pub struct Live {
    runtime: Runtime,
    resolver: TokioResolver,
    patience: Duration,
    silences: Cell<usize>,
    /// Who is asked, by UDP.
    servers: Vec<SocketAddr>,
    /// What was asked and answered last.
    last: RefCell<Option<(Name, RecordType)>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The system does not say whom to ask.
    #[error("the system's name servers are not known: {0}; name one with `--nameserver IP:PORT`")]
    System(String),
    /// There is no resolver to be had.
    #[error("name servers cannot be asked: {0}")]
    Start(String),
}

impl Live {
    /// Returns a resolver that asks this server, or else those that the system asks. Each
    /// question is given up after `patience`.
    pub fn new(server: Option<SocketAddr>, patience: Duration) -> Result<Self, LiveError> {
        let start = |error: &dyn fmt::Display| LiveError::Start(error.to_string());
        let (config, mut options) = match server {
            Some(server) => (config(server), ResolverOpts::default()),
            None => system_conf::read_system_conf()
                .map_err(|error| LiveError::System(error.to_string()))?,
        };
        let (_, _, servers) = config.into_parts();
        let addresses = servers.iter().filter_map(by_udp).collect();
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        options.timeout = patience / 2;
        options.attempts = 1;
        options.use_hosts_file = ResolveHosts::Never;
        options.preserve_intermediates = true;
        options.edns0 = true;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| start(&error))?;
        let mut builder =
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        *builder.options_mut() = options;
        let resolver = builder.build().map_err(|error| start(&error))?;
        Ok(Self {
            runtime,
            resolver,
            patience,
            silences: Cell::new(0),
            servers: addresses,
            last: RefCell::new(None),
        })
    }

    /// Asks, and picks what is wanted from the records of the name, or of what it is an alias of.
    fn ask<T>(
        &self,
        name: &str,
        record_type: RecordType,
        pick: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, DnsError> {
        self.last.replace(None);
        let name = encoded(name).ok_or(DnsError::NoSuchName)?;
        if self.silences.get() >= SILENCES_MAX {
            return Err(DnsError::Silent);
        }
        let question = self.resolver.lookup(name.clone(), record_type);
        let bounded = async { tokio::time::timeout(self.patience, question).await };
        let answer = match self.runtime.block_on(bounded) {
            Ok(Ok(lookup)) => {
                self.last.replace(Some((name.clone(), record_type)));
                picked(&lookup, &name, record_type, pick)
            }
            Ok(Err(error)) => Err(reason(&error)),
            Err(_) => Err(DnsError::Silent),
        };
        let silent = matches!(answer, Err(DnsError::Silent));
        self.silences
            .set(if silent { self.silences.get() + 1 } else { 0 });
        answer
    }
}

/// One server, by UDP, and by TCP for what is too long.
fn config(server: SocketAddr) -> ResolverConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = server.port();
    }
    let server = NameServerConfig::new(server.ip(), true, connections);
    ResolverConfig::from_parts(None, Vec::new(), vec![server])
}

/// Returns where a server takes questions by UDP.
fn by_udp(server: &NameServerConfig) -> Option<SocketAddr> {
    let mut udp = server
        .connections
        .iter()
        .filter(|one| one.protocol == ProtocolConfig::Udp);
    Some(SocketAddr::new(server.ip, udp.next()?.port))
}

/// Returns the records of the name that is at the end of its aliases.
fn picked<T>(
    lookup: &Lookup,
    name: &Name,
    record_type: RecordType,
    pick: impl Fn(&RData) -> Option<T>,
) -> Result<Vec<T>, DnsError> {
    let code = lookup.message().response_code;
    if code != ResponseCode::NoError {
        return Err(absence(code));
    }
    let alias = |name: &Name| {
        lookup
            .answers()
            .iter()
            .filter(|record| record.name == *name)
            .find_map(|record| target(&record.data).cloned())
    };
    let mut name = name.clone();
    if record_type != RecordType::CNAME {
        let mut followed = 0;
        while let Some(target) = alias(&name) {
            followed += 1;
            if followed > CNAMES_MAX {
                return Err(DnsError::Failed);
            }
            name = target;
        }
    }
    let own = lookup
        .answers()
        .iter()
        .filter(|record| record.name == name && record.record_type() == record_type);
    let found: Vec<T> = own.filter_map(|record| pick(&record.data)).collect();
    if found.is_empty() {
        Err(DnsError::NoRecords)
    } else {
        Ok(found)
    }
}

/// Returns what a CNAME record leads to.
fn target(data: &RData) -> Option<&Name> {
    if let RData::CNAME(target) = data {
        Some(&target.0)
    } else {
        None
    }
}

/// Returns why there are no records.
fn reason(error: &NetError) -> DnsError {
    if let NetError::Dns(Refusal::NoRecordsFound(none)) = error {
        absence(none.response_code)
    } else if matches!(error, NetError::Timeout) {
        DnsError::Silent
    } else {
        DnsError::Failed
    }
}

/// Returns what a response without records says (RFC 1035 section 4.1.1).
fn absence(code: ResponseCode) -> DnsError {
    if code == ResponseCode::NXDomain {
        DnsError::NoSuchName
    } else if code == ResponseCode::NoError {
        DnsError::NoRecords
    } else {
        DnsError::Failed
    }
}

/// Returns the name on the wire, or `None` if there can be no such name.
fn encoded(name: &str) -> Option<Name> {
    let labels = name.split('.').map(|label| {
        let octets = label.is_ascii().then_some(label.as_bytes());
        octets.filter(|octets| !octets.is_empty())
    });
    let labels: Vec<&[u8]> = labels.collect::<Option<_>>()?;
    let mut name = Name::from_labels(labels).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// Returns a name from the wire as it is written: octets as they are, but for a dot within a
/// label and for what would change a terminal.
fn decoded(name: &Name) -> String {
    let labels: Vec<String> = name
        .iter()
        .map(|label| {
            let octet = |octet: &u8| match octet {
                b'.' => UNWRITABLE,
                b' '..=b'~' => char::from(*octet),
                _ => UNWRITABLE,
            };
            label.iter().map(octet).collect()
        })
        .collect();
    labels.join(".")
}

impl Dns for Live {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        let texts = self.txt_strings(name)?;
        Ok(texts.into_iter().map(|strings| strings.concat()).collect())
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        self.ask(name, RecordType::MX, |data| {
            if let RData::MX(mx) = data {
                Some(Mx {
                    preference: mx.preference,
                    exchange: decoded(&mx.exchange),
                })
            } else {
                None
            }
        })
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        self.ask(name, RecordType::A, |data| {
            if let RData::A(address) = data {
                Some(address.0)
            } else {
                None
            }
        })
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        self.ask(name, RecordType::AAAA, |data| {
            if let RData::AAAA(address) = data {
                Some(address.0)
            } else {
                None
            }
        })
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.ask(name, RecordType::PTR, |data| {
            if let RData::PTR(target) = data {
                Some(decoded(&target.0))
            } else {
                None
            }
        })
    }
}

impl Resolver for Live {
    fn cname(&self, name: &str) -> Result<String, DnsError> {
        let found = self.ask(name, RecordType::CNAME, |data| {
            if let RData::CNAME(target) = data {
                Some(decoded(&target.0))
            } else {
                None
            }
        })?;
        found.into_iter().next().ok_or(DnsError::NoRecords)
    }

    fn txt_strings(&self, name: &str) -> Result<Vec<Vec<Vec<u8>>>, DnsError> {
        self.ask(name, RecordType::TXT, |data| {
            if let RData::TXT(text) = data {
                Some(text.txt_data.iter().map(|string| string.to_vec()).collect())
            } else {
                None
            }
        })
    }

    fn validated(&self) -> Option<bool> {
        let last = self.last.borrow();
        let (name, record_type) = last.as_ref()?;
        validated::ask(&self.servers, name, *record_type, self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_their_octets() {
        let name = |text| encoded(text).map(|name| decoded(&name));
        for text in ["example.com", "_a b/c.example", "a\\b.example"] {
            assert_eq!(name(text).as_deref(), Some(text));
        }
        for bad in [
            "",
            "a..b",
            ".a",
            "a.",
            "\u{e9}.example",
            "a\u{fffd}.example",
        ] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
        assert_eq!(name(&"a".repeat(64)), None);
    }

    #[test]
    fn what_a_name_cannot_show_is_replaced() {
        let wire: Vec<&[u8]> = vec![b"a.b", b"c\x1b", b"\xe9"];
        let name = Name::from_labels(wire).unwrap();
        assert_eq!(decoded(&name), "a\u{fffd}b.c\u{fffd}.\u{fffd}");
        assert_eq!(decoded(&Name::root()), "");
    }
}
