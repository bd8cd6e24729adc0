//! Simulation: what happens to given envelopes, on a policy or on the files of a target.
//!
//! Not here: reading files and printing.

mod answer;
mod catalogue;
mod declared;
mod line;
mod results;
mod scenario;

pub use answer::{Answered, Answerer, RouteStep};
pub use catalogue::{Attack, CATALOGUE, attack};
pub use line::{EnvelopeLine, LineError, answer_line};
pub use results::Results;
pub use scenario::{ScenarioResult, play};
