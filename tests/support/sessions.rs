//! How envelopes become sessions: which share a connection, what is pipelined, what is retried.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;
use std::thread;

use super::job::{Client, Envelope, Listener, Until};
use super::report::{Answer, Outcome, Reply, Stage};
use super::smtp::Connection;
use super::{Failure, Result, proxy};

/// So many sessions at once; more of them gain nothing on two cores.
const WORKERS: usize = 4;
/// So many envelopes share a connection: no more, or one worker would have the last of them alone.
const SESSION_ENVELOPES_MAX: usize = 100;
/// So many envelopes are sent before the first reply is read...
const BATCH_ENVELOPES_MAX: usize = 40;
/// ... if they are no longer than this: neither side must ever wait for the other's full buffer.
const BATCH_BYTES_MAX: usize = 16 * 1024;

/// A server that says so closes the connection behind it (RFC 7504 section 3).
const HANGS_UP: u16 = 521;

/// The addresses that clients connect to.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    pub(crate) v4: Ipv4Addr,
    pub(crate) v6: Ipv6Addr,
    /// Of listeners that are not open at these.
    pub(crate) bound: BTreeMap<Listener, Vec<IpAddr>>,
    /// Clients that must begin with a header of the PROXY protocol.
    pub(crate) proxies: Vec<IpAddr>,
    /// The addresses of a listener at which all clients must.
    pub(crate) announced: BTreeMap<Listener, Vec<IpAddr>>,
}

impl Servers {
    pub(crate) fn for_client(&self, client: IpAddr, listener: Listener) -> SocketAddr {
        let own = match client {
            IpAddr::V4(_) => IpAddr::V4(self.v4),
            IpAddr::V6(_) => IpAddr::V6(self.v6),
        };
        let mut bound = self.bound.get(&listener).into_iter().flatten();
        let bound = bound.find(|address| address.is_ipv4() == client.is_ipv4());
        SocketAddr::new(*bound.unwrap_or(&own), listener.port())
    }

    fn wants_header(&self, server: SocketAddr, listener: Listener) -> bool {
        let announced = self.announced.get(&listener);
        announced.is_some_and(|all| all.contains(&server.ip()))
    }
}

/// Asks about every envelope. The outcomes are in the order of the envelopes.
pub(crate) fn drive(servers: &Servers, envelopes: &[Envelope]) -> Result<Vec<Outcome>> {
    let mut clients: BTreeMap<&Client, Vec<Numbered<'_>>> = BTreeMap::new();
    let mut unspeakable = BTreeMap::new();
    for (number, envelope) in envelopes.iter().enumerate() {
        // A path with a line end would be several commands, and replies would be miscounted.
        if [&envelope.from, &envelope.to, &envelope.client.helo]
            .iter()
            .any(|text| text.contains(['\r', '\n']))
        {
            let why = "a line end in a path; a script can say that".to_owned();
            unspeakable.insert(
                number,
                Outcome {
                    auth: None,
                    answer: Answer::Broken { why },
                },
            );
            continue;
        }
        clients
            .entry(&envelope.client)
            .or_default()
            .push((number, envelope));
    }
    let sessions: Vec<(&Client, &[Numbered<'_>])> = clients
        .iter()
        .flat_map(|(client, all)| {
            all.chunks(SESSION_ENVELOPES_MAX)
                .map(|some| (*client, some))
        })
        .collect();
    let waiting = Mutex::new(sessions.into_iter());
    let outcomes = Mutex::new(unspeakable);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some((client, some)) = locked(&waiting).next() {
                    let answered = session(servers, client, some);
                    locked(&outcomes).extend(answered);
                }
            });
        }
    });
    let outcomes: Vec<Outcome> = locked(&outcomes).values().cloned().collect();
    if outcomes.len() == envelopes.len() {
        Ok(outcomes)
    } else {
        Err(Failure::new(format!(
            "{} of {} envelopes",
            outcomes.len(),
            envelopes.len()
        )))
    }
}

