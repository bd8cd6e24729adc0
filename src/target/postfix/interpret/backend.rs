//! Who checks passwords for smtpd(8): `smtpd_sasl_type` and `smtpd_sasl_path` (postconf(5);
//! xsasl_server.c, xsasl_dovecot_server.c of 3.7.11), and the file that Cyrus SASL reads
//! (SASL_README; `lib/config.c` and the options of Cyrus SASL 2.1.28).

use std::collections::BTreeMap;

use super::characters;
use super::diagnostics::{Syntax, UnjudgedParameter};
use super::master_cf::Service;
use super::parameter::{Main, Settings};
use super::services;
use super::text::Text;
use crate::decision::{Backend, FoundBackend};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};
use crate::target::{Artifacts, saslauthd};
use std::sync::Arc;

/// Where Debian's Postfix has Cyrus SASL look for its file, in this order.
const DIRECTORIES: [&str; 2] = ["etc/postfix/sasl", "usr/lib/sasl2"];
/// How long the path of a socket may be (`sun_path`, unix(7)): smtpd(8) ends at a longer one.
const SOCKET_OCTETS_MAX: usize = 107;
/// The mechanisms by which a password comes as it is, so that saslauthd can check it.
const PLAIN: [&str; 2] = ["plain", "login"];

/// Returns who checks passwords, for each smtpd(8) that offers AUTH.
pub(super) fn read(
    main: &Main,
    services: &[Service],
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Vec<FoundBackend> {
    let mut found = Vec::new();
    for service in services.iter().filter(|one| one.command == "smtpd") {
        let settings = Settings::new(main, service.overrides.clone());
        if !settings.boolean("smtpd_sasl_auth_enable", diagnostics) {
            continue;
        }
        found.extend(in_clear(service, &settings, diagnostics));
        let root = if services::is_chrooted(service, &settings, diagnostics) {
            settings.text("queue_directory", diagnostics)
        } else {
            Text::empty(&service.at)
        };
        let mut reader = Reader {
            settings,
            root: root.as_str().to_owned(),
            services,
            artifacts,
            diagnostics,
        };
        // What cannot be judged was told.
        if let Ok((backend, at)) = reader.backend() {
            found.push(FoundBackend {
                used_by: format!("the service {}", service.name.as_str()),
                backend,
                at,
            });
        }
    }
    found
}

/// Says so if passwords can travel in the clear: whoever is on the way has them then, and may be
/// the server (RFC 8314 section 3.3). Under a level of TLS that must be, AUTH is offered under TLS
/// alone (`pre_jail_init` in smtpd.c of 3.7.11).
fn in_clear(
    service: &Service,
    settings: &Settings<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<FoundBackend> {
    let name = "smtpd_tls_auth_only";
    let mut flag = |name| settings.boolean(name, diagnostics);
    if flag(name) || flag("smtpd_tls_wrappermode") {
        return None;
    }
    let is_enforced = flag("smtpd_enforce_tls");
    let level = settings.text("smtpd_tls_security_level", diagnostics);
    let is_required = match level.as_str() {
        "" => is_enforced,
        level => level.eq_ignore_ascii_case("encrypt"),
    };
    (!is_required).then(|| FoundBackend {
        used_by: format!(
            "AUTH without TLS, which the service {} offers,",
            service.name.as_str()
        ),
        backend: Backend::Other("whoever is on the way, before anybody else".to_owned()),
        at: settings.place(name),
    })
}

struct Reader<'a> {
    settings: Settings<'a>,
    /// The root of the service: empty, but in a chroot the queue directory.
    root: String,
    services: &'a [Service],
    artifacts: &'a Artifacts,
    diagnostics: &'a mut Diagnostics,
}

/// A backend, and what says so.
type Found = Result<(Backend, Loc), Reported>;

/// How many octets of a line Cyrus SASL takes at once, with its end (`buf` in config.c of 2.1.28).
const LINE_OCTETS_MAX: usize = 4_095;

impl Reader<'_> {
    fn text(&mut self, name: &str) -> Text {
        self.settings.text(name, self.diagnostics)
    }

    fn refuse(&mut self, name: &str, reason: impl Into<String>, at: &Loc) -> Reported {
        self.diagnostics
            .error(UnjudgedParameter::new(name, reason, at))
    }

    fn backend(&mut self) -> Found {
        let kind = self.text("smtpd_sasl_type");
        match kind.as_str() {
            "cyrus" => self.cyrus(),
            "dovecot" => self.dovecot(),
            other => {
                let reason = format!("`{other}` is no type that mailpol knows");
                Err(self.refuse("smtpd_sasl_type", reason, &kind.at()))
            }
        }
    }

    /// A path that is not absolute is one in the queue directory, where smtpd(8) runs.
    fn dovecot(&mut self) -> Found {
        let path = self.text("smtpd_sasl_path");
        let at = self.settings.place("smtpd_sasl_path");
        let text = path.as_str();
        if let Some(host) = text.strip_prefix("inet:") {
            return Ok((Backend::Other(format!("Dovecot at {host}, over TCP")), at));
        }
        let text = text.strip_prefix("unix:").unwrap_or(text);
        let socket = if text.starts_with('/') {
            format!("{}{text}", self.root)
        } else {
            format!("{}/{text}", self.text("queue_directory").as_str())
        };
        // With its end it fills `sun_path` (unix(7)), in whichever directory smtpd(8) is; with a
        // longer one smtpd(8) ends.
        if socket.len() > SOCKET_OCTETS_MAX {
            let reason = "the path of the socket is too long";
            return Err(self.refuse("smtpd_sasl_path", reason, &at));
        }
        let queue = self.text("queue_directory");
        if let Some(service) = services::at_socket(self.services, queue.as_str(), &socket) {
            let name = service.name.as_str();
            let words = format!("whoever is the service `{name}` of master.cf, and not Dovecot");
            return Ok((Backend::Other(words), service.at.clone()));
        }
        Ok((Backend::Dovecot(socket), at))
    }

    fn cyrus(&mut self) -> Found {
        let path = self.text("cyrus_sasl_config_path");
        if !path.as_str().is_empty() {
            let name = "cyrus_sasl_config_path";
            return Err(self.refuse(name, "its file would be elsewhere", &path.at()));
        }
        let path = self.text("smtpd_sasl_path");
        let name = path.as_str();
        if name.is_empty() || name.contains(['/', '.', ':']) {
            let reason = "it is no name of a file of Cyrus SASL";
            return Err(self.refuse("smtpd_sasl_path", reason, &path.at()));
        }
        let files = DIRECTORIES.map(|directory| format!("{directory}/{name}.conf"));
        let Some(file) = files.iter().find_map(|file| self.artifacts.get(file)) else {
            let file = &files[0];
            let words = format!("Cyrus SASL as it comes, by `auxprop` (/{file} is missing)");
            let at = self.settings.place("smtpd_sasl_path");
            return Ok((Backend::Other(words), at));
        };
        let source = Arc::clone(&file.source);
        characters::check(&source, self.diagnostics)?;
        let mut options = self.options(&source)?;
        let start = Loc::new(&source, 0, 0);
        let missing = |what: &str| (what.to_owned(), start.clone());
        let (method, at) = options
            .remove("pwcheck_method")
            .unwrap_or_else(|| missing("auxprop"));
        let (mechanisms, mechanisms_at) = options
            .remove("mech_list")
            .unwrap_or_else(|| missing("every mechanism that is installed"));
        let (socket, socket_at) = options
            .remove("saslauthd_path")
            .unwrap_or_else(|| (saslauthd::SOCKET.to_owned(), at.clone()));
        // How much is logged.
        options.remove("log_level");
        if method != "saslauthd" {
            return Ok((Backend::Other(format!("Cyrus SASL by `{method}`")), at));
        }
        let is_plain = |word: &str| PLAIN.contains(&word.to_ascii_lowercase().as_str());
        if !mechanisms.split_ascii_whitespace().all(is_plain) {
            let words = format!("saslauthd, and by whoever else knows secrets ({mechanisms})");
            return Ok((Backend::Other(words), mechanisms_at));
        }
        let has = |word: &&str| {
            let mut named = mechanisms.split_ascii_whitespace();
            named.any(|one| one.eq_ignore_ascii_case(word))
        };
        if !PLAIN.iter().all(has) {
            let reason = "clients that know only the other of PLAIN and LOGIN cannot log in";
            return Err(self.refuse("mech_list", reason, &mechanisms_at));
        }
        if let Some((name, (_, at))) = options.pop_first() {
            return Err(self.refuse(&name, "mailpol does not know this option", &at));
        }
        let socket = format!("{}{socket}", self.root);
        saslauthd::at_socket(self.artifacts, &socket, &socket_at)
            .map_err(|fault| self.refuse(&fault.name, fault.reason, &fault.at))
    }

    /// Reads the options of Cyrus SASL (`sasl_config_init` in config.c of 2.1.28): names in
    /// any case, a colon, a value.
    fn options(
        &mut self,
        source: &Arc<Source>,
    ) -> Result<BTreeMap<String, (String, Loc)>, Reported> {
        let mut options = BTreeMap::new();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let at = Loc::new(source, start, start + line.trim_ascii_end().len());
            start += line.len();
            if line.len() > LINE_OCTETS_MAX {
                let reason = "Cyrus SASL reads the rest of so long a line as another line";
                return Err(self.diagnostics.error(Syntax::new(reason, &at)));
            }
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            let option = line
                .split_once(':')
                .map(|(name, value)| (name, value.trim_ascii()))
                .filter(|(name, value)| name.chars().all(is_name) && !value.is_empty());
            let Some((name, value)) = option else {
                let reason = "Cyrus SASL takes `name: value` only";
                return Err(self.diagnostics.error(Syntax::new(reason, &at)));
            };
            let name = name.to_ascii_lowercase();
            if options.contains_key(&name) {
                return Err(self.refuse(&name, "it is set twice", &at));
            }
            options.insert(name, (value.to_owned(), at));
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::super::master_cf;
    use super::*;

    #[test]
    fn a_service_has_the_socket_of_its_name() {
        let text =
            "auth unix - - n - - discard\nqmgr unix n - n 300 1 qmgr\n25 inet n - n - - smtpd\n";
        let services = master_cf::read(&Source::new("master.cf", text), &mut Diagnostics::new());
        let at = |path: &str| {
            let found = services::at_socket(&services, "/var/spool/postfix", path);
            found.map(|service| service.name.as_str())
        };
        assert_eq!(at("/var/spool/postfix/private/auth"), Some("auth"));
        assert_eq!(at("/var/spool//postfix/./private/auth"), Some("auth"));
        assert_eq!(at("/var/spool/postfix/public/qmgr"), Some("qmgr"));
        for other in [
            "public/auth",
            "private/qmgr",
            "private/25",
            "private/author",
        ] {
            assert_eq!(at(&format!("/var/spool/postfix/{other}")), None);
        }
    }
}
