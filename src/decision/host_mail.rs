//! Mail that programs on the host itself make: what becomes of its addresses, and where it goes.

use std::fmt;

use super::{AddressKey, Destination};
use crate::mail::{Address, Domain};
use crate::source::Loc;

/// An address as a program writes it: a local-part, and maybe a domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// The local-part, in small letters.
    pub local: String,
    /// The domain, if one is written.
    pub domain: Option<Domain>,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.domain {
            Some(domain) => write!(f, "{}@{domain}", self.local),
            None => f.write_str(&self.local),
        }
    }
}

impl Written {
    /// Returns whether it is this address, as it stands.
    pub fn is(&self, address: &Address) -> bool {
        self.domain.as_ref() == Some(address.domain()) && self.local == address.local()
    }

    /// Returns where mail for it ends up, if it has become this address, which leads there.
    pub fn led(&self, address: &Address, destination: Destination) -> Destination {
        if self.is(address) {
            destination
        } else {
            destination.of_another(address)
        }
    }
}

/// What becomes of mail that programs on the host hand over themselves, as with sendmail(1).
pub trait HostMail: Send + Sync {
    /// Returns the address that a sender leaves as, in the envelope and in the header alike.
    fn sender(&self, written: &Written) -> Address;

    /// Returns the account that is named beside the sender (`AUTH=` of MAIL FROM, RFC 4954 section
    /// 5) where root sends, if one is.
    fn account(&self) -> Option<Address> {
        None
    }

    /// Returns every final mailbox and next hop of a recipient: sorted, each once.
    fn destinations(&self, written: &Written) -> Vec<Destination>;

    /// Names every key that the two depend on, as [`super::Decider::destination_keys`] does.
    fn keys(&self, key: &mut dyn FnMut(AddressKey, &str));

    /// Returns what says it.
    fn at(&self) -> &Loc;
}
