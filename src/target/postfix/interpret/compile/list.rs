//! The words of a restriction list.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::action::{About, Codes, refusal};
use super::super::catalogue::Catalogue;
use super::super::diagnostics::{Syntax, UnjudgedRestriction};
use super::super::map::{Parents, Surroundings};
use super::super::master_cf::Service;
use super::super::parameter::Settings;
use super::super::policyd;
use super::super::program::SharedTables;
use super::super::restriction::{ByMap, Item, List, OF_RECIPIENTS, OF_SENDERS, Restriction};
use super::super::table::Files;
use super::super::text::Text;
use super::asked::Asked;
use super::class::DEPTH_MAX;
use crate::decision::{Because, TestId};
use crate::diagnostic::Diagnostics;
use crate::mail::Status;

/// Compiles the lists of one listener.
pub(in super::super) struct Compiler<'a> {
    pub(in super::super) settings: &'a Settings<'a>,
    pub(in super::super) services: &'a [Service],
    pub(in super::super) artifacts: &'a Files<'a>,
    pub(in super::super) around: &'a Surroundings,
    pub(in super::super) parents: Parents,
    pub(in super::super) codes: Codes,
    pub(in super::super) mynetworks: TestId,
    pub(in super::super) catalogue: &'a mut Catalogue,
    pub(in super::super) tables: &'a mut SharedTables,
    pub(in super::super) diagnostics: &'a mut Diagnostics,
    /// The restriction classes that are defined.
    pub(in super::super) classes: BTreeSet<String>,
    /// Whether AUTH is on: without it some restrictions are ignored.
    pub(in super::super) has_auth: bool,
    pub(in super::super) depth: u32,
    /// When the list is asked that is being compiled.
    pub(in super::super) asked: Asked,
    /// The classes that some list or row names.
    pub(in super::super) named: BTreeSet<String>,
    /// The tables of addresses that were compiled: a class may be named by a thousand rows.
    pub(in super::super) addresses: HashMap<(String, About, Bare), Arc<ByMap>>,
}

/// What a bare table in a list is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Bare {
    /// As `check_client_access`.
    Client,
    /// As `check_helo_access`.
    Helo,
    /// As `check_sender_access`.
    Sender,
    /// As `check_recipient_access`.
    Recipient,
    /// A bare table is an error.
    None,
}

impl Bare {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Client => Some("check_client_access"),
            Self::Helo => Some("check_helo_access"),
            Self::Sender => Some("check_sender_access"),
            Self::Recipient => Some("check_recipient_access"),
            Self::None => None,
        }
    }

    /// Returns the list that a parameter holds.
    pub(in super::super) fn of(parameter: &str) -> Self {
        match parameter {
            "smtpd_client_restrictions" => Self::Client,
            "smtpd_helo_restrictions" => Self::Helo,
            "smtpd_sender_restrictions" => Self::Sender,
            "smtpd_relay_restrictions" | "smtpd_recipient_restrictions" => Self::Recipient,
            _ => Self::None,
        }
    }
}

/// The restrictions that must stand somewhere, or smtpd(8) does not run (`rcpt_required`).
const REQUIRED: [&str; 4] = [
    "reject_unauth_destination",
    "defer_unauth_destination",
    "reject",
    "defer",
];

