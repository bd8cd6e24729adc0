//! The proof: obligations over every class of envelopes, and the equality of policy and files.

mod proven;

pub use proven::Proven;
