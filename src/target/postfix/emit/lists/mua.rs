//! The lists of submission and submissions: the same for both, unless some grant tells them apart.

use super::{Parts, list, refuse_foreign};
use crate::mail::Listener;
use crate::policy::{Grant, Policy};
use crate::target::postfix::emit::restriction::{self as restrict, Restriction};
use crate::target::postfix::emit::rights::logins_are_limited;
use crate::target::postfix::view::RestrictionList;

/// The names of the lists, and of the parameters that they stand for on a listener.
pub(in crate::target::postfix::emit) type Names = [(&'static str, &'static str); 5];

const CLIENT: &str = "smtpd_client_restrictions";
const SENDER: &str = "smtpd_sender_restrictions";
const RELAY: &str = "smtpd_relay_restrictions";
const RECIPIENT: &str = "smtpd_recipient_restrictions";
const DATA: &str = "smtpd_data_restrictions";

const BOTH: Names = [
    (CLIENT, "mua_client_restrictions"),
    (SENDER, "mua_sender_restrictions"),
    (RELAY, "mua_relay_restrictions"),
    (RECIPIENT, "mua_recipient_restrictions"),
    (DATA, "mua_data_restrictions"),
];
const SUBMISSION: Names = [
    (CLIENT, "submission_client_restrictions"),
    (SENDER, "submission_sender_restrictions"),
    (RELAY, "submission_relay_restrictions"),
    (RECIPIENT, "submission_recipient_restrictions"),
    (DATA, "submission_data_restrictions"),
];
const SUBMISSIONS: Names = [
    (CLIENT, "submissions_client_restrictions"),
    (SENDER, "submissions_sender_restrictions"),
    (RELAY, "submissions_relay_restrictions"),
    (RECIPIENT, "submissions_recipient_restrictions"),
    (DATA, "submissions_data_restrictions"),
];

/// Returns the lists that a submission listener asks instead of those of main.cf.
pub(in crate::target::postfix::emit) fn mua_lists(policy: &Policy, listener: Listener) -> Names {
    let mut names = if !grants(policy).any(|grant| !grant.listeners.is_empty()) {
        BOTH
    } else if listener == Listener::Submissions {
        SUBMISSIONS
    } else {
        SUBMISSION
    };
    // At DATA the list of clients is asked again, unless it looks at recipients.
    let looks_at_recipients = policy
        .networks
        .iter()
        .any(|network| network.unlimited().is_none() && network.may_send());
    if !looks_at_recipients {
        names[4].1 = names[0].1;
    }
    names
}

fn grants(policy: &Policy) -> impl Iterator<Item = &Grant> {
    let networks = policy.networks.iter().flat_map(|network| &network.grants);
    let logins = policy.logins.values().flat_map(|login| &login.grants);
    networks.chain(logins).chain(&policy.authenticated)
}

impl Parts<'_> {
    /// Returns the lists of the submission listeners.
    pub(super) fn mua(&self) -> Vec<RestrictionList> {
        let mut lists = Vec::new();
        let mut seen = Vec::new();
        let mut listeners: Vec<Listener> = self.submission().collect();
        listeners.sort_unstable();
        for listener in listeners {
            let names = mua_lists(self.policy, listener);
            if !seen.contains(&names) {
                lists.extend(self.mua_of(listener, names));
                seen.push(names);
            }
        }
        lists
    }

    fn submission(&self) -> impl Iterator<Item = Listener> {
        let listeners = self.policy.host.listeners.iter().map(|one| one.value);
        listeners.filter(|listener| *listener != Listener::Smtp)
    }

    fn mua_of(&self, listener: Listener, names: Names) -> Vec<RestrictionList> {
        let [
            (_, client),
            (_, sender),
            (_, relay),
            (_, recipient),
            (_, data),
        ] = names;
        let about = if data == client {
            "Submission: internal clients and listed logins, and nobody else; also at DATA."
        } else {
            "Submission: who is granted this, and listed logins, and nobody else."
        };
        let mut lists = vec![
            list(about, client, self.mua_client(listener)),
            list(
                "Submission: reverse-paths that are the login's own.",
                sender,
                self.mua_sender(listener),
            ),
            list(
                "Submission: relaying, for internal clients and listed logins.",
                relay,
                self.mua_relay(listener),
            ),
            list(
                "Submission: only recipients that exist.",
                recipient,
                self.mua_recipient(listener),
            ),
        ];
        if data != client {
            let about = "Submission: the same at DATA, where there is no recipient to ask.";
            lists.push(list(about, data, self.mua_data()));
        }
        lists
    }

    /// Rule 2; a login that is listed must own the reverse-path too: rule 4.
    fn mua_client(&self, listener: Listener) -> Vec<Restriction> {
        let mut list = self.unsmuggled();
        list.extend(self.granted(listener));
        list.extend(self.listed_login());
        list.push(restrict::auth_required());
        list
    }

    fn mua_data(&self) -> Vec<Restriction> {
        let mut list = self.unsmuggled();
        list.extend(self.granted_at_data());
        list.extend(self.listed_login());
        list.push(restrict::auth_required());
        list
    }

    /// Rules 4 and 5. Where some logins are limited, who is left here is a listed login with a
    /// reverse-path of its own, since the list of clients comes first: it is neither granted this
    /// nor refused for it.
    fn mua_sender(&self, listener: Listener) -> Vec<Restriction> {
        let mut list = self.granted(listener);
        if logins_are_limited(self.policy) {
            list.extend(self.granted_login(listener));
            let limits = self.clients.limits.logins.as_ref();
            list.extend(limits.map(|table| restrict::client_access(&table.reference())));
            return list;
        }
        list.extend(self.listed_login());
        list.push(Restriction::REJECT);
        list
    }

    /// Rule 6.
    fn mua_relay(&self, listener: Listener) -> Vec<Restriction> {
        let mut list = self.granted(listener);
        list.extend(self.granted_login(listener));
        list.extend(refuse_foreign());
        list
    }

    /// Rule 7. A login that is not granted this is here for a recipient of ours.
    fn mua_recipient(&self, listener: Listener) -> Vec<Restriction> {
        let mut list = self.listed();
        list.extend(self.granted(listener));
        list.extend(self.granted_login(listener));
        if logins_are_limited(self.policy) {
            list.push(Restriction::PERMIT_AUTH_DESTINATION);
        }
        list.push(Restriction::REJECT);
        list
    }

    /// What listed logins are granted: everything, but where some are limited.
    fn granted_login(&self, listener: Listener) -> Option<Restriction> {
        let limited = self.rights.logins.get(&listener);
        limited.or(self.logins.as_ref()).map(restrict::sasl_access)
    }

    /// A listed login; it must own the reverse-path.
    fn listed_login(&self) -> Option<Restriction> {
        self.logins.as_ref().map(restrict::sasl_access)
    }
}
