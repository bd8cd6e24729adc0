//! Variables of expansions (spec 4.96, section 11.9): what each is, and where it has a value.

use std::sync::Arc;

use super::catalogue::Side;
use super::inert::TIMES;
use super::reader::{LoginIn, Place, Reader};
use super::value::{Atom, Case, Part, PathAtom, Piece, Value, View};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// Variables on which no decision may depend; they may stand in texts.
const OPAQUE: [&str; 24] = [
    "acl_verify_message",
    "body_linecount",
    "caller_uid",
    "exim_version",
    "host",
    "host_address",
    "max_received_linelength",
    "message_exim_id",
    "message_id",
    "message_size",
    "pid",
    "rcpt_count",
    "received_count",
    "received_ip_address",
    "sender_fullhost",
    "sender_host_name",
    "sender_host_port",
    "sender_ident",
    "sender_rcvhost",
    "spf_header_comment",
    "spf_smtp_comment",
    "spool_directory",
    "tls_in_ver",
    "version_number",
];

impl Reader<'_> {
    /// Returns what a variable is.
    pub(super) fn variable(&mut self, name: &str, at: &Loc) -> Result<Value, Reported> {
        if matches!(name, "spf_result" | "spf_received") {
            self.spf.now.push(at.clone());
        }
        let known = match name {
            "value" => self.value.clone(),
            "primary_hostname" | "smtp_active_hostname" => {
                self.primary_hostname.clone().map(Value::text)
            }
            "qualify_domain" => self.qualify_domain.clone().map(Value::text),
            "qualify_recipient" => self.qualify_recipient.clone().map(Value::text),
            "local_part" | "domain" => self.recipient(name),
            "dkim_domain" => self.dkim_domain.clone().map(Value::text),
            "dkim_selector" => self.dkim_selector.clone().map(Value::text),
            "local_part_data" => self.local_part_data.clone(),
            "domain_data" => self.domain_data.clone(),
            "address_data" if matches!(self.place, Place::Router | Place::Transport) => {
                Some(Value::piece(Piece::AddressData))
            }
            "home" if self.place == Place::Transport => Some(Value::piece(Piece::TransportHome)),
            "sender_address" | "sender_address_local_part" | "sender_address_domain" => {
                self.sender(name)
            }
            "smtp_command_argument" if self.place == Place::Mail => {
                Some(Value::piece(Piece::Argument(Side::From)))
            }
            "smtp_command_argument" if self.place == Place::Rcpt => {
                Some(Value::piece(Piece::Argument(Side::To)))
            }
            "spf_result" if self.has_sender() => Some(Value::piece(Piece::Atom(Atom::SpfResult))),
            "spf_received" if self.has_sender() => Some(Value::piece(Piece::ReceivedSpf)),
            "auth1" | "auth2" | "auth3" | "1" | "2" | "3" => self.auth_variable(name),
            _ => self.session_variable(name),
        };
        if let Some(value) = known {
            return Ok(value);
        }
        if name.starts_with("acl_m") || name.starts_with("acl_c") {
            let is_acl = !matches!(
                self.place,
                Place::Session | Place::Authenticator(_) | Place::Router | Place::Transport
            );
            if is_acl && !self.assigned.contains(name) {
                let reason = "what it is depends on what came before in the session: let the same \
                              ACL set it first, without a condition before `set`";
                return Err(self.refuse(&format!("${name}"), reason, at));
            }
            if is_acl {
                return Ok(Value::piece(Piece::Variable(Arc::from(name))));
            }
        }
        if OPAQUE.contains(&name) || TIMES.contains(&name) {
            return Ok(Value::piece(Piece::Opaque));
        }
        let reason = "mailpol does not follow what this variable is here";
        Err(self.refuse(&format!("${name}"), reason, at))
    }

    fn has_sender(&self) -> bool {
        matches!(
            self.place,
            Place::Mail | Place::Rcpt | Place::Predata | Place::Data
        )
    }

    /// The recipient: in lower case, without quotes (section 44.15; `deliver_split_address`).
    fn recipient(&self, name: &str) -> Option<Value> {
        let part = if name == "domain" {
            Part::Domain
        } else {
            Part::Local
        };
        let has = matches!(self.place, Place::Rcpt | Place::Router | Place::Transport);
        has.then(|| {
            Value::piece(Piece::Atom(Atom::Path(PathAtom {
                side: Side::To,
                part,
                view: self.recipient_view,
                case: Case::Folded,
            })))
        })
    }

    /// The sender: as the client wrote it, quotes and case of letters included.
    fn sender(&self, name: &str) -> Option<Value> {
        let part = match name {
            "sender_address" => Part::Whole,
            "sender_address_domain" => Part::Domain,
            _ => Part::Local,
        };
        self.has_sender().then(|| {
            Value::piece(Piece::Atom(Atom::Path(PathAtom {
                side: Side::From,
                part,
                view: View::Raw,
                case: Case::Kept,
            })))
        })
    }

    fn session_variable(&self, name: &str) -> Option<Value> {
        if matches!(self.place, Place::Router | Place::Transport) {
            return None;
        }
        let early = matches!(
            self.place,
            Place::Session | Place::Connect | Place::Helo | Place::Authenticator(_)
        );
        let atom = match name {
            "sender_host_address" => Atom::Client,
            "received_port" | "interface_port" => Atom::Port,
            // Of some ciphers GnuTLS knows no name that is a standard's (`tls_in_cipher_std`).
            // Before it can begin TLS a client says HELO, and whoever is refused then goes away.
            "tls_in_cipher" | "tls_cipher"
                if !matches!(self.place, Place::Connect | Place::Helo) =>
            {
                Atom::Cipher
            }
            // A HELO may come again, when the client has authenticated.
            "authenticated_id" if !early => Atom::Login,
            // Where some names are refused, it is empty behind a second HELO that is.
            "sender_helo_name" if !early && self.spf.takes_all_helo => Atom::Helo(Case::Kept),
            _ => return None,
        };
        Some(Value::piece(Piece::Atom(atom)))
    }

    fn auth_variable(&self, name: &str) -> Option<Value> {
        let Place::Authenticator(login) = self.place else {
            return None;
        };
        // `$1` is what the client gave as well, but for where a lookup sets it (`search_find` in
        // search.c of 4.96).
        let number = name.strip_prefix("auth")?;
        let piece = match (number, login) {
            ("1", LoginIn::First | LoginIn::Alone) | ("2", LoginIn::Second) => {
                Piece::Atom(Atom::Login)
            }
            ("1", LoginIn::Second) => Piece::Claimed,
            ("2", LoginIn::First) | ("3", LoginIn::Second) => Piece::Password,
            _ => return None,
        };
        Some(Value::piece(piece))
    }
}
