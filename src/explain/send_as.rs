//! What a login may send: as whom, to whom, and over which listeners; right by right.

use std::fmt::Write as _;

use serde::Serialize;

use crate::mail::Listener;
use crate::policy::{DestinationScope, Grant, Policy, SenderScope};

/// What a login may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SendAs {
    /// The login.
    pub login: String,
    /// Its rights, in the order of the policy. They add up.
    pub rights: Vec<Right>,
    /// Whether an address that it may send as covers the same with any extension.
    pub extensions: bool,
}

/// One right to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Right {
    /// Where it stands.
    pub at: String,
    /// The reverse-paths; the null one is not named, since every login may use it.
    pub from: Vec<Sender>,
    /// The forward-paths: `any`, `local`, addresses, or `@` and a domain.
    pub to: Vec<String>,
    /// The listeners.
    pub listeners: Vec<&'static str>,
}

/// A reverse-path that a right covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sender {
    /// An address, `@` and a domain, `local`, or `any`.
    pub sender: String,
    /// `mailbox` or `alias` of the login, or `named` in the right.
    pub because: &'static str,
    /// Where the mailbox, the alias or the word stands.
    pub at: String,
}

/// Returns what a login may send; none if the policy does not list it, or if nobody can
/// authenticate.
pub fn send_as(policy: &Policy, login: &str) -> Option<SendAs> {
    let listed = policy.logins.get(login)?;
    policy.auth.as_ref()?;
    let opened = policy.host.listeners.iter().map(|one| one.value);
    let mut opened: Vec<Listener> = opened.filter(|one| *one != Listener::Smtp).collect();
    opened.sort_unstable();
    let grants = policy.grants_of(listed).iter();
    let right = |grant: &Grant| Right {
        at: grant.at.to_string(),
        from: senders(policy, login, grant),
        to: recipients(grant),
        listeners: opened
            .iter()
            .filter(|one| grant.listeners.is_empty() || grant.listeners.contains(one))
            .map(|one| one.name())
            .collect(),
    };
    Some(SendAs {
        login: login.to_owned(),
        rights: grants.map(right).collect(),
        extensions: policy.host.plus_addressing.is_some(),
    })
}

fn senders(policy: &Policy, login: &str, grant: &Grant) -> Vec<Sender> {
    if grant.from.is_empty() {
        return vec![Sender {
            sender: "any".to_owned(),
            because: "named",
            at: grant.at.to_string(),
        }];
    }
    let mut senders = Vec::new();
    for scope in &grant.from {
        let sender = match &scope.value {
            SenderScope::Own => {
                senders.extend(own(policy, login));
                continue;
            }
            // Every login may use it.
            SenderScope::Null => continue,
            SenderScope::Any => "any".to_owned(),
            SenderScope::Local => "local".to_owned(),
            SenderScope::Address(address) => address.to_string(),
            SenderScope::Domain(domain) => format!("@{domain}"),
            SenderScope::Below(domain) => format!("@*.{domain}"),
        };
        senders.push(Sender {
            sender,
            because: "named",
            at: scope.at.to_string(),
        });
    }
    senders
}

/// The login's mailboxes, and the aliases that lead to them by name.
fn own(policy: &Policy, login: &str) -> Vec<Sender> {
    let addresses = policy.logins.get(login).into_iter();
    let addresses = addresses.flat_map(|listed| policy.own_addresses(listed));
    let sender = |address: crate::mail::Address| {
        let (because, at) = match (policy.mailbox(&address), policy.alias(&address)) {
            (Some(mailbox), _) => ("mailbox", mailbox.at.to_string()),
            (None, Some(alias)) => ("alias", alias.at.to_string()),
            (None, None) => ("alias", String::new()),
        };
        Sender {
            sender: address.to_string(),
            because,
            at,
        }
    };
    addresses.map(sender).collect()
}

fn recipients(grant: &Grant) -> Vec<String> {
    if grant.is_to_any() {
        return vec!["any".to_owned()];
    }
    let scopes = grant.to.iter().map(|scope| match &scope.value {
        DestinationScope::Any => "any".to_owned(),
        DestinationScope::Local => "local".to_owned(),
        DestinationScope::Address(address) => address.to_string(),
        DestinationScope::Domain(domain) => format!("@{domain}"),
        DestinationScope::Below(domain) => format!("@*.{domain}"),
    });
    scopes.collect()
}

impl SendAs {
    /// Returns it as a table for people.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{} may send, and always with the null sender:\n",
            self.login
        );
        let all = self.rights.iter().flat_map(|right| &right.from);
        let width = all.map(|one| one.sender.len()).max().unwrap_or(0);
        for right in &self.rights {
            let listeners = right.listeners.join(", ");
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "\nto {} over {listeners}  {}",
                right.to.join(", "),
                right.at
            );
            for one in &right.from {
                let Sender {
                    sender,
                    because,
                    at,
                } = one;
                let _ = writeln!(text, "  as {sender:width$}  {because:7}  {at}");
            }
        }
        if self.extensions {
            text.push_str(
                "\nEach of these addresses may have an extension, as in `NAME+shop@DOMAIN` \
                 (`plus-addressing`).\n",
            );
        }
        text
    }
}
