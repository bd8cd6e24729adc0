//! Transports (spec 4.96, chapters 24 to 30): where messages are kept.

use std::sync::Arc;

use super::next_hop::Remote;
use crate::diagnostic::Reported;
use crate::source::Loc;
use crate::target::exim::interpret::diagnostics::UnjudgedService;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::section::{Instance, Setting};
use crate::target::exim::interpret::text::Text;
use crate::target::exim::interpret::value::{Part, Piece, Value};

/// A transport.
#[derive(Debug)]
pub(in super::super) struct Transport {
    pub(super) name: String,
    pub(super) kind: TransportKind,
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
    },
    /// Chapter 30: to other hosts.
    Smtp(Remote),
    /// None: of a router that only verifies.
    None,
}

/// Options of `appendfile` and generic ones that do not say where a message is kept.
const APPENDFILE: &[&str] = &[
    "check_group",
    "check_owner",
    "check_string",
    "debug_print",
    "delivery_date_add",
    "disable_logging",
    "driver",
    "envelope_to_add",
    "escape_string",
    "group",
    "initgroups",
    "lock_fcntl_timeout",
    "lock_flock_timeout",
    "lock_interval",
    "lock_retries",
    "lockfile_mode",
    "lockfile_timeout",
    "maildir_retries",
    "maildir_tag",
    "maildir_use_size_file",
    "message_prefix",
    "message_suffix",
    "mode_fail_narrower",
    "notify_comsat",
    "rcpt_include_affixes",
    "retry_use_local_part",
    "return_path_add",
    "use_crlf",
    "use_fcntl_lock",
    "use_flock_lock",
    "use_lockfile",
    "use_mbx_lock",
];

/// Options of `smtp` that say how a connection is made, and neither to whom nor what is sent.
const SMTP: &[&str] = &[
    "command_timeout",
    "connect_timeout",
    "connection_max_messages",
    "data_timeout",
    "debug_print",
    "delay_after_cutoff",
    "driver",
    "final_timeout",
    "helo_data",
    "interface",
    "keepalive",
    "max_rcpt",
    "message_linelength_limit",
    "multi_domain",
    "port",
    "protocol",
    "retry_include_ip_address",
    "serialize_hosts",
    "size_addition",
];

/// The same, of which there are many: DKIM, DNS, which hosts are spoken to how, TLS.
const SMTP_STARTS: [&str; 7] = [
    "dkim_",
    "dns_",
    "dnssec_",
    "hosts_avoid_",
    "hosts_require_",
    "hosts_try_",
    "tls_",
];

/// Why a demand is refused.
const UNABLE: &str = "mail for hosts that cannot do so would not leave";

/// Options of `smtp` that name another host, or a way around the router.
const SMTP_REFUSED: [&str; 4] = ["hosts", "hosts_override", "fallback_hosts", "gethostbyname"];

impl Transport {
    /// The transport of a router that has none.
    pub(super) fn none(at: &Loc) -> Self {
        Self {
            name: String::new(),
            kind: TransportKind::None,
            at: at.clone(),
        }
    }

    /// Refuses a transport that keeps messages here.
    pub(super) fn remote(&self, reader: &mut Reader<'_>) -> Result<(), Reported> {
        match self.kind {
            TransportKind::Smtp(_) => Ok(()),
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
                demands: Some((name, at)),
                ..
            }) => Err(reader.service(name, UNABLE, at)),
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
        Ok(Transport {
            name: instance.name.clone(),
            kind: kind?,
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
                "file" | "directory" | "user" | "home_directory" => {
                    let text = setting.text(self.diagnostics)?;
                    let value = self.expand(&text)?;
                    match name {
                        "user" => user = Some(value),
                        "home_directory" => home = Some(value),
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
                "batch_max" if setting.text(self.diagnostics)?.as_str() == "1" => {}
                "batch_max" => {
                    let reason = "mail of one recipient would go where that of another goes";
                    self.service(name, reason, &setting.at);
                }
                _ if APPENDFILE.contains(&name) => self.text_only(setting),
                _ => {
                    let reason = "mailpol does not know this option of a transport";
                    self.diagnostics
                        .error(UnjudgedService::new(name, reason, &setting.at));
                }
            }
        }
        self.diagnostics.failed_since(before)?;
        match path {
            Some(path) => Ok(TransportKind::Store {
                path,
                user,
                home,
                is_maildir: has_format && instance.get("directory").is_some(),
            }),
            None => Err(self.syntax("neither `file` nor `directory` is set", &instance.at)),
        }
    }

    /// Refuses permissions by which everybody on the host reads or writes mail.
    fn mode(&mut self, setting: &Setting) -> Result<(), Reported> {
        let text = setting.text(self.diagnostics)?;
        match u32::from_str_radix(text.as_str().trim(), 8) {
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
        for setting in &instance.settings {
            let name = setting.name.as_str();
            if SMTP_REFUSED.contains(&name) {
                let reason = "mail would go to another host than the router says";
                return Err(self.service(name, reason, &setting.at));
            }
            let starts = SMTP_STARTS.iter().any(|start| name.starts_with(start));
            if !starts && !SMTP.contains(&name) {
                let reason = "mailpol does not know this option of a transport";
                return Err(self.service(name, reason, &setting.at));
            }
            self.smtp_value(setting)?;
        }
        Ok(TransportKind::Smtp(self.remote(instance)?))
    }

    /// Refuses values by which no mail leaves, or more than mail does.
    fn smtp_value(&mut self, setting: &Setting) -> Result<(), Reported> {
        let name = setting.name.as_str();
        // Both are read where it is asked how mail leaves; so is what is signed.
        if matches!(name, "helo_data" | "interface") || name.starts_with("dkim_") {
            return Ok(());
        }
        let before = self.diagnostics.errors();
        self.text_only(setting);
        if name == "dns_search_parents" && setting.boolean(self.diagnostics)? {
            let reason = "another domain might take the mail";
            self.service(name, reason, &setting.at);
        }
        let value = setting.value.as_ref().map(Text::as_str).unwrap_or_default();
        // Those two are read where it is asked what protects the mail.
        let is_read = ["hosts_require_auth", "hosts_require_tls"].contains(&name);
        if name.starts_with("hosts_require_") && !is_read && !value.is_empty() {
            self.service(name, UNABLE, &setting.at);
        }
        let least = value.parse::<u32>().is_ok_and(|length| length >= 998);
        if name == "message_linelength_limit" && !least {
            let reason = "lines of 998 octets would not leave (RFC 5322 section 2.1.1)";
            self.service(name, reason, &setting.at);
        }
        self.diagnostics.failed_since(before)
    }

    /// Refuses a value that may do something when it is expanded.
    fn text_only(&mut self, setting: &Setting) {
        if let Some(reason) = setting.value.as_ref().and_then(|value| self.active(value)) {
            self.service(&setting.name, reason, &setting.at);
        }
    }
}
