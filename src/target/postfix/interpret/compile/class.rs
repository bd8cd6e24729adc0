//! Restriction classes (RESTRICTION_CLASS_README).

use super::super::diagnostics::Syntax;
use super::super::restriction::Restriction;
use super::super::text::Text;
use super::list::{Bare, Compiler};

/// The deepest nesting of restriction classes.
pub(super) const DEPTH_MAX: u32 = 20;

impl Compiler<'_> {
    /// Reads the classes that nothing names: smtpd(8) opens what they hold at its start, and does
    /// not run without them (smtpd_check_init of 3.7.11).
    pub(in super::super) fn unnamed_classes(&mut self) {
        let at = self.settings.place("smtpd_restriction_classes");
        for name in &self.classes - &self.named {
            let _ = self.class(&Text::made(&name, &at), Bare::Recipient);
        }
    }

    /// Compiles a restriction class where it is used: a bare table in it is looked up as in the
    /// list around it.
    pub(super) fn class(&mut self, word: &Text, bare: Bare) -> Option<Restriction> {
        if !self.classes.contains(word.as_str()) {
            let reason = "the model does not hold it, or Postfix has no such restriction";
            self.refuse(word, reason);
            return None;
        }
        self.named.insert(word.as_str().to_owned());
        if self.depth >= DEPTH_MAX {
            self.refuse(word, "restriction classes name each other without end");
            return None;
        }
        let value = self.settings.text(word.as_str(), self.diagnostics);
        if value.as_str().is_empty() {
            // smtpd_check_init: "restriction class `...' needs a definition".
            self.diagnostics.error(Syntax::new(
                "a restriction class has no definition",
                &word.at(),
            ));
            return None;
        }
        self.depth += 1;
        let list = self.list(&value, bare);
        self.depth -= 1;
        Some(Restriction::Class(list))
    }
}
