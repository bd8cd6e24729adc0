//! Restriction classes (RESTRICTION_CLASS_README).

use super::super::diagnostics::Syntax;
use super::super::parameter::{self, Class};
use super::super::restriction::Restriction;
use super::super::text::Text;
use super::list::{Bare, Compiler};

/// The deepest nesting of restriction classes.
pub(super) const DEPTH_MAX: u32 = 20;

/// What restrictions of Postfix begin with, those of other releases too (`generic_checks` in
/// smtpd_check.c of 3.7.11, mail_params.h). One counts before a class of its name, in any case.
const BEGINNINGS: [&str; 5] = ["check_", "defer_", "permit_", "reject_", "warn_"];

/// What else smtpd(8) knows where a class could stand: restrictions and what access tables answer
/// (`check_table_result`).
const WORDS: [&str; 17] = [
    "bcc", "defer", "delay", "discard", "dunno", "filter", "hangup", "hold", "info", "ok",
    "permit", "prepend", "redirect", "reject", "relay", "sleep", "warn",
];

/// Says why a name is taken for no class.
pub(in super::super) fn fault(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let is_word = WORDS.contains(&lower.as_str());
    if is_word || BEGINNINGS.iter().any(|begin| lower.starts_with(begin)) {
        return Some("Postfix could take it for a restriction of its own");
    }
    if parameter::class(name) != Class::Own {
        return Some("it is a parameter of Postfix's own");
    }
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"_-".contains(&octet);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    (!begins || !name.bytes().all(is_plain)).then_some("it is no plain word")
}

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

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn classes_have_plain_names_of_their_own() {
        for name in [
            "strict",
            "grant_0",
            "spf_of_null_sender",
            "Mua",
            "login-sends",
            "relays",
        ] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in [
            "permit_naked_ip_address",
            "Permit_Naked_Ip_Address",
            "check_relay_domains",
            "reject",
            "defer_if_permit",
            "warn_if_reject",
            "Sleep",
            "HOLD",
            "OK",
            "mynetworks",
            "smtp_destination_rate_delay",
            "0",
            "450",
            "a:b",
            "{a}",
            "",
        ] {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}
