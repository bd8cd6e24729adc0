//! The seven results of an SPF check.

use std::fmt;

/// What an SPF check says, in the order of RFC 7208 section 2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpfResult {
    /// There is no domain to ask about, or it publishes no record (section 2.6.1).
    None,
    /// The domain says nothing about this client (section 2.6.2).
    Neutral,
    /// The client may send as the domain (section 2.6.3).
    Pass,
    /// The client may not send as the domain (section 2.6.4).
    Fail,
    /// The client probably may not send as the domain (section 2.6.5).
    Softfail,
    /// A temporary error, mostly of DNS; a later try may succeed (section 2.6.6).
    Temperror,
    /// The records of the domain cannot be understood (section 2.6.7).
    Permerror,
}

impl SpfResult {
    /// Every result, in the order of RFC 7208 section 2.6.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Neutral,
        Self::Pass,
        Self::Fail,
        Self::Softfail,
        Self::Temperror,
        Self::Permerror,
    ];

    /// Returns the word that `Received-SPF` (RFC 7208 section 9.1) and
    /// `Authentication-Results` (RFC 8601 section 2.7.2) use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Softfail => "softfail",
            Self::Temperror => "temperror",
            Self::Permerror => "permerror",
        }
    }

    /// Reads the word that [`SpfResult::as_str`] writes, and no other spelling of it.
    ///
    /// ```
    /// use mailpol::spf::SpfResult;
    /// assert_eq!(SpfResult::parse("softfail"), Some(SpfResult::Softfail));
    /// assert_eq!(SpfResult::parse("SoftFail"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == text)
    }
}

impl fmt::Display for SpfResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::SpfResult;

    #[test]
    fn every_word_reads_back() {
        for result in SpfResult::ALL {
            assert_eq!(SpfResult::parse(result.as_str()), Some(result));
        }
    }

    #[test]
    fn the_order_is_that_of_the_rfc() {
        assert!(SpfResult::ALL.is_sorted());
    }
}
