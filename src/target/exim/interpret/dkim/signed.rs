//! Whose mail is signed: `dkim_domain` may ask for who sent it (spec 4.96, sections 11.7 and 11.9:
//! both variables are kept with the message on the queue).

use super::{Reader, Setting};
use crate::decision::{Label, SignedClients};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::expand::Cursor;
use crate::target::exim::interpret::rows;
use crate::target::exim::interpret::text::Text;

/// The row of a client whose mail is signed.
const SIGNED: Label = Label(1);

impl Reader<'_> {
    /// Reads whose mail is signed, and what then stands for the domains.
    ///
    /// `${if or{ CONDITION... }{DOMAINS}}`, where a condition is `{!def:sender_host_address}` (made
    /// on the host), `{def:sender_host_authenticated}`, or that a file of networks holds `yes` for
    /// the address. Everything else stands for the domains themselves, and is signed whoever sent
    /// it.
    pub(super) fn signed_clients(
        &mut self,
        setting: &Setting,
        text: Text,
    ) -> Result<(SignedClients, Text), Reported> {
        let at = setting.at.clone();
        let Some(asked) = asked(&text) else {
            let signed = SignedClients {
                clients: None,
                logins: true,
                at,
            };
            return Ok((signed, text));
        };
        let mut prefixes = Vec::new();
        if let Some(file) = &asked.networks {
            let rows = self.open("iplsearch", file)?;
            let label = |value: &str| {
                if value == "yes" {
                    SIGNED
                } else {
                    Label::ABSENT
                }
            };
            prefixes = rows::prefixes(&rows, &|row| label(&row.value));
        }
        let signed = SignedClients {
            clients: Some(rows::clients(prefixes)),
            logins: asked.logins,
            at,
        };
        Ok((signed, asked.domains))
    }
}

/// What a condition around the domains asks for.
struct Asked {
    logins: bool,
    networks: Option<Text>,
    domains: Text,
}

/// Returns what is asked for, if it is a condition of this form.
fn asked(text: &Text) -> Option<Asked> {
    let mut cursor = Cursor::new(text);
    if !cursor.eat("${if or{") {
        return None;
    }
    let (mut logins, mut networks) = (false, None);
    loop {
        cursor.blanks();
        if cursor.eat("}") {
            break;
        }
        if cursor.eat("{!def:sender_host_address}") {
            // Nobody sent it: no question here.
        } else if cursor.eat("{def:sender_host_authenticated}") {
            logins = true;
        } else if cursor.eat("{eq{${lookup{$sender_host_address}iplsearch{") && networks.is_none() {
            let file = cursor.until('}');
            if file.as_str().contains('$') || !cursor.eat("}}}{yes}}") {
                return None;
            }
            networks = Some(file);
        } else {
            return None;
        }
    }
    cursor.blanks();
    if !cursor.eat("{") {
        return None;
    }
    let domains = cursor.remainder();
    let inner = domains.as_str().trim_end().strip_suffix("}}")?.len();
    let domains = domains.slice(0, inner);
    if !is_whole(domains.as_str()) {
        return None;
    }
    Some(Asked {
        logins,
        networks,
        domains,
    })
}

/// Returns whether braces close only what they opened: then no other branch follows.
fn is_whole(text: &str) -> bool {
    let mut open = 0_usize;
    let closes = text.bytes().all(|octet| match octet {
        b'{' => {
            open += 1;
            true
        }
        b'}' => open.checked_sub(1).is_some_and(|less| {
            open = less;
            true
        }),
        _ => true,
    });
    closes && open == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Loc, Source};

    fn read(text: &str) -> Option<(bool, Option<String>, String)> {
        let source = Source::new("exim4.conf", text);
        let text = Text::made(text, &Loc::new(&source, 0, text.len()));
        let asked = asked(&text)?;
        let networks = asked.networks.map(|file| file.as_str().to_owned());
        Some((asked.logins, networks, asked.domains.as_str().to_owned()))
    }

    #[test]
    fn who_sent_it_is_asked_around_the_domains() {
        let networks = "{eq{${lookup{$sender_host_address}iplsearch{/etc/n}}}{yes}}";
        let text =
            format!("${{if or{{ {networks} {{def:sender_host_authenticated}} }}{{${{x}}}}}}");
        let whole = (true, Some("/etc/n".to_owned()), "${x}".to_owned());
        assert_eq!(read(&text), Some(whole));
        let made_here = "${if or{{!def:sender_host_address}}{a.example}}";
        assert_eq!(read(made_here), Some((false, None, "a.example".to_owned())));
    }

    #[test]
    fn other_questions_are_none_of_these() {
        for text in [
            "a.example",
            "${if or{{def:sender_host_authenticated}}{a.example}{b.example}}",
            "${if or{{def:sender_host_authenticated}}{a.example}} : b.example",
            "${if or{{def:sender_host_name}}{a.example}}",
            "${if or{{eq{${lookup{$sender_host_address}iplsearch{/$n}}}{yes}}}{a.example}}",
            "${if or{{eq{${lookup{$sender_host_address}iplsearch{/n}}}{no}}}{a.example}}",
            "${if and{{def:sender_host_authenticated}}{a.example}}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
