//! SMTP replies: the code and the enhanced status.

use std::fmt;

/// An enhanced status code, such as `5.7.1` (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status {
    /// 2, 4 or 5.
    pub class: u8,
    /// What it is about.
    pub subject: u16,
    /// What happened.
    pub detail: u16,
}

impl Status {
    /// Returns `class.subject.detail`.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self {
            class,
            subject,
            detail,
        }
    }

    /// Reads `5.7.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let class = parts
            .next()?
            .parse()
            .ok()
            .filter(|class| matches!(class, 2 | 4 | 5))?;
        let subject = parts.next()?.parse().ok()?;
        let detail = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self {
            class,
            subject,
            detail,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.class.fmt(f)?;
        f.write_str(".")?;
        self.subject.fmt(f)?;
        f.write_str(".")?;
        self.detail.fmt(f)
    }
}

/// The reply that carries a verdict (RFC 5321 section 4.2, RFC 2034).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reply {
    /// The three-digit code.
    pub code: u16,
    /// The enhanced status.
    pub status: Status,
}

impl Reply {
    /// Returns the reply of a code and the three parts of its status.
    pub const fn new(code: u16, class: u8, subject: u16, detail: u16) -> Self {
        Self {
            code,
            status: Status::new(class, subject, detail),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.status)
    }
}
