//! Transports (spec 4.96, chapters 24 to 30): where messages are kept.

use std::sync::Arc;

use super::known::{APPENDFILE, SMTP, TRANSPORT};
use super::next_hop::Remote;
use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::section::{Instance, Setting};
use crate::target::exim::interpret::shape::{self, Table};
use crate::target::exim::interpret::value::{Part, Piece, Value};

/// A transport.
#[derive(Debug)]
pub(in super::super) struct Transport {
    pub(super) name: String,
    pub(super) kind: TransportKind,
    /// Whether hosts get an address with what a router took off it (`rcpt_include_affixes`).
    pub(super) includes_affixes: bool,
    at: Loc,
}

/// What a transport does.
#[derive(Debug)]
pub(super) enum TransportKind {
    /// Chapter 26: into a file or a directory, as a user.
    Store {
        path: Value,
        user: Option<Value>,
        home: Option<Value>,
        /// One file a message, in `directory`; else one file for all.
        is_maildir: bool,
        /// Whether `group` is set, to the one that mailboxes below /var/mail need.
        has_group: bool,
    },
    /// Chapter 30: to other hosts.
    Smtp(Remote),
    /// None: of a router that only verifies.
    None,
}

/// Options of `smtp` that name another host, or a way around the router.
const SMTP_REFUSED: [&str; 4] = ["hosts", "hosts_override", "fallback_hosts", "gethostbyname"];

impl Transport {
    /// The transport of a router that has none.
    pub(super) fn none(at: &Loc) -> Self {
        Self {
            name: String::new(),
            kind: TransportKind::None,
            includes_affixes: false,
            at: at.clone(),
        }
    }

    /// Refuses a transport that keeps messages here.
    pub(super) fn remote(&self, reader: &mut Reader<'_>) -> Result<(), Reported> {
        match self.kind {
            TransportKind::Smtp(ref remote) => {
                let said = reader.says_account.take();
                reader.says_account = said.or_else(|| remote.says_account.clone());
                Ok(())
            }
            TransportKind::Store { .. } | TransportKind::None => {
                let reason = "a router to other hosts keeps messages here";
                Err(reader.service(&self.name, reason, &self.at))
            }
        }
    }

    /// Refuses a transport that asks more of hosts than those of anybody's can do.
    pub(super) fn to_anybody(&self, reader: &mut Reader<'_>) -> Result<(), Reported> {
        self.remote(reader)?;
        match &self.kind {
            TransportKind::Smtp(Remote {
                demands: Some((name, reason, at)),
                ..
            }) => Err(reader.service(name, reason, at)),
            TransportKind::Smtp(_) | TransportKind::Store { .. } | TransportKind::None => Ok(()),
        }
    }

    /// Refuses a transport that looks whose a certificate is: hosts of literals have no name to
    /// look for, and the process ends (ipliteral.c of 4.96 leaves `certname` as it was).
    pub(super) fn to_literals(&self, reader: &mut Reader<'_>, at: &Loc) -> Result<(), Reported> {
        match &self.kind {
            TransportKind::Smtp(remote) if remote.asks_whose => {
                let reason = "Exim crashes where it looks for the name of a literal in a \
                              certificate: let the transport have `tls_try_verify_hosts = :`";
                Err(reader.service(&self.name, reason, at))
            }
            TransportKind::Smtp(_) | TransportKind::Store { .. } | TransportKind::None => Ok(()),
        }
    }

    /// Refuses a transport to other hosts.
    pub(super) fn local(&self, reader: &mut Reader<'_>, at: &Loc) -> Result<(), Reported> {
        match self.kind {
            TransportKind::Store { .. } | TransportKind::None => Ok(()),
            TransportKind::Smtp(_) => {
                let reason = "an `accept` router to other hosts says not to which";
                Err(reader.service(&self.name, reason, at))
            }
        }
    }
}

