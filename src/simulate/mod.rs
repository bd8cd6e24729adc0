//! Simulation: what happens to given envelopes, on a policy or on the files of a target.
//!
//! Not here: reading files and printing.

mod answer;
mod catalogue;
mod declared;
mod line;
mod lines;
mod results;
mod scenario;
mod word;

pub use answer::{Answered, Answerer, RouteStep};
pub use catalogue::{Attack, CATALOGUE, attack};
pub use line::{EnvelopeLine, LineError};
pub use lines::{Answers, answer_lines};
pub use results::Results;
pub use scenario::{ScenarioResult, play};
pub use word::Word;
