//! Sessions in the client's own words.

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, PASSWORD};
use crate::support::job::{Listener, Login, Script, Step};
use crate::support::namespace;
use crate::support::report::Transcript;

pub(crate) const TESTS: &[Test] = &[("sessions can be told line by line", told)];

fn told() -> Result<(), Failed> {
    let mut job = doe::job();
    job.scripts = vec![
        script(
            Listener::Smtp,
            vec![
                say("MAIL FROM:<a@b.example>"),
                say("EHLO client.example"),
                Step::Pipeline(vec![
                    "MAIL FROM:<a@b.example>".to_owned(),
                    "RCPT TO:<jane.doe@doe-family.com>".to_owned(),
                    "RCPT TO:<c@d.example>".to_owned(),
                    "DATA".to_owned(),
                ]),
                Step::Message("Subject: hi\n\nho\n".to_owned()),
                say("MAIL FROM:<a@b.example>"),
                say("MAIL FROM:<a@b.example>"),
                say("RSET"),
                say("AUTH PLAIN AGpvaG4Ac2VjcmV0"),
                Step::Raw {
                    text: "NOOP\r\nNO".to_owned(),
                    replies: 1,
                },
                Step::Raw {
                    text: "OP\r\n".to_owned(),
                    replies: 1,
                },
            ],
        ),
        script(
            Listener::Submission,
            vec![
                say("EHLO client.example"),
                Step::Auth(Login::plain("john", PASSWORD)),
                Step::StartTls,
                say("EHLO client.example"),
                say("MAIL FROM:<john.doe@doe-family.com>"),
                say("RCPT TO:<c@d.example>"),
                Step::Auth(Login::plain("john", PASSWORD)),
                say("RSET"),
                Step::Auth(Login::plain("john", PASSWORD)),
                Step::Auth(Login::plain("jane", PASSWORD)),
                say("MAIL FROM:<john.doe@doe-family.com>"),
                say("RCPT TO:<c@d.example>"),
            ],
        ),
        script(Listener::Submissions, vec![say("QUIT"), say("NOOP")]),
    ];
    let report = namespace::run(&job)?;
    let found: Vec<String> = report.transcripts.iter().map(codes).collect();
    let wanted = [
        "503 | 250 | 250 250 554 354 | 250 | 250 | 503 | 250 | 503 | 250 | 250",
        "250 | 503 | 220 | 250 | 250 | 530 | 503 | 250 | 235 | 503 | 250 | 250",
        "221 | the server closed the connection",
    ];
    if found == wanted {
        return Ok(());
    }
    Err(format!(
        "wanted {wanted:#?}, found {found:#?}:\n{:#?}",
        report.transcripts
    )
    .into())
}

fn script(listener: Listener, steps: Vec<Step>) -> Script {
    Script {
        address: [203, 0, 113, 9].into(),
        listener,
        steps,
    }
}

fn say(line: &str) -> Step {
    Step::Say(line.to_owned())
}

fn codes(transcript: &Transcript) -> String {
    let replies = transcript.replies.iter().map(|replies| {
        replies
            .iter()
            .map(|reply| reply.code.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    });
    replies
        .chain(transcript.broken.clone())
        .collect::<Vec<_>>()
        .join(" | ")
}
