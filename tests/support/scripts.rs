//! Plays a script: a session in the client's own words, one step after the other.

use super::job::{Listener, Script, Step};
use super::report::{Reply, Transcript};
use super::sessions::Servers;
use super::smtp::Connection;
use super::{Failure, Result};

/// Plays a script to its end, or until the connection breaks.
pub(crate) fn play(servers: &Servers, script: &Script) -> Transcript {
    let mut transcript = Transcript::default();
    let done = act(servers, script, &mut transcript);
    transcript.broken = done.err().map(|why| why.to_string());
    transcript
}

fn act(servers: &Servers, script: &Script, transcript: &mut Transcript) -> Result<()> {
    let server = servers.for_client(script.address, script.listener);
    let mut connection = Connection::open(script.address, server)?;
    if script.listener == Listener::Submissions {
        connection.secure()?;
    }
    let banner = connection.reply()?;
    transcript.banner.clone_from(&banner.text);
    if banner.code != 220 {
        return Err(Failure::new(banner.text));
    }
    for step in &script.steps {
        transcript.replies.push(take(&mut connection, step)?);
    }
    connection.close();
    Ok(())
}

/// Takes one step.
fn take(connection: &mut Connection, step: &Step) -> Result<Vec<Reply>> {
    let (text, count) = match step {
        Step::Say(line) => (format!("{line}\r\n"), 1),
        Step::Pipeline(lines) => (
            lines.join(
                "
",
            ) + "
",
            lines.len(),
        ),
        Step::Raw { text, replies } => (text.clone(), *replies),
        Step::Message(text) => return Ok(vec![connection.message(text)?]),
        Step::Auth(login) => return Ok(vec![connection.authenticate(login)?]),
        Step::StartTls => {
            let reply = connection.say("STARTTLS")?;
            if reply.code == 220 {
                connection.secure()?;
            }
            return Ok(vec![reply]);
        }
    };
    connection.send(text.as_bytes())?;
    (0..count).map(|_| connection.reply()).collect()
}
