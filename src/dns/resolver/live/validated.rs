//! Whether a resolver has validated an answer: the AD bit (RFC 4035 section 3.2.3).
//!
//! hickory-resolver asks for it only when it validates by itself, so the question is put once
//! more, with the DO bit. Nothing is validated here: whether to believe the resolver, and the way
//! to it, is for the user to know.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, Query};
use hickory_resolver::proto::rr::{Name, RecordType};

/// The largest answer that is taken (RFC 9715 section 3).
const ANSWER_OCTETS_MAX: u16 = 1232;

/// Asks these servers in turn; nothing if none answers in time.
pub(super) fn ask(
    servers: &[SocketAddr],
    name: &Name,
    record_type: RecordType,
    patience: Duration,
) -> Option<bool> {
    let mut question = Message::query();
    question.add_query(Query::query(name.clone(), record_type));
    question.metadata.recursion_desired = true;
    let mut edns = Edns::new();
    edns.set_dnssec_ok(true);
    edns.set_max_payload(ANSWER_OCTETS_MAX);
    question.set_edns(edns);
    let octets = question.to_vec().ok()?;
    let asked = |server: &SocketAddr| {
        let answer = exchange(*server, &octets, patience)?;
        let answer = Message::from_vec(&answer).ok()?;
        let ours = answer.metadata.id == question.metadata.id && answer.queries == question.queries;
        ours.then_some(answer.metadata.authentic_data)
    };
    servers.iter().find_map(asked)
}

fn exchange(server: SocketAddr, question: &[u8], patience: Duration) -> Option<Vec<u8>> {
    let any = match server {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // Only what comes from the server is taken then.
    socket.connect(server).ok()?;
    socket.set_read_timeout(Some(patience)).ok()?;
    socket.send(question).ok()?;
    let mut answer = vec![0; usize::from(ANSWER_OCTETS_MAX)];
    let length = socket.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}
