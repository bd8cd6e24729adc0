//! Who checks passwords for an authenticator (spec 4.96, section 11.7 and chapter 37).

use super::authenticator::{self, Authenticator};
use super::diagnostics::UnjudgedService;
use super::reader::{Check, CheckedBy, Reader};
use super::section::Instance;
use super::value::Bool;
use crate::decision::{Backend, FoundBackend};
use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::saslauthd;

/// How long the path of a socket may be: Exim cuts a longer one off to fit `sun_path` (`unix(7)`,
/// and `ip_unixsocket` in ip.c of 4.96).
const SOCKET_OCTETS_MAX: usize = 107;

/// The service of saslauthd, and so of PAM, that mail servers ask for (`sasl_server_new` of Cyrus
/// SASL).
const SERVICE: &str = "smtp";

impl Reader<'_> {
    /// Keeps who checks the passwords of an authenticator: every condition of it that does, in
    /// whatever branch, and Dovecot before them all.
    pub(super) fn backends_of(
        &mut self,
        instance: &Instance,
        driver: &str,
    ) -> Result<(), Reported> {
        let mut found = Vec::new();
        if driver == "dovecot" {
            found.push(self.dovecot(instance)?);
        }
        for check in std::mem::take(&mut self.checks) {
            found.push(self.condition_backend(check)?);
        }
        let used_by = format!("the authenticator {}", instance.name);
        self.backends
            .extend(found.into_iter().map(|(backend, at)| FoundBackend {
                used_by: used_by.clone(),
                backend,
                at,
            }));
        Ok(())
    }

    /// Keeps that passwords can travel in the clear: whoever is on the way has them then, and may
    /// be the server (RFC 8314 section 3.3).
    pub(super) fn in_clear(&mut self, offered: &Bool, authenticators: &[Authenticator]) {
        let clear = authenticators
            .iter()
            .filter(|one| authenticator::may_be_in_clear(offered, one));
        self.backends.extend(clear.map(|one| FoundBackend {
            used_by: format!(
                "AUTH without TLS, which the authenticator {} offers,",
                one.name
            ),
            backend: Backend::Other("whoever is on the way, before anybody else".to_owned()),
            at: one.at.clone(),
        }));
    }

    /// `server_socket` is not expanded: a path, or a host and a port (`ip_streamsocket`, ip.c).
    fn dovecot(&mut self, instance: &Instance) -> Result<(Backend, Loc), Reported> {
        let Some(setting) = instance.get("server_socket") else {
            return Err(self.syntax("`server_socket` is missing", &instance.at));
        };
        let text = setting.text(self.diagnostics)?;
        let socket = text.as_str().trim().to_owned();
        if socket.len() > SOCKET_OCTETS_MAX {
            let reason = format!("the path of a socket has at most {SOCKET_OCTETS_MAX} octets");
            let fault = UnjudgedService::new("server_socket", reason, &text.at());
            return Err(self.diagnostics.error(fault));
        }
        let backend = if socket.starts_with('/') {
            Backend::Dovecot(socket)
        } else {
            Backend::Other(format!("Dovecot at {socket}, over TCP"))
        };
        Ok((backend, text.at()))
    }

    fn condition_backend(&mut self, check: Check) -> Result<(Backend, Loc), Reported> {
        let words = match check.by {
            // Debian's Exim is built for the socket that saslauthd has there.
            CheckedBy::Saslauthd(service) if service == SERVICE => {
                return saslauthd::at_socket(self.artifacts, saslauthd::SOCKET, &check.at).map_err(
                    |fault| {
                        let (name, at) = (fault.name, fault.at);
                        self.diagnostics
                            .error(UnjudgedService::new(&name, fault.reason, &at))
                    },
                );
            }
            // By the mechanism `pam` each service has rules of its own.
            CheckedBy::Saslauthd(service) => {
                format!("saslauthd as for the service `{service}`, not `{SERVICE}`")
            }
            CheckedBy::Exim(name) if name == "crypteq" => {
                "Exim, which compares them by `crypteq`".to_owned()
            }
            CheckedBy::Exim(other) => format!("Exim by its condition `{other}`"),
        };
        Ok((Backend::Other(words), check.at))
    }
}
