//! The field's words as values: domains, addresses, paths, networks, listeners, replies.
//!
//! Words are those of RFC 5321 and RFC 5598. Not here: any policy, and any input or output.

/// The domain that carries deliveries to Unix accounts inside an MTA (RFC 6761 section 6.4: no such
/// name exists). Nobody may send there.
pub const DELIVERY_DOMAIN: &str = "unix.invalid";

mod address;
mod certificate;
mod client;
mod dkim;
mod domain;
mod listener;
mod path;
mod reply;
mod short;
mod word;

pub use address::{Address, LocalPart, LocalPartError};
pub(crate) use address::{DELIMITER, without_extension};
pub use certificate::{Certificate, CertificateError};
pub(crate) use client::number;
pub use client::{canonical_client, canonical_prefix, prefix_range, v4_or_v6};
pub use dkim::{DkimAlgorithm, DkimKeyError, DkimPublicKey, dkim_selector};
pub use domain::{Domain, DomainError};
pub use listener::{Listener, WayIn};
pub(crate) use path::is_dot_string;
pub use path::{ForwardPath, Path, PathForm, ReversePath};
pub use reply::{Reply, Status};
pub use short::Short;
pub(crate) use word::{is_char_of_word, is_of_word, words_of};
