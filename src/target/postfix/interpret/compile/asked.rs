//! When a list is asked, what is known then, and what was asked before.

use super::super::diagnostics::UnjudgedParameter;
use super::super::restriction::List;
use super::list::{Bare, Compiler};

/// When a list is asked, and so what is known then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Asked {
    /// Before MAIL: neither path is known.
    BeforeMail,
    /// Before RCPT.
    BeforeRcpt,
    /// At RCPT.
    AtRcpt,
    /// Behind the last RCPT, of several perhaps (`smtpd_check_data` of 3.7.11).
    AtData,
    /// When the message is there: its header has been written then.
    AfterMessage,
}

impl Compiler<'_> {
    /// Compiles the list of HELO, all of which is skipped for clients that have not said it
    /// (`smtpd_check_helo` in smtpd_check.c of 3.7.11).
    pub(in super::super) fn after_helo(&mut self) -> List {
        let name = "smtpd_helo_restrictions";
        let text = self.settings.text(name, self.diagnostics);
        if !text.as_str().is_empty() {
            self.has_helo();
        }
        self.list(&text, Bare::of(name))
    }

    /// Returns whether every client has said HELO, or reports that not: what is asked about HELO is
    /// skipped for those that have not (smtpd_check.c), and envelopes hold none such.
    pub(super) fn has_helo(&mut self) -> bool {
        let name = "smtpd_helo_required";
        let is_required = self.settings.boolean(name, self.diagnostics);
        if !is_required {
            let reason = "HELO decides, and clients could leave it out";
            let at = self.settings.place(name);
            self.diagnostics
                .error(UnjudgedParameter::new(name, reason, &at));
        }
        is_required
    }

    /// Returns whether a sender that was looked up for another recipient is looked up again in such
    /// a list: what was found is forgotten where the list of senders begins
    /// (`sender_rcptmap_checked` in smtpd_check.c of 3.7.11).
    pub(super) fn asks_sender_anew(&mut self, bare: Bare) -> bool {
        match bare {
            Bare::Sender => true,
            Bare::Recipient => self
                .settings
                .boolean("smtpd_delay_reject", self.diagnostics),
            Bare::Client | Bare::Helo | Bare::None => false,
        }
    }
}
