//! What a change does.

use crate::prove::Pair;

/// What becomes of envelopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Refused before, accepted now.
    Gained,
    /// Accepted before, refused now.
    Lost,
    /// Accepted by both, and the mail goes elsewhere.
    Moved,
    /// How much one message may have.
    Limits,
    /// The addresses at which a listener is open.
    Listeners,
    /// Who checks passwords.
    Passwords,
    /// Who says who the client is.
    Proxies,
    /// Accepted by both or refused by both, with another reply, rule or header.
    Otherwise,
    /// Of two targets: an odd forward-path that one of them, or each by a rule of its own, refuses;
    /// and what is as an MTA comes.
    Latitude,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Gained,
        Self::Lost,
        Self::Moved,
        Self::Limits,
        Self::Listeners,
        Self::Passwords,
        Self::Proxies,
        Self::Otherwise,
        Self::Latitude,
    ];

    /// Returns the word for it, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Moved => "moved",
            Self::Limits => "limits",
            Self::Listeners => "listeners",
            Self::Passwords => "passwords",
            Self::Proxies => "proxies",
            Self::Otherwise => "otherwise",
            Self::Latitude => "latitude",
        }
    }

    /// Returns whether it is about a setting, which no envelope shows.
    pub fn is_of_settings(self) -> bool {
        match self {
            Self::Limits | Self::Listeners | Self::Passwords | Self::Proxies => true,
            Self::Gained | Self::Lost | Self::Moved | Self::Otherwise | Self::Latitude => false,
        }
    }

    /// Returns what kind of change two answers are; none if they are the same. What goes elsewhere
    /// may be recorded otherwise, too.
    pub fn of(pair: &Pair) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is(pair))
    }

    /// Returns whether two answers are such a change.
    pub fn is(self, pair: &Pair) -> bool {
        let accepted = [pair.before.accepts(), pair.after.accepts()];
        match self {
            Self::Gained => accepted == [false, true],
            Self::Lost => accepted == [true, false],
            Self::Moved => accepted == [true, true] && pair.moved,
            Self::Otherwise => {
                let [before, after] = accepted;
                before == after && pair.before != pair.after
            }
            Self::Limits | Self::Listeners | Self::Passwords | Self::Proxies | Self::Latitude => {
                false
            }
        }
    }
}
