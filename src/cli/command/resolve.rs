//! Who answers questions about DNS, as the arguments say.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{Live, ZONE_OCTETS_MAX, read_zone};
use mailpol::mail::Certificate;
use mailpol::policy::Policy;
use mailpol::prove::Given;
use mailpol::simulate::Results;
use mailpol::source::Source;
use mailpol::spf::{Dns, Zone};

use crate::cli::{Failure, input};

/// Whom to ask.
#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    /// The name server to ask, at port 53 if none is given, instead of those that the system asks
    #[arg(long, value_name = "IP[:PORT]", value_parser = name_server)]
    nameserver: Option<SocketAddr>,
    /// Seconds after which a question is given up
    #[arg(long, value_name = "SECONDS", default_value_t = 5,
        value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

/// The port of a name server (RFC 1035 section 4.2).
const DOMAIN_PORT: u16 = 53;

/// Reads an address with a port, or without.
fn name_server(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, DOMAIN_PORT));
    }
    text.parse::<SocketAddr>().map_err(|_| {
        "it is no address: write `192.0.2.53`, `192.0.2.53:53` or `[2001:db8::53]:53`".to_owned()
    })
}

impl ServerArgs {
    pub(super) fn live(&self) -> Result<Live, Failure> {
        Live::new(self.nameserver, Duration::from_secs(self.timeout))
            .map_err(|error| Failure::Unable(error.to_string()))
    }

    pub(super) fn is_given(&self) -> bool {
        self.nameserver.is_some()
    }
}

/// Where the records of an SPF check come from.
#[derive(Debug, clap::Args)]
pub(super) struct ResolveArgs {
    /// Ask this master file (RFC 1035 section 5) about DNS: every other name does not exist
    #[arg(long, value_name = "FILE", conflicts_with = "resolve")]
    zone: Option<PathBuf>,
    /// Ask real DNS
    #[arg(long)]
    resolve: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl ResolveArgs {
    pub(super) fn is_given(&self) -> bool {
        self.zone.is_some() || self.resolve || self.server.is_given()
    }
}

/// What is known of the world beside the policy and files.
#[derive(Debug, clap::Args)]
pub(super) struct WorldArgs {
    #[command(flatten)]
    records: ResolveArgs,
    /// The certificate of the host's `tls` (PEM, the server's own first): its names are checked
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

/// What the arguments give.
pub(super) struct World {
    records: Option<Records>,
    certificate: Option<Certificate>,
}

impl WorldArgs {
    /// Reads what the arguments name.
    pub(super) fn given(&self, diagnostics: &mut Diagnostics) -> Result<World, Failure> {
        let certificate = self.certificate.as_deref().map(certificate);
        Ok(World {
            records: self.records.records(diagnostics)?,
            certificate: certificate.transpose()?,
        })
    }
}

impl World {
    /// Returns it as the proof takes it.
    pub(super) fn borrow(&self) -> Given<'_> {
        Given {
            dns: self.records.as_ref().map(Records::dns),
            certificate: self.certificate.as_ref(),
        }
    }
}

/// Records to evaluate SPF over, and what they are called.
pub(super) enum Records {
    Zone(Zone),
    Live(Box<Live>),
}

impl Records {
    /// Returns who answers.
    pub(super) fn dns(&self) -> &dyn Dns {
        match self {
            Self::Zone(zone) => zone,
            Self::Live(live) => live.as_ref(),
        }
    }
}

impl ResolveArgs {
    /// Returns the records that the arguments name, if they name any.
    pub(super) fn records(
        &self,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Records>, Failure> {
        if self.server.is_given() && !self.resolve {
            return Err(Failure::Unable(
                "`--nameserver` goes with `--resolve`".to_owned(),
            ));
        }
        if self.resolve {
            return Ok(Some(Records::Live(Box::new(self.server.live()?))));
        }
        let zone = self.zone.as_deref().map(|file| zone(file, diagnostics));
        Ok(zone.transpose()?.map(Records::Zone))
    }

    /// Returns where SPF results come from that nobody gives: `--zone`, `--resolve`, or the
    /// policy's own records.
    pub(super) fn results(
        &self,
        policy: &Policy,
        diagnostics: &mut Diagnostics,
    ) -> Result<Results, Failure> {
        let receiver = policy.host.name.value.as_str();
        Ok(match self.records(diagnostics)? {
            Some(Records::Zone(zone)) => Results::over(zone, receiver),
            Some(Records::Live(live)) => Results::asking(live, receiver),
            None => Results::new(&records(policy)?, receiver),
        })
    }
}

/// Returns the policy's own records.
pub(super) fn records(policy: &Policy) -> Result<Vec<mailpol::dns::Record>, Failure> {
    mailpol::dns::records(policy).map_err(|error| Failure::Unable(error.to_string()))
}

/// Reads a master file. With faults in it nothing can be done.
fn zone(file: &Path, diagnostics: &mut Diagnostics) -> Result<Zone, Failure> {
    let text = input::read_text(file, ZONE_OCTETS_MAX as u64)?;
    let source: Arc<Source> = Source::new(file.display().to_string(), text);
    read_zone(&source, diagnostics)
        .map_err(|_| Failure::Unable(format!("`{}` is not a zone", file.display())))
}

/// The longest file of a certificate: a chain of four has some ten thousand octets.
const CERTIFICATE_OCTETS_MAX: u64 = 1 << 20;

/// Reads a certificate. Keys in the same file are passed over.
fn certificate(file: &Path) -> Result<Certificate, Failure> {
    let text = input::read_text(file, CERTIFICATE_OCTETS_MAX)?;
    Certificate::from_pem(&text)
        .map_err(|error| Failure::Unable(format!("`{}`: {error}", file.display())))
}
