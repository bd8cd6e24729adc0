//! The DNS of a scene: dnsmasq for what there is, and a responder of our own for what fails.

use std::fmt::Write;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::thread;

use super::super::job::{DnsFailure, Record};
use super::super::{Context, Result};
use super::command;

const CONFIGURATION: &str = "/run/mailpol/dnsmasq.conf";
/// What is not in the zone does not exist.
const BASE: &str = "\
port=53
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
user=root
pid-file=/run/mailpol/dnsmasq.pid
cache-size=0
local=/#/
";

/// Starts to answer.
pub(super) fn start(zone: &[Record]) -> Result<()> {
    for how in [
        DnsFailure::ServFail,
        DnsFailure::Refused,
        DnsFailure::Silent,
    ] {
        fail(how)?;
    }
    let mut text = BASE.to_owned();
    for record in zone {
        text.push_str(&line(record));
        text.push('\n');
    }
    fs::write(CONFIGURATION, text).context("writing the zone")?;
    // It goes to the background when it listens.
    command("dnsmasq", &["--conf-file=/run/mailpol/dnsmasq.conf"])?;
    Ok(())
}

fn line(record: &Record) -> String {
    match record {
        Record::Txt { name, strings } => {
            let mut line = format!("txt-record={name}");
            for string in strings {
                let escaped = string.replace('\\', "\\\\").replace('"', "\\\"");
                // Writing to a String cannot fail.
                let _written = write!(line, ",\"{escaped}\"");
            }
            line
        }
        Record::Address { name, address } => match address {
            IpAddr::V4(address) => format!("host-record={name},{address}"),
            IpAddr::V6(address) => format!("host-record={name},{address}"),
        },
        Record::Mx {
            name,
            preference,
            exchange,
        } => format!("mx-host={name},{exchange},{preference}"),
        Record::Everything { address } => format!("address=/#/{address}"),
        Record::Fails { name, how } => format!("server=/{name}/127.0.0.1#{}", port(*how)),
    }
}

fn port(how: DnsFailure) -> u16 {
    match how {
        DnsFailure::ServFail => 5301,
        DnsFailure::Refused => 5302,
        DnsFailure::Silent => 5303,
    }
}

/// Answers every question in this one way (RFC 1035 section 4.1.1: RCODE 2 and 5).
fn fail(how: DnsFailure) -> Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port(how))).context("failing names")?;
    let code = match how {
        DnsFailure::ServFail => Some(2),
        DnsFailure::Refused => Some(5),
        DnsFailure::Silent => None,
    };
    thread::spawn(move || {
        let mut packet = [0; 4096];
        while let Ok((count, asker)) = socket.recv_from(&mut packet) {
            let Some(code) = code else { continue };
            let [_, _, flags, last, ..] = &mut packet;
            *flags |= 0x80;
            *last = 0x80 | code;
            // An asker that is gone needs no answer.
            let _sent = socket.send_to(packet.get(..count).unwrap_or_default(), asker);
        }
    });
    Ok(())
}
