//! The lists of restrictions: the rules of a policy in the order in which Postfix asks.
//!
//! One set of lists serves all listeners. Rule 2 stands in the client list of submission and
//! submissions, rules 3 to 5 in the sender list, rule 6 in the relay list, rules 7 and 8 in the
//! recipient list. A login counts only where it was given, and AUTH is offered on submission and
//! submissions only, so the lists are right for `smtp` too.
//!
//! In each list, what a network or a login is granted is permitted before anything is refused:
//! grants add up.

use super::clients::Clients;
use super::restriction::{self as restrict, Restriction};
use super::spf::Spf;
use super::table::TableName;
use super::version::Version;
use crate::mail::Domain;
use crate::policy::{OwnDomain, Policy};
use crate::target::postfix::lexical::{Comment, Name};
use crate::target::postfix::view::RestrictionList;

/// The list that submission and submissions ask first, and again at DATA.
pub(super) const MUA: &str = "mua_restrictions";

/// The class of logins that may use their own addresses only.
pub(super) const OWN_ADDRESSES: &str = "login_sends_as_its_own";

/// What the lists are made of.
pub(super) struct Parts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) version: Version,
    pub(super) clients: &'a Clients,
    pub(super) spf: &'a Spf,
    pub(super) delivery: &'a Domain,
    /// The table of logins, if anybody can authenticate.
    pub(super) logins: Option<TableName>,
    pub(super) own_domains: TableName,
    /// The table of domains that have a catch-all, if there are any.
    pub(super) catch_all: Option<TableName>,
    /// Whether there is a listener besides `smtp`.
    pub(super) submission: bool,
}

impl Parts<'_> {
    /// Returns all lists, in the order in which they are asked.
    pub(super) fn lists(&self) -> Vec<RestrictionList> {
        let mut lists = Vec::new();
        if self.submission {
            lists.push(list(
                "Submission and submissions: internal clients and listed logins, and nobody else.",
                MUA,
                self.submission_clients(),
            ));
        }
        lists.push(list(
            "Everybody may ask.",
            "smtpd_client_restrictions",
            Vec::new(),
        ));
        lists.push(list(
            "Reverse-paths: whose they are, and what limited networks may do.",
            "smtpd_sender_restrictions",
            self.sender(),
        ));
        lists.push(list(
            "Relaying: for internal clients and listed logins, whatever the reverse-path claims.",
            "smtpd_relay_restrictions",
            self.relay(),
        ));
        lists.push(list(
            "Recipients: only those that exist, and SPF for strangers.",
            "smtpd_recipient_restrictions",
            self.recipient(),
        ));
        lists.push(list(
            "The same once more at DATA, for a recipient that Postfix restricts nowhere else.",
            "smtpd_data_restrictions",
            self.data(),
        ));
        lists
    }

    /// Rule 2.
    fn submission_clients(&self) -> Vec<Restriction> {
        let mut list = self.unsmuggled();
        list.push(Restriction::PERMIT_MYNETWORKS);
        list.extend(self.listed_login());
        list.push(restrict::auth_required());
        list
    }

    /// Rules 3, 4 and 5.
    fn sender(&self) -> Vec<Restriction> {
        let mut list = vec![self.granted()];
        list.extend(self.listed_login());
        if let Some(limits) = &self.clients.limits {
            list.push(restrict::client_access(&limits.reference()));
        }
        if self.clients.grants.is_some() {
            // Internal, and not limited: no stranger.
            list.push(Restriction::PERMIT_MYNETWORKS);
        }
        list.extend(self.own_domain());
        if !self.version.relays_first() {
            // This version asks for relaying last, so the rule stands here too.
            list.extend(refuse_foreign());
        }
        list
    }

    /// Rule 6.
    fn relay(&self) -> Vec<Restriction> {
        let mut list = vec![self.granted()];
        list.extend(self.listed_login());
        list.extend(refuse_foreign());
        list
    }

    /// Rules 7 and 8. Rule 6 stands here again, in front of what asks somebody else.
    fn recipient(&self) -> Vec<Restriction> {
        let mut list = vec![
            restrict::delivery_domain(self.delivery),
            Restriction::REJECT_UNLISTED_RECIPIENT,
        ];
        if let Some(table) = &self.catch_all {
            list.push(restrict::recipient_access(table));
        }
        list.push(Restriction::PERMIT_MYNETWORKS);
        list.extend(self.listed_login());
        list.extend(refuse_foreign());
        list.extend(self.spf());
        list
    }

    /// Rules 3, 4 and 8 for a recipient that passed RCPT unasked.
    fn data(&self) -> Vec<Restriction> {
        let mut list = self.unsmuggled();
        list.push(Restriction::PERMIT_MYNETWORKS);
        list.extend(self.listed_login());
        list.extend(self.own_domain());
        list.extend(self.spf());
        list
    }

    /// What a network is granted.
    fn granted(&self) -> Restriction {
        match &self.clients.grants {
            Some(table) => restrict::client_access(&table.reference()),
            None => Restriction::PERMIT_MYNETWORKS,
        }
    }

    /// What a listed login is granted.
    fn listed_login(&self) -> Option<Restriction> {
        self.logins.as_ref().map(restrict::sasl_access)
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
