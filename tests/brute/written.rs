//! How a site is written as a policy.

use std::fmt::Write as _;

use mailpol::mail::Listener;

use crate::site::{DOMAINS, Domain, FRIEND, LOGINS, Right, Site};

impl Site {
    /// Returns the site as a policy.
    pub(crate) fn policy(&self) -> String {
        let mut text = "mailpol version=1\nhost \"mx.one.example\" {\n\
             address \"198.51.100.25\" \"2001:db8:25::25\"\n\
             listen \"smtp\" \"submission\" \"submissions\"\n\
             tls certificate=\"/etc/ssl/c.pem\" key=\"/etc/ssl/k.pem\"\n}\n\
             auth \"saslauthd\" mechanism=\"shadow\"\n"
            .to_owned();
        for (number, network) in self.networks.iter().enumerate() {
            let prefixes: Vec<String> = network
                .prefixes
                .iter()
                .map(|one| format!("\"{one}\""))
                .collect();
            let _ = writeln!(
                text,
                "network \"n{number}\" {{\ncidr {}",
                prefixes.join(" ")
            );
            for right in &network.rights {
                right.write(&mut text);
            }
            for (word, is_said) in [
                ("may-hand-over", network.may_hand_over),
                ("otherwise \"refuse\"", network.refuse),
            ] {
                if is_said {
                    let _ = writeln!(text, "{word}");
                }
            }
            text.push_str("}\n");
        }
        for (name, domain) in DOMAINS.iter().zip(&self.domains) {
            domain.write(name, &mut text);
        }
        if self.auth {
            for (login, grant) in LOGINS.iter().zip(&self.grants) {
                let _ = writeln!(text, "login \"{login}\" {{");
                for right in grant.rights() {
                    right.write(&mut text);
                }
                text.push_str("}\n");
            }
        }
        let own = if self.own_domain_reject {
            "reject"
        } else {
            "check"
        };
        // Without a check no header can record it.
        let header = if self.spf == "off" {
            String::new()
        } else {
            format!(" header=\"{}\"", self.header)
        };
        let _ = writeln!(
            text,
            "inbound {{ spf \"{}\"{header}; own-domain \"{own}\"; }}",
            self.spf
        );
        text
    }
}

impl Right {
    fn write(&self, text: &mut String) {
        let tls = if self.tls { " tls=\"required\"" } else { "" };
        let _ = writeln!(text, "may-send{tls} {{");
        let listener = self.listener.map(Listener::name);
        let listener: Vec<&str> = listener.into_iter().collect();
        for (name, words) in [
            ("from", &self.from),
            ("to", &self.to),
            ("listener", &listener),
        ] {
            if !words.is_empty() {
                let _ = writeln!(text, "{name} \"{}\"", words.join("\" \""));
            }
        }
        text.push_str("}\n");
    }
}

impl Domain {
    fn write(&self, name: &str, text: &mut String) {
        let _ = writeln!(text, "domain \"{name}\" {{");
        for (local, login) in &self.mailboxes {
            let login = login
                .map(|login| format!(" login=\"{login}\""))
                .unwrap_or_default();
            let _ = writeln!(text, "mailbox \"{local}\"{login}");
        }
        if let Some(targets) = &self.alias {
            let targets: Vec<String> = targets
                .iter()
                .map(|number| format!("\"{}\"", self.mailboxes[*number].0))
                .collect();
            let _ = writeln!(text, "alias \"all\" {}", targets.join(" "));
        }
        if self.alias_of_alias {
            let _ = writeln!(text, "alias \"again\" \"all\"");
        }
        if let Some(keeps) = self.forward {
            let (local, keeps) = if keeps {
                ("a", " keep=#true")
            } else {
                ("out", "")
            };
            let _ = writeln!(text, "forward \"{local}\" \"{FRIEND}\"{keeps}");
        }
        let _ = writeln!(text, "alias \"postmaster\" \"a\"");
        if self.catch_all {
            let _ = writeln!(text, "catch-all \"a\"");
        }
        text.push_str("}\n");
    }
}