impl Compiler<'_> {
    /// Compiles the list of a parameter.
    pub(in super::super) fn parameter(&mut self, name: &str) -> List {
        let text = self.settings.text(name, self.diagnostics);
        self.list(&text, Bare::of(name))
    }

    /// Reports lists without which smtpd(8) stops at its start (fail_required).
    pub(in super::super) fn require_refusal(&mut self) {
        let lists = ["smtpd_recipient_restrictions", "smtpd_relay_restrictions"];
        let has = lists.map(|name| {
            let text = self.settings.text(name, self.diagnostics);
            self.has_required(&text, 0)
        });
        if !has.contains(&true) {
            let at = self.settings.place("smtpd_relay_restrictions");
            let reason = "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions \
                          has a restriction that refuses";
            self.diagnostics.error(Syntax::new(reason, &at));
        }
    }

    fn has_required(&mut self, list: &Text, depth: u32) -> bool {
        for word in list.words() {
            let name = word.as_str().to_ascii_lowercase();
            if name == "permit" {
                return false;
            } else if REQUIRED.contains(&name.as_str()) {
                return true;
            } else if self.classes.contains(word.as_str()) && depth < DEPTH_MAX {
                let value = self.settings.text(word.as_str(), self.diagnostics);
                if self.has_required(&value, depth + 1) {
                    return true;
                }
            }
        }
        false
    }

    /// Compiles a list.
    pub(in super::super) fn list(&mut self, text: &Text, bare: Bare) -> List {
        let mut items = Vec::new();
        let words = text.words();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let (name, argument) = if word.as_str().contains(':') || word.as_str().starts_with('{')
            {
                let Some(name) = bare.word() else {
                    self.refuse(word, "a table stands here without `check_..._access`");
                    continue;
                };
                (name.to_owned(), Some(word.clone()))
            } else {
                let name = word.as_str().to_ascii_lowercase();
                let argument = takes_argument(&name)
                    .then(|| words.next().cloned())
                    .flatten();
                (name, argument)
            };
            if let Some(what) = self.restriction(&name, word, argument.as_ref(), bare) {
                items.push(Item {
                    what,
                    at: word.at(),
                    is_guarded: false,
                });
            }
        }
        guard(&mut items);
        List { items }
    }

    fn restriction(
        &mut self,
        name: &str,
        word: &Text,
        argument: Option<&Text>,
        bare: Bare,
    ) -> Option<Restriction> {
        let code =
            |parameter: &str, this: &mut Self| this.settings.code(parameter, this.diagnostics);
        let fixed = |code, class, subject, detail, because| {
            let status = Status::new(class, subject, detail);
            let mut refusal = refusal(code, status, "", About::Other);
            refusal.because = because;
            refusal
        };
        let lacks = (self.asked != Asked::AtRcpt && OF_RECIPIENTS.contains(&name))
            || (self.asked == Asked::BeforeMail && OF_SENDERS.contains(&name));
        if lacks {
            self.refuse(word, "it is passed over there: no path, or several");
            return None;
        }
        Some(match name {
            "permit" => Restriction::Permit,
            "reject" => {
                Restriction::Refuse(fixed(code("reject_code", self), 5, 7, 1, Because::Unstated))
            }
            "defer" => {
                Restriction::Refuse(fixed(code("defer_code", self), 4, 3, 2, Because::Unstated))
            }
            // One envelope in a dialogue that keeps to the protocol meets none of these.
            "reject_unauth_pipelining" => Restriction::Nothing,
            "reject_multi_recipient_bounce" => {
                self.refuse(
                    word,
                    "a bounce for two of our recipients would reach neither",
                );
                return None;
            }
            "reject_plaintext_session" if self.asked == Asked::BeforeMail && bare == Bare::Helo => {
                self.refuse(word, "there some clients have not begun TLS yet");
                return None;
            }
            "reject_plaintext_session" => {
                let code = code("plaintext_reject_code", self);
                Restriction::PlaintextSession(fixed(code, 4, 7, 1, Because::TlsRequired))
            }
            "permit_mynetworks" => Restriction::PermitClient(self.mynetworks),
            "permit_inet_interfaces" => Restriction::PermitClient(self.own_addresses(word)),
            "permit_sasl_authenticated" => Restriction::PermitLogin,
            "permit_auth_destination" => Restriction::PermitAuthDestination,
            "reject_unauth_destination" => {
                let code = code("relay_domains_reject_code", self);
                Restriction::UnauthDestination(fixed(code, 5, 7, 1, Because::RelayDenied))
            }
            "defer_unauth_destination" => {
                let code = code("relay_domains_reject_code", self).saturating_sub(100);
                Restriction::UnauthDestination(fixed(code, 4, 7, 1, Because::RelayDenied))
            }
            "reject_unlisted_recipient" => Restriction::UnlistedRecipient,
            "reject_unlisted_sender" if !self.asks_sender_anew(bare) => {
                let reason =
                    "here it is passed over where a recipient before this one had it asked";
                self.refuse(word, reason);
                return None;
            }
            "reject_unlisted_sender" => Restriction::UnlistedSender,
            _ if name.ends_with("_sender_login_mismatch") => return self.owners(name, word, bare),
            _ if takes_argument(name) => {
                let Some(argument) = argument else {
                    self.refuse(word, "its argument is missing");
                    return None;
                };
                return self.with_argument(name, word, argument, bare);
            }
            _ => return self.class(word, bare),
        })
    }

    /// The restrictions about owners of senders; without AUTH they are ignored: "restriction
    /// `...' ignored: no SASL support".
    fn owners(&mut self, name: &str, word: &Text, bare: Bare) -> Option<Restriction> {
        Some(match name {
            // It is a class, whose name counts to the letter (`smtpd_check_init`).
            "reject_sender_login_mismatch" if word.as_str() == name => {
                let names = "reject_authenticated_sender_login_mismatch \
                             reject_unauthenticated_sender_login_mismatch";
                Restriction::Class(self.list(&Text::made(names, &word.at()), bare))
            }
            "reject_authenticated_sender_login_mismatch" if self.has_auth => {
                Restriction::LoginDoesNotOwn
            }
            "reject_known_sender_login_mismatch" if self.has_auth => {
                Restriction::KnownSenderMismatch
            }
            "reject_unauthenticated_sender_login_mismatch" if self.has_auth => {
                Restriction::OwnedWithoutLogin
            }
            "reject_authenticated_sender_login_mismatch"
            | "reject_known_sender_login_mismatch"
            | "reject_unauthenticated_sender_login_mismatch" => Restriction::Nothing,
            _ => {
                self.refuse(word, "Postfix has no such restriction");
                return None;
            }
        })
    }

    fn with_argument(
        &mut self,
        name: &str,
        word: &Text,
        argument: &Text,
        bare: Bare,
    ) -> Option<Restriction> {
        match name {
            "check_helo_access" | "check_policy_service" if !self.has_helo() => None,
            "check_policy_service" if self.asked == Asked::AfterMessage => {
                // `SMTPD_AFTER_EOM` in smtpd_check.c.
                self.refuse(
                    word,
                    "what it has found would not stand in the message's header",
                );
                None
            }
            "check_client_access" => self.client_access(argument, bare).map(Restriction::Client),
            "check_helo_access" => self.helo_access(argument, bare).map(Restriction::Helo),
            "check_sasl_access" if !self.has_auth => Some(Restriction::Nothing),
            "check_sasl_access" => self.sasl_access(argument, bare).map(Restriction::Login),
            "check_sender_access" => self
                .address_access(argument, About::Sender, bare)
                .map(Restriction::Sender),
            "check_recipient_access" => self
                .address_access(argument, About::Recipient, bare)
                .map(Restriction::Recipient),
            "check_policy_service" => {
                let host = self.settings.text("myhostname", self.diagnostics);
                let policyd = policyd::read(
                    argument,
                    host.as_str(),
                    self.services,
                    self.artifacts,
                    self.codes.defer,
                    self.catalogue,
                    self.diagnostics,
                );
                policyd
                    .ok()
                    .map(|policyd| Restriction::Policy(Box::new(policyd)))
            }
            _ => {
                self.refuse(word, "what it looks up is not in the envelope");
                None
            }
        }
    }

    pub(super) fn refuse(&mut self, word: &Text, reason: &str) {
        let diagnostic = UnjudgedRestriction::new(word.as_str(), reason, &word.at());
        self.diagnostics.error(diagnostic);
    }
}

/// Returns whether the next word of the list belongs to a restriction.
fn takes_argument(name: &str) -> bool {
    (name.starts_with("check_") && name.ends_with("_access"))
        || matches!(
            name,
            "check_policy_service"
                | "sleep"
                | "reject_rbl_client"
                | "permit_dnswl_client"
                | "reject_rhsbl_client"
                | "reject_rhsbl_reverse_client"
                | "reject_rhsbl_helo"
                | "reject_rhsbl_sender"
                | "reject_rhsbl_recipient"
                | "permit_rhswl_client"
        )
}

/// Marks the items before one that keeps strangers from relaying.
fn guard(items: &mut [Item]) {
    let is_about_relaying = |item: &Item| matches!(item.what, Restriction::UnauthDestination(_));
    let by_destination = items.iter().any(is_about_relaying);
    let mut seen = false;
    for item in items.iter_mut().rev() {
        item.is_guarded = seen;
        seen |= is_about_relaying(item)
            || !by_destination && matches!(item.what, Restriction::Refuse(_));
    }
}
