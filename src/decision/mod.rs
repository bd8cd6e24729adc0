//! Envelopes, verdicts, and the one question that every part of mailpol answers: what happens to
//! this envelope?
//!
//! The policy is a [`Decider`]; so is what a reader made of an MTA's files. A decider never sees
//! the envelope: it asks numbered [`Test`]s and decides from their answers alone. `simulate`
//! answers them from one envelope, the prover from classes of envelopes.
//! Not here: what any test means, and any policy.

mod ask;
mod backend;
mod believed;
mod copies;
mod decider;
mod envelope;
mod hop;
mod host_mail;
mod listener;
mod returned;
mod sending;
mod table;
mod test;
mod verdict;

pub(crate) use ask::answer;
pub use ask::{Answer, Ask, EnvelopeAsk, Unanswered, run};
pub use backend::{Backend, FoundBackend};
pub use believed::{Believed, Peers};
pub use copies::Copies;
pub use decider::Decider;
pub use envelope::Envelope;
pub use hop::{Hop, HopTls};
pub use host_mail::{HostMail, Written};
pub use listener::{FoundLimit, FoundLimits, FoundListener};
pub use returned::{ByWriting, Returned};
pub use sending::{Egress, Leaving, Sending, SignedClients, Signing};
pub use table::{
    AddressKey, AddressTable, ClientTable, FormTable, Label, LoginTable, NameTable, OwnerTable, Row,
};
pub(crate) use table::{AddressMap, KeyMap, OfDomain, OwnersOfDomain, Probe, Within, lower};
pub use test::{Question, Test, TestId};
pub use verdict::{
    At, Because, Chooser, Decision, Destination, Header, Route, Store, Verdict, place,
};
