//! The lists of restrictions: the rules of a policy in the order in which Postfix asks.
//!
//! Rule 2 stands in the client list, rules 3 to 5 in the sender list, rule 6 in the relay list,
//! rules 7 and 8 in the recipient list. The lists of `smtp` and those of submission and
//! submissions (`mua_...`) differ: a login counts only where it can be given, and nobody is a
//! stranger behind rule 2.
//!
//! In each list, what a network or a login is granted is permitted before anything is refused:
//! grants add up.

mod mua;

pub(super) use mua::mua_lists;

use super::clients::Clients;
use super::restriction::{self as restrict, Restriction};
use super::rights::Rights;
use super::spf::Spf;
use super::table::TableName;
use super::version::Version;
use crate::mail::{Domain, Listener};
use crate::policy::{OwnDomain, Policy};
use crate::target::postfix::lexical::{Comment, Name};
use crate::target::postfix::view::RestrictionList;

/// The class of logins that may use their own addresses only.
pub(super) const OWN_ADDRESSES: &str = "login_sends_as_its_own";
/// The class of logins that may use any address of ours too.
pub(super) const OWN_AND_LOCAL: &str = "login_sends_from_here";
/// The table of our domains, for that class.
pub(super) const LOCAL_SENDERS: &str = "local-senders";

/// What the lists are made of.
pub(super) struct Parts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) version: Version,
    pub(super) clients: &'a Clients,
    pub(super) rights: &'a Rights,
    pub(super) spf: &'a Spf,
    pub(super) delivery: &'a Domain,
    /// The table of logins, if anybody can authenticate.
    pub(super) logins: Option<TableName>,
    pub(super) own_domains: TableName,
    /// The table of domains that have a catch-all, if there are any.
    pub(super) catch_all: Option<TableName>,
}

impl Parts<'_> {
    /// Returns all lists, in the order in which they are asked.
    pub(super) fn lists(&self) -> Vec<RestrictionList> {
        let mut lists = Vec::from(self.smtp());
        lists.extend(self.mua());
        lists
    }

    fn smtp(&self) -> [RestrictionList; 5] {
        [
            list(
                "Everybody may ask.",
                "smtpd_client_restrictions",
                Vec::new(),
            ),
            list(
                "Reverse-paths: strangers may not claim ours.",
                "smtpd_sender_restrictions",
                self.sender(),
            ),
            list(
                "Relaying: for internal clients, whatever the reverse-path claims.",
                "smtpd_relay_restrictions",
                self.relay(),
            ),
            list(
                "Recipients: only those that exist; and SPF of strangers.",
                "smtpd_recipient_restrictions",
                self.recipient(),
            ),
            list(
                "Once more at DATA, for a recipient that Postfix restricts nowhere else.",
                "smtpd_data_restrictions",
                self.data(),
            ),
        ]
    }

    /// Rules 3 and 5.
    fn sender(&self) -> Vec<Restriction> {
        let mut list = self.granted(Listener::Smtp);
        let limits = self.clients.limits.strangers.as_ref();
        list.extend(limits.map(|table| restrict::client_access(&table.reference())));
        list.extend(self.own_domain());
        if !self.version.relays_first() {
            // This version asks for relaying last, so the rule stands here too.
            list.extend(refuse_foreign());
        }
        list
    }

    /// Rule 6.
    fn relay(&self) -> Vec<Restriction> {
        let mut list = self.granted(Listener::Smtp);
        list.extend(refuse_foreign());
        list
    }

    /// Rules 7 and 8. Rule 6 stands here again, in front of what asks somebody else.
    fn recipient(&self) -> Vec<Restriction> {
        let mut list = self.listed();
        list.extend(self.granted(Listener::Smtp));
        list.extend(refuse_foreign());
        list.extend(self.spf());
        list
    }

    /// Rules 3 and 8 for a recipient that passed RCPT unasked.
    fn data(&self) -> Vec<Restriction> {
        let mut list = self.unsmuggled();
        list.extend(self.granted_at_data());
        list.extend(self.own_domain());
        list.extend(self.spf());
        list
    }

    /// Refuses recipients that do not exist.
    fn listed(&self) -> Vec<Restriction> {
        let mut list = vec![
            restrict::delivery_domain(self.delivery),
            Restriction::REJECT_UNLISTED_RECIPIENT,
        ];
        list.extend(self.catch_all.as_ref().map(restrict::recipient_access));
        list
    }

    /// What networks are granted on a listener.
    fn granted(&self, listener: Listener) -> Vec<Restriction> {
        let limited = self.rights.networks.get(&listener);
        std::iter::once(Restriction::PERMIT_MYNETWORKS)
            .chain(limited.map(restrict::client_access))
            .collect()
    }

    /// Networks that are granted something.
    fn granted_at_data(&self) -> Vec<Restriction> {
        let limited = self.rights.at_data.as_ref();
        std::iter::once(Restriction::PERMIT_MYNETWORKS)
            .chain(limited.map(restrict::client_access))
            .collect()
    }

    fn own_domain(&self) -> Option<Restriction> {
        match self.policy.inbound.own_domain {
            OwnDomain::Reject => Some(restrict::sender_access(&self.own_domains)),
            OwnDomain::Check => None,
        }
    }

    fn spf(&self) -> Vec<Restriction> {
        self.spf.restrictions(&self.clients.without_spf.reference())
    }

    /// Versions without a cure for CVE-2023-51764 refuse what a smuggler needs.
    fn unsmuggled(&self) -> Vec<Restriction> {
        match self.version.forbid_bare_newline() {
            Some(_) => Vec::new(),
            None => vec![Restriction::REJECT_UNAUTH_PIPELINING],
        }
    }
}

/// Rule 6 for who is still here.
fn refuse_foreign() -> [Restriction; 2] {
    [restrict::literals(), Restriction::REJECT_UNAUTH_DESTINATION]
}

/// Returns the class of logins that may use their own addresses only: rule 4.
pub(super) fn own_addresses() -> RestrictionList {
    list(
        "A login that may use its own addresses, and the null one, only.",
        OWN_ADDRESSES,
        vec![Restriction::REJECT_LOGIN_MISMATCH, Restriction::PERMIT],
    )
}

/// Returns the class of logins that may use any address of ours too: rule 4.
pub(super) fn own_and_local(local: &TableName) -> RestrictionList {
    list(
        "A login that may use every address of ours besides.",
        OWN_AND_LOCAL,
        vec![
            restrict::sender_access(local),
            Restriction::REJECT_LOGIN_MISMATCH,
            Restriction::PERMIT,
        ],
    )
}

/// Returns the class of recipients in domains that have a catch-all.
pub(super) fn catch_all(name: &'static str) -> RestrictionList {
    list(
        "A domain where every local-part is taken, but for one that is a route.",
        name,
        vec![restrict::routed()],
    )
}

fn list(about: &str, name: &'static str, restrictions: Vec<Restriction>) -> RestrictionList {
    RestrictionList {
        about: Comment::new(about),
        name: Name::fixed(name),
        restrictions,
    }
}