/// An envelope and its place in the job.
type Numbered<'a> = (usize, &'a Envelope);

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A worker that panicked has left a whole value behind.
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Gets an outcome for each of these envelopes, on as many connections as it takes.
fn session(servers: &Servers, client: &Client, all: &[Numbered<'_>]) -> Vec<(usize, Outcome)> {
    let mut done = Vec::new();
    let mut again = false;
    while let Some((number, envelope)) = all.get(done.len()) {
        let before = done.len();
        let rest = all.get(before..).unwrap_or_default();
        // One that broke a connection gets a second one, all to itself.
        let rest = if again {
            rest.get(..1).unwrap_or_default()
        } else {
            rest
        };
        match converse(servers, client, rest, &mut done) {
            Ok(()) => again = false,
            Err(_) if done.len() > before || !again => again = true,
            Err(why) => {
                again = false;
                let why = format!("<{}> to <{}>: {why}", envelope.from, envelope.to);
                done.push((
                    *number,
                    Outcome {
                        auth: None,
                        answer: Answer::Broken { why },
                    },
                ));
            }
        }
    }
    done
}

/// Speaks about the first of these envelopes, and about as many more as one connection allows.
fn converse(
    servers: &Servers,
    client: &Client,
    rest: &[Numbered<'_>],
    done: &mut Vec<(usize, Outcome)>,
) -> Result<()> {
    let mut server = servers.for_client(client.address, client.listener);
    if let Some(address) = client.server {
        server.set_ip(address);
    }
    let mut connection = Connection::open(client.address, server)?;
    if !client.header.is_empty() {
        connection.send(&client.header)?;
    } else if servers.wants_header(server, client.listener) {
        connection.send(&proxy::v2(client.address))?;
    } else if servers.proxies.contains(&client.address) {
        connection.send(&proxy::local())?;
    }
    let greeted = match greet(&mut connection, client)? {
        Greeting::Ready(greeted) => greeted,
        Greeting::Refused(stage, reply) => {
            let all = rest
                .iter()
                .map(|(number, envelope)| (*number, outcome(envelope, None, stage, reply.clone())));
            done.extend(all);
            return Ok(());
        }
    };
    let mut rest = rest;
    while !rest.is_empty() {
        let count = if greeted.pipelining && rest.len() > 1 {
            batch_size(rest)
        } else {
            0
        };
        let asked = if count > 0 {
            let (batch, others) = rest.split_at(count);
            rest = others;
            batch_of(&mut connection, &greeted, batch, done)?
        } else if let Some(((number, envelope), others)) = rest.split_first() {
            rest = others;
            let (stage, reply, then) = one(&mut connection, envelope)?;
            done.push((
                *number,
                outcome(envelope, greeted.auth.as_ref(), stage, reply),
            ));
            then
        } else {
            Then::Stop
        };
        if asked == Then::Stop {
            return Ok(());
        }
    }
    connection.close();
    Ok(())
}

/// What a server said before the first MAIL.
enum Greeting {
    Ready(Greeted),
    Refused(Stage, Reply),
}

struct Greeted {
    auth: Option<Reply>,
    pipelining: bool,
}

fn greet(connection: &mut Connection, client: &Client) -> Result<Greeting> {
    if client.listener == Listener::Submissions {
        connection.secure()?;
    }
    let banner = alive(connection.reply()?)?;
    if !banner.is_positive() {
        return Ok(Greeting::Refused(Stage::Connect, banner));
    }
    let hello = format!("EHLO {}", client.helo);
    let mut features = alive(connection.say(&hello)?)?;
    if client.tls && client.listener != Listener::Submissions && features.is_positive() {
        let reply = connection.say("STARTTLS")?;
        if reply.code != 220 {
            return Ok(Greeting::Refused(Stage::Tls, reply));
        }
        connection.secure()?;
        features = alive(connection.say(&hello)?)?;
    }
    if !features.is_positive() {
        return Ok(Greeting::Refused(Stage::Helo, features));
    }
    let auth = match &client.login {
        Some(login) => Some(alive(connection.authenticate(login)?)?),
        None => None,
    };
    Ok(Greeting::Ready(Greeted {
        auth,
        pipelining: features.text.contains("PIPELINING"),
    }))
}

/// Returns how many of the next envelopes can be sent in one write.
fn batch_size(rest: &[Numbered<'_>]) -> usize {
    let mut bytes = 0;
    rest.iter()
        .take(BATCH_ENVELOPES_MAX)
        .take_while(|(_, envelope)| {
            bytes += lines(envelope).len();
            envelope.until == Until::Rcpt && bytes <= BATCH_BYTES_MAX
        })
        .count()
}

fn lines(envelope: &Envelope) -> String {
    format!(
        "MAIL FROM:<{}>\r\nRCPT TO:<{}>\r\nRSET\r\n",
        envelope.from, envelope.to
    )
}

/// Asks about several envelopes in one write.
fn batch_of(
    connection: &mut Connection,
    greeted: &Greeted,
    batch: &[Numbered<'_>],
    done: &mut Vec<(usize, Outcome)>,
) -> Result<Then> {
    let wire: String = batch.iter().map(|(_, envelope)| lines(envelope)).collect();
    connection.send(wire.as_bytes())?;
    for (number, envelope) in batch {
        let mut stage = Stage::Mail;
        let mut reply = alive(connection.reply()?)?;
        if reply.is_positive() {
            stage = Stage::Rcpt;
            reply = alive(connection.reply()?)?;
        } else if reply.code != HANGS_UP {
            alive(connection.reply()?)?;
        }
        let is_over = reply.code == HANGS_UP;
        if !is_over {
            reset(&connection.reply()?)?;
        }
        let auth = greeted.auth.as_ref();
        done.push((*number, outcome(envelope, auth, stage, reply)));
        if is_over {
            return Ok(Then::Stop);
        }
    }
    Ok(Then::GoOn)
}

/// Whether a connection can be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Stop,
}

/// Asks about one envelope, line by line.
fn one(connection: &mut Connection, envelope: &Envelope) -> Result<(Stage, Reply, Then)> {
    let mut stage = Stage::Mail;
    let mut reply = alive(connection.say(&format!("MAIL FROM:<{}>", envelope.from))?)?;
    if reply.is_positive() {
        stage = Stage::Rcpt;
        reply = alive(connection.say(&format!("RCPT TO:<{}>", envelope.to))?)?;
    }
    if reply.is_positive() && envelope.until != Until::Rcpt {
        stage = Stage::Data;
        reply = alive(connection.say("DATA")?)?;
    }
    if stage == Stage::Data && reply.code == 354 {
        let Until::Message(text) = &envelope.until else {
            // Nothing else ends DATA without leaving a message.
            return Ok((stage, reply, Then::Stop));
        };
        stage = Stage::Message;
        reply = alive(connection.message(text)?)?;
    }
    if reply.code == HANGS_UP {
        return Ok((stage, reply, Then::Stop));
    }
    reset(&connection.say("RSET")?)?;
    Ok((stage, reply, Then::GoOn))
}

/// A server that hangs up has not answered yet.
fn alive(reply: Reply) -> Result<Reply> {
    if reply.code == 421 {
        Err(Failure::new(reply.text))
    } else {
        Ok(reply)
    }
}

fn reset(reply: &Reply) -> Result<()> {
    // 530 is what a server says to everything before the STARTTLS that it insists on.
    if matches!(reply.code, 250 | 530) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "replies are out of step: RSET was answered {:?}",
        reply.text
    )))
}

/// Makes an outcome of a reply, unless the reply says that the server is broken.
fn outcome(envelope: &Envelope, auth: Option<&Reply>, stage: Stage, reply: Reply) -> Outcome {
    let misconfigured = |reply: &Reply| {
        reply.code == 451
            && (reply.status.as_deref() == Some("4.3.5")
                || reply.text.contains("Temporary local problem"))
    };
    let broken = if misconfigured(&reply) {
        Some(reply.text.clone())
    } else {
        // A wrong password is answered by 5xx; 4xx means that nobody could be asked.
        auth.filter(|auth| (400..500).contains(&auth.code))
            .map(|auth| auth.text.clone())
    };
    let answer = match broken {
        Some(why) if !envelope.may_misconfigure => Answer::Broken { why },
        Some(_) | None => Answer::Replied { stage, reply },
    };
    Outcome {
        auth: auth.cloned(),
        answer,
    }
}
