//! An SMTP client that connects from any source address, and believes nothing.
//!
//! It only speaks and listens; what a session is made of stands in `sessions`.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::job::{Login, Mechanism};
use super::report::Reply;
use super::tls::{self, TlsStream};
use super::{Context, Failure, Result};

/// A server that is silent for so long is not coming back.
const PATIENCE: Duration = Duration::from_mins(1);
/// No reply of a sane server is longer.
const REPLY_BYTES_MAX: usize = 64 * 1024;

/// One connection to a server.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Option<Stream>,
    /// What was read and not yet asked for.
    pending: Vec<u8>,
}

#[derive(Debug)]
enum Stream {
    Clear(TcpStream),
    Tls(Box<TlsStream>),
}

impl Connection {
    /// Connects from this very source address.
    pub(crate) fn open(source: IpAddr, server: SocketAddr) -> Result<Self> {
        let domain = Domain::for_address(server);
        let socket =
            Socket::new(domain, Type::STREAM, Some(Protocol::TCP)).context("opening a socket")?;
        socket
            .set_reuse_address(true)
            .context("sharing source ports")?;
        socket.set_tcp_nodelay(true).context("sending at once")?;
        socket
            .set_read_timeout(Some(PATIENCE))
            .context("limiting reads")?;
        socket
            .set_write_timeout(Some(PATIENCE))
            .context("limiting writes")?;
        socket
            .bind(&SocketAddr::new(source, 0).into())
            .context(format!("binding to source address {source}"))?;
        socket
            .connect_timeout(&server.into(), PATIENCE)
            .context(format!("connecting from {source} to {server}"))?;
        let tcp = TcpStream::from(socket);
        // The kernel connects from loopback, which many a policy trusts, if it cannot use a
        // multicast or broadcast source address; and bind() has said nothing of it.
        let real = tcp
            .local_addr()
            .context("asking for the source address")?
            .ip();
        if real != source {
            return Err(Failure::new(format!(
                "the kernel replaced source {source} by {real}"
            )));
        }
        Ok(Self {
            stream: Some(Stream::Clear(tcp)),
            pending: Vec::new(),
        })
    }

    /// Goes on in TLS.
    pub(crate) fn secure(&mut self) -> Result<()> {
        if !self.pending.is_empty() {
            return Err(Failure::new("the server spoke before the TLS handshake"));
        }
        match self.stream.take() {
            Some(Stream::Clear(tcp)) => {
                self.stream = Some(Stream::Tls(Box::new(tls::connect(tcp)?)));
                Ok(())
            }
            Some(Stream::Tls(_)) => Err(Failure::new("TLS inside TLS")),
            None => Err(Failure::new("the connection is gone")),
        }
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.stream {
            Some(Stream::Clear(tcp)) => tcp.write_all(bytes),
            Some(Stream::Tls(tls)) => tls.write_all(bytes).and_then(|()| tls.flush()),
            None => return Err(Failure::new("the connection is gone")),
        }
        .context("sending")
    }

    /// Sends one line, and reads the reply to it.
    pub(crate) fn say(&mut self, line: &str) -> Result<Reply> {
        self.send(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    /// Sends a message after a 354: CRLF after each line, dots doubled, the last dot added.
    pub(crate) fn message(&mut self, text: &str) -> Result<Reply> {
        let mut wire = String::new();
        for line in text.lines() {
            if line.starts_with('.') {
                wire.push('.');
            }
            wire.push_str(line);
            wire.push_str("\r\n");
        }
        wire.push_str(".\r\n");
        self.send(wire.as_bytes())?;
        self.reply()
    }

    /// Authenticates, or hears why not.
    pub(crate) fn authenticate(&mut self, login: &Login) -> Result<Reply> {
        let name = base64(login.name.as_bytes());
        let password = base64(login.password.as_bytes());
        match login.mechanism {
            Mechanism::Plain => {
                let both = base64(format!("\0{}\0{}", login.name, login.password).as_bytes());
                self.say(&format!("AUTH PLAIN {both}"))
            }
            Mechanism::Either => {
                let by = |mechanism| Login {
                    mechanism,
                    ..login.clone()
                };
                let plain = self.authenticate(&by(Mechanism::Plain))?;
                if plain.is_positive() {
                    return Ok(plain);
                }
                self.authenticate(&by(Mechanism::Login))
            }
            Mechanism::Login => {
                let mut reply = self.say("AUTH LOGIN")?;
                for answer in [name, password] {
                    if reply.code != 334 {
                        break;
                    }
                    reply = self.say(&answer)?;
                }
                Ok(reply)
            }
        }
    }

    /// Reads one reply, all its lines.
    pub(crate) fn reply(&mut self) -> Result<Reply> {
        let mut lines: Vec<String> = Vec::new();
        loop {
            let line = self.line()?;
            let code = line.get(..3).and_then(|digits| digits.parse::<u16>().ok());
            let Some(code) = code else {
                return Err(Failure::new(format!("no reply code: {line:?}")));
            };
            let goes_on = line.get(3..4) == Some("-");
            lines.push(line);
            if lines.iter().map(String::len).sum::<usize>() > REPLY_BYTES_MAX {
                return Err(Failure::new("a reply without end"));
            }
            if !goes_on {
                let status = lines.first().and_then(|first| enhanced_status(first));
                return Ok(Reply {
                    code,
                    status,
                    text: lines.join("\n"),
                });
            }
        }
    }

    /// Says good-bye without waiting for an answer, and closes. Exim would take 200 ms for it.
    pub(crate) fn close(mut self) {
        // The server may have gone first.
        let _gone = self.send(b"QUIT\r\n");
    }

    fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line)
                    .trim_end_matches(['\r', '\n'])
                    .to_owned());
            }
            if self.pending.len() > REPLY_BYTES_MAX {
                return Err(Failure::new("a line without end"));
            }
            let mut buffer = [0; 16 * 1024];
            let count = match &mut self.stream {
                Some(Stream::Clear(tcp)) => tcp.read(&mut buffer),
                Some(Stream::Tls(tls)) => tls.read(&mut buffer),
                None => return Err(Failure::new("the connection is gone")),
            }
            .context("waiting for a reply")?;
            if count == 0 {
                return Err(Failure::new("the server closed the connection"));
            }
            self.pending.extend(buffer.iter().take(count));
        }
    }
}

/// Returns the `5.7.1` of `554 5.7.1 Relay access denied`.
fn enhanced_status(line: &str) -> Option<String> {
    let word = line.get(4..)?.split(' ').next()?;
    let numbers: Vec<&str> = word.split('.').collect();
    let fits = |number: &&str| {
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let same_class = word.get(..1) == line.get(..1);
    (numbers.len() == 3 && numbers.iter().all(fits) && same_class).then(|| word.to_owned())
}

/// Encodes as RFC 4648 has it, which AUTH wants.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for place in 0..3 {
            group = group << 8 | u32::from(chunk.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let index = usize::try_from(group >> (18 - 6 * place) & 63).unwrap_or(0);
            let letter = ALPHABET.get(index).copied().map_or('=', char::from);
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
}
