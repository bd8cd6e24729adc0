//! How a site is written as a policy.

use std::fmt::Write as _;

use mailpol::mail::Listener;

use crate::site::{Archive, DOMAINS, Domain, FRIEND, LOGINS, Outbound, Right, Site};

/// The hosts of all routes. Every record of ours names them.
const ROUTES: &str = "route \"inner\" { to \"in.one.example\"; }\n\
    route \"partner\" { to \"in.partner.example\" tls=\"required\"; }\n\
    route \"esp\" { to \"smtp.esp.example\" port=465 credentials=\"/etc/mail/esp\"; }\n\
    route \"isp\" { to \"smtp.isp.example\" port=587 tls=\"opportunistic\"; }\n";
const RECORD: &str = "publish { spf \"+mx\" \"a:in.partner.example\" \"a:smtp.esp.example\" \
    \"a:smtp.isp.example\" \"-all\"; }\n";

impl Site {
    /// Returns the site as a policy.
    pub(crate) fn policy(&self) -> String {
        let mut text = "mailpol version=1\nhost \"mx.one.example\" {\n\
             address \"198.51.100.25\" \"2001:db8:25::25\"\n\
             listen \"smtp\" \"submission\" \"submissions\"\n\
             tls certificate=\"/etc/ssl/c.pem\" key=\"/etc/ssl/k.pem\"\n"
            .to_owned();
        if self.plus {
            text.push_str("plus-addressing\n");
        }
        text.push_str("}\nauth \"saslauthd\" mechanism=\"shadow\"\n");
        text.push_str(ROUTES);
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
            domain.write(name, !self.archives.is_empty(), &mut text);
        }
        for one in &self.outbound {
            text.push_str(one.written());
        }
        for one in &self.archives {
            text.push_str(one.written());
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

impl Outbound {
    fn written(self) -> &'static str {
        match self {
            Self::Partner => {
                "outbound via=\"partner\" {\n\
                 to \"@victim.example\" \"@*.victim.example\" \"@far.example\"\n}\n"
            }
            Self::Sender => "outbound via=\"esp\" { from \"@two.example\"; }\n",
            Self::Rest => "outbound via=\"isp\"\n",
        }
    }
}

impl Archive {
    fn written(self) -> &'static str {
        match self {
            Self::All => "archive \"store@one.example\"\n",
            Self::FromFirst => "archive \"store@two.example\" { from \"@one.example\"; }\n",
            Self::ToSecond => "archive \"kept@two.example\" { to \"@two.example\"; }\n",
        }
    }
}

impl Domain {
    fn write(&self, name: &str, has_archives: bool, text: &mut String) {
        let via = if self.inner { " via=\"inner\"" } else { "" };
        let _ = writeln!(text, "domain \"{name}\"{via} {{");
        text.push_str(RECORD);
        if has_archives {
            text.push_str("mailbox \"store\"\nmailbox \"kept\"\n");
        }
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