impl Reader<'_> {
    /// Reads the transports. What cannot be judged was told, unless no router uses it.
    pub(in super::super) fn transports(&mut self, instances: &[Instance]) -> Vec<Arc<Transport>> {
        let mut all = Vec::new();
        for instance in instances {
            let made = self.at_place(Place::Transport, |reader| reader.transport(instance));
            if std::mem::take(&mut self.asks_for_client) {
                let reason = "mail that is made on this host, bounces too, would go another way";
                self.service(&instance.name, reason, &instance.at);
            }
            if let Ok(transport) = made {
                all.push(Arc::new(transport));
            }
        }
        all
    }

    fn transport(&mut self, instance: &Instance) -> Result<Transport, Reported> {
        let Some(driver) = instance.get("driver") else {
            return Err(self.syntax("the transport has no `driver`", &instance.at));
        };
        let driver = driver.text(self.diagnostics)?;
        self.local_part_data = Some(Value::piece(Piece::RouterData(Part::Local)));
        self.domain_data = Some(Value::piece(Piece::RouterData(Part::Domain)));
        let kind = match driver.as_str() {
            "appendfile" => self.appendfile(instance),
            "smtp" => self.smtp(instance),
            other => {
                let reason = "mailpol does not follow what it does with a message";
                Err(self.service(other, reason, &instance.at))
            }
        };
        self.local_part_data = None;
        self.domain_data = None;
        let affixes = instance.get("rcpt_include_affixes");
        let includes_affixes = match affixes {
            Some(setting) => setting.boolean(self.diagnostics)?,
            None => false,
        };
        Ok(Transport {
            name: instance.name.clone(),
            kind: kind?,
            includes_affixes,
            at: instance.at.clone(),
        })
    }

    fn appendfile(&mut self, instance: &Instance) -> Result<TransportKind, Reported> {
        let before = self.diagnostics.errors();
        let mut path = None;
        let mut user = None;
        let mut home = None;
        let mut has_format = false;
        for setting in &instance.settings {
            let name = setting.name.as_str();
            match name {
                "home_directory" => home = Some(self.home(setting)?),
                "file" | "directory" | "user" => {
                    let text = setting.text(self.diagnostics)?;
                    let value = self.expand(&text)?;
                    match name {
                        "user" => {
                            self.known_account(setting, &value)?;
                            user = Some(value);
                        }
                        _ if is_relative(&value) => {
                            // `appendfile_transport_entry` in 4.96 puts the mail off.
                            let reason = "mail is kept under an absolute path only";
                            self.service(name, reason, &setting.at);
                        }
                        _ => path = Some(value),
                    }
                }
                "create_directory" | "maildir_format" => {
                    let is_on = setting.boolean(self.diagnostics)?;
                    if name == "maildir_format" {
                        has_format = is_on;
                    } else if !is_on {
                        let reason = "a mailbox that is not there yet would get no mail";
                        return Err(self.service(name, reason, &setting.at));
                    }
                }
                "mode" | "directory_mode" => self.mode(setting)?,
                // The path of the first recipient would be that of all (section 25.2).
                "batch_max" if setting.text(self.diagnostics)?.as_str() == "1" => {
                    setting.no_quotes(self.diagnostics)?;
                }
                "batch_max" => {
                    let reason = "mail of one recipient would go where that of another goes";
                    self.service(name, reason, &setting.at);
                }
                _ => self.known_option(&[TRANSPORT, APPENDFILE], setting),
            }
        }
        if let (Some(_), Some(again)) = (instance.get("file"), instance.get("directory")) {
            let reason = "only one of `file` and `directory` can be set";
            self.syntax(reason, &again.at);
        }
        self.diagnostics.failed_since(before)?;
        match path {
            Some(path) => Ok(TransportKind::Store {
                path,
                user,
                home,
                is_maildir: has_format && instance.get("directory").is_some(),
                has_group: instance.get("group").is_some(),
            }),
            None => Err(self.syntax("neither `file` nor `directory` is set", &instance.at)),
        }
    }

    /// Refuses an account that not every host has: Exim looks it up when it starts (section 6.17).
    pub(super) fn known_account(
        &mut self,
        setting: &Setting,
        user: &Value,
    ) -> Result<(), Reported> {
        let fixed = user.as_text();
        if fixed.is_none_or(|name| shape::ACCOUNTS.contains(&name.as_str())) {
            return Ok(());
        }
        Err(self.service(&setting.name, shape::NO_ACCOUNT, &setting.at))
    }

    /// Refuses permissions by which everybody on the host reads or writes mail.
    fn mode(&mut self, setting: &Setting) -> Result<(), Reported> {
        setting.no_quotes(self.diagnostics)?;
        let text = setting.text(self.diagnostics)?;
        let octal = text.as_str();
        // No sign, and no more than permissions: Exim does not start with a larger number.
        let is_octal = octal.len() <= 4 && octal.bytes().all(|byte| byte.is_ascii_digit());
        match u32::from_str_radix(octal, 8) {
            _ if !is_octal => Err(self.syntax("it is no octal number", &setting.at)),
            Ok(mode) if mode % 0o10 == 0 => {
                let needed = if setting.name == "mode" { 0o600 } else { 0o700 };
                if mode & needed == needed {
                    return Ok(());
                }
                let reason = "the owner could not get at the mail";
                Err(self.service(&setting.name, reason, &setting.at))
            }
            Ok(_) => {
                let reason = "everybody on the host could get at the mail";
                Err(self.service(&setting.name, reason, &setting.at))
            }
            Err(_) => Err(self.syntax("it is no octal number", &setting.at)),
        }
    }

    fn smtp(&mut self, instance: &Instance) -> Result<TransportKind, Reported> {
        let before = self.diagnostics.errors();
        for setting in &instance.settings {
            let name = setting.name.as_str();
            if SMTP_REFUSED.contains(&name) {
                let reason = "mail would go to another host than the router says";
                return Err(self.service(name, reason, &setting.at));
            }
            self.known_option(&[TRANSPORT, SMTP], setting);
            if name == "dns_search_parents" && setting.boolean(self.diagnostics)? {
                let reason = "another domain might take the mail";
                self.service(name, reason, &setting.at);
            }
        }
        self.diagnostics.failed_since(before)?;
        Ok(TransportKind::Smtp(self.remote(instance)?))
    }

    /// Refuses an option that its driver does not know, or with which Exim does not start, or no
    /// mail comes through.
    pub(super) fn known_option(&mut self, tables: &[&Table], setting: &Setting) {
        let fault = match shape::find(tables, &setting.name) {
            Some(shape) => self.misshapen(shape, setting),
            None => Some("mailpol knows no such option of this driver"),
        };
        if let Some(reason) = fault {
            self.service(&setting.name, reason, &setting.at);
        }
    }

    /// Reads a home directory. It is also the working directory, which must be there, or every
    /// delivery waits for it (section 24.1, `current_directory`).
    pub(super) fn home(&mut self, setting: &Setting) -> Result<Value, Reported> {
        let text = setting.text(self.diagnostics)?;
        let value = self.expand(&text)?;
        if value.as_text().is_some_and(|path| path != "/") {
            let reason = "whether that directory is there is not in the files";
            return Err(self.service(&setting.name, reason, &setting.at));
        }
        Ok(value)
    }
}

/// Returns whether a path is nothing, or begins with a text that is not at the root.
fn is_relative(path: &Value) -> bool {
    let Value::Pieces(pieces) = path else {
        return false;
    };
    match pieces.first() {
        Some(Piece::Text(text)) => !text.starts_with('/'),
        Some(_) => false,
        None => true,
    }
}
