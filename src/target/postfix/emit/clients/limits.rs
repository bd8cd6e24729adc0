//! Rule 5: networks that may do only what is granted.
//!
//! Who is still here when these tables are asked was granted nothing. On `smtp` that is a stranger,
//! and rule 3 comes first; on submission it is a login, since rule 2 has refused everybody else.

use super::network_rows;
use crate::policy::{Network, Otherwise, OwnDomain, Policy};
use crate::target::postfix::emit::restriction::{self as restrict, Restriction};
use crate::target::postfix::emit::table::{ClientTable, TableName};
use crate::target::postfix::lexical::{Comment, Name, Outcome};
use crate::target::postfix::view::RestrictionList;

/// The tables of limited networks, and the classes that they name.
#[derive(Default)]
pub(in crate::target::postfix::emit) struct Limits {
    /// Of strangers.
    pub(in crate::target::postfix::emit) strangers: Option<ClientTable>,
    /// Of logins that are not granted everything.
    pub(in crate::target::postfix::emit) logins: Option<ClientTable>,
    pub(in crate::target::postfix::emit) classes: Vec<RestrictionList>,
}

/// What a limited network is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// Everything.
    All,
    /// Everything but our own mail.
    HandsOver,
}

/// Who is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Stranger,
    Login,
}

impl Limit {
    fn of(network: &Network) -> Option<Self> {
        match network.otherwise {
            Otherwise::Stranger => return None,
            Otherwise::Refuse(_) => {}
        }
        if network.unlimited().is_some() {
            return None;
        }
        Some(match network.may_hand_over {
            Some(_) => Self::HandsOver,
            None => Self::All,
        })
    }

    fn class(self, who: Who) -> Name {
        Name::fixed(match (self, who) {
            (Self::All, Who::Stranger) => "limit_network",
            (Self::HandsOver, Who::Stranger) => "limit_backup",
            (Self::All, Who::Login) => "limit_login",
            (Self::HandsOver, Who::Login) => "limit_login_of_backup",
        })
    }

    fn about(self, who: Who) -> &'static str {
        match (self, who) {
            (Self::All, Who::Stranger) => "A network that may do only what is granted.",
            (Self::All, Who::Login) => "A login in such a network, and what is granted to neither.",
            (Self::HandsOver, Who::Stranger | Who::Login) => {
                "The same, but our own mail may be handed over."
            }
        }
    }

    /// Rule 3 comes before rule 5, for strangers only.
    fn restrictions(
        self,
        who: Who,
        own_domain: OwnDomain,
        own_domains: &TableName,
    ) -> Vec<Restriction> {
        let mut list = Vec::new();
        if who == Who::Stranger && own_domain == OwnDomain::Reject {
            list.push(restrict::sender_access(own_domains));
        }
        if self == Self::HandsOver {
            list.push(restrict::limited_literals());
            list.push(Restriction::PERMIT_AUTH_DESTINATION);
        }
        list.push(restrict::network_limit());
        list
    }
}

/// Returns the tables of limited networks.
pub(super) fn limits(policy: &Policy, own_domains: &TableName, logins_are_limited: bool) -> Limits {
    let mut limits = Limits {
        strangers: table(policy, Who::Stranger),
        ..Limits::default()
    };
    let mut who = vec![Who::Stranger];
    if logins_are_limited {
        limits.logins = table(policy, Who::Login);
        who.push(Who::Login);
    }
    for who in who {
        for limit in [Limit::All, Limit::HandsOver] {
            let of = |network: &Network| Limit::of(network) == Some(limit);
            if policy.networks.iter().any(of) {
                limits.classes.push(RestrictionList {
                    about: Comment::new(limit.about(who)),
                    name: limit.class(who),
                    restrictions: limit.restrictions(who, policy.inbound.own_domain, own_domains),
                });
            }
        }
    }
    limits
}

fn table(policy: &Policy, who: Who) -> Option<ClientTable> {
    let rows = network_rows(policy, |_, network| {
        Limit::of(network).map(|limit| Outcome::class(&limit.class(who)))
    });
    let (name, about) = match who {
        Who::Stranger => (
            "limited-networks",
            "Networks that may do only what is granted (cidr_table(5)).",
        ),
        Who::Login => (
            "limited-login-networks",
            "The same, for who has logged in there (cidr_table(5)).",
        ),
    };
    (!rows.is_empty()).then(|| ClientTable {
        name: name.to_owned(),
        about: Comment::new(about),
        rows,
    })
}

/// Whether any network hands over our own mail, and is refused everything else.
pub(in crate::target::postfix::emit) fn backup_is_limited(policy: &Policy) -> bool {
    let mut networks = policy.networks.iter();
    networks.any(|network| Limit::of(network) == Some(Limit::HandsOver))
}
