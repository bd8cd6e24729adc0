//! The text of a policy to begin with. `mailpol fmt` lays it out.

use std::fmt::Write as _;

use super::{Answers, Auth, Kind};
use crate::cli::Failure;

/// Returns the policy.
pub(super) fn policy(answers: &Answers) -> Result<String, Failure> {
    let mut text = String::from("mailpol version=1\n\n");
    // Writing to a string does not fail.
    host(answers, &mut text)?;
    networks(answers, &mut text)?;
    let _ = match &answers.auth {
        Auth::Saslauthd(mechanism) => write!(
            text,
            "\n// Passwords are checked by saslauthd.\nauth \"saslauthd\" mechanism={}\n",
            quoted(mechanism)?
        ),
        Auth::Dovecot(socket) => write!(
            text,
            "\n// Passwords are checked by Dovecot.\nauth \"dovecot\" socket={}\n",
            quoted(socket)?
        ),
    };
    domains(answers, &mut text)?;
    let _ = write!(
        text,
        "\n// Mail from outside: SPF failures are refused, results are recorded, and nobody\n\
         // sends as us without logging in.\n\
         inbound {{\nspf \"soft\" header=\"both\"\nown-domain \"reject\"\n}}\n"
    );
    if answers.kind == Kind::Null {
        text.push_str(
            "\n// Proved with everything else: who is not logged in sends to us only.\n\
             forbid \"nobody sends elsewhere without a login\" {\n\
             login #null\nto \"foreign\"\n}\n",
        );
    }
    Ok(text)
}

fn host(answers: &Answers, text: &mut String) -> Result<(), Failure> {
    let addresses: Vec<String> = answers.addresses.iter().map(ToString::to_string).collect();
    let _ = write!(
        text,
        "// The name that HELO says and MX records point to.\nhost {} {{\naddress {}\n\
         listen \"smtp\" \"submission\" \"submissions\"\n\
         tls certificate={} key={}\n}}\n",
        quoted(&answers.host)?,
        all(&addresses)?,
        quoted(&answers.certificate)?,
        quoted(&answers.key)?,
    );
    Ok(())
}

const LOOPBACK: &str = r#"
// Programs on the host that speak SMTP to it need a network too. But tunnels, proxies
// and container bridges end at loopback: name it only if none is there.
// network "loopback" {
//     cidr "127.0.0.0/8" "::1/128"
//     may-send
// }
// acknowledge "network::loopback" "127.0.0.0/8" "::1/128"
"#;

fn networks(answers: &Answers, text: &mut String) -> Result<(), Failure> {
    if answers.internal.is_empty() {
        text.push_str("\n// No network may send without logging in.\n");
    } else {
        let _ = write!(
            text,
            "\n// Hosts that you administer: they send anywhere, as anybody, without logging in.\n\
             network \"internal\" {{\ncidr {}\nmay-send\n}}\n",
            all(&answers.internal)?
        );
    }
    // There nobody sends without a login, programs on the host neither.
    if answers.kind != Kind::Null {
        text.push_str(LOOPBACK);
    }
    Ok(())
}

fn domains(answers: &Answers, text: &mut String) -> Result<(), Failure> {
    let main = answers.domains.first().map_or("", String::as_str);
    let first = answers.logins.first().map_or("", String::as_str);
    for (number, domain) in answers.domains.iter().enumerate() {
        let _ = write!(text, "\ndomain {} {{\n", quoted(domain)?);
        if number == 0 {
            for login in &answers.logins {
                let login = quoted(login)?;
                let _ = writeln!(text, "mailbox {login} login={login}");
            }
            if answers.logins.iter().all(|login| login != "postmaster") {
                let _ = writeln!(text, "alias \"postmaster\" {}", quoted(first)?);
            }
        } else {
            let target = quoted(&format!("{first}@{main}"))?;
            let _ = writeln!(
                text,
                "alias \"info\" {target}\nalias \"postmaster\" {target}"
            );
        }
        text.push_str("publish { spf \"+mx -all\"; }\n}\n");
    }
    Ok(())
}

fn all(words: &[String]) -> Result<String, Failure> {
    let words: Result<Vec<String>, Failure> = words.iter().map(|word| quoted(word)).collect();
    Ok(words?.join(" "))
}

/// Returns a word as KDL quotes it.
fn quoted(word: &str) -> Result<String, Failure> {
    if word.chars().any(char::is_control) {
        let why = format!("`{}` holds a control character", word.escape_debug());
        return Err(Failure::Unable(why));
    }
    Ok(format!(
        "\"{}\"",
        word.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}
