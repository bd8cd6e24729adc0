//! Words of options, as help, completions and manual pages list them.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};
use mailpol::mail::Listener;
use mailpol::spf::SpfResult;
use mailpol::target::TARGETS;

/// An option of which the usual words are listed. What others are, several with commas among them,
/// the command says itself: it knows what is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed(fn() -> Vec<&'static str>);

impl Listed {
    /// The targets.
    pub(super) const TARGETS: Self = Self(|| TARGETS.iter().map(|one| one.name()).collect());

    /// The listeners.
    pub(super) const LISTENERS: Self = Self(|| Listener::ALL.map(Listener::name).to_vec());

    /// The results of SPF.
    pub(super) const RESULTS: Self = Self(|| SpfResult::ALL.map(SpfResult::as_str).to_vec());
}

impl TypedValueParser for Listed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}
