//! Who checks passwords for an authenticator (spec 4.96, section 11.7 and chapter 37).

use super::diagnostics::UnjudgedService;
use super::reader::Reader;
use super::section::Instance;
use crate::decision::{Backend, FoundBackend};
use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::saslauthd;

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
        for (name, at) in std::mem::take(&mut self.checks) {
            found.push(self.condition_backend(&name, at)?);
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

    /// `server_socket` is not expanded: a path, or a host and a port (`ip_streamsocket`, ip.c).
    fn dovecot(&mut self, instance: &Instance) -> Result<(Backend, Loc), Reported> {
        let Some(setting) = instance.get("server_socket") else {
            return Err(self.syntax("`server_socket` is missing", &instance.at));
        };
        let text = setting.text(self.diagnostics)?;
        let socket = text.as_str().trim().to_owned();
        let backend = if socket.starts_with('/') {
            Backend::Dovecot(socket)
        } else {
            Backend::Other(format!("Dovecot at {socket}, over TCP"))
        };
        Ok((backend, text.at()))
    }

    fn condition_backend(&mut self, name: &str, at: Loc) -> Result<(Backend, Loc), Reported> {
        let words = match name {
            // Debian's Exim is built for the socket that saslauthd has there.
            "saslauthd" => {
                return saslauthd::at_socket(self.artifacts, saslauthd::SOCKET, &at).map_err(
                    |fault| {
                        let (name, at) = (fault.name, fault.at);
                        self.diagnostics
                            .error(UnjudgedService::new(&name, fault.reason, &at))
                    },
                );
            }
            "crypteq" => "Exim, which compares them by `crypteq`".to_owned(),
            other => format!("Exim by its condition `{other}`"),
        };
        Ok((Backend::Other(words), at))
    }
}
