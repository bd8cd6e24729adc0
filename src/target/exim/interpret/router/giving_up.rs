//! A router by which a message comes back that is too old. What retry rules count is for how long a
//! host has been away, so new mail for it would come back at once, untried (spec 4.96, section
//! 32.10): RFC 5321 section 4.5.4.1 asks that each message is tried for four or five days.
//!
//! The age of a message is by the clock, which may have been behind when it came, and the host
//! may have been off since. So the age alone gives up what was never tried; `first_delivery` holds
//! while nothing was (section 11.7; `deliver_firsttime` ends with the first attempt, in deliver.c
//! of 4.96).

use super::{Routers, known};
use crate::diagnostic::Reported;
use crate::target::digits::digits;
use crate::target::exim::interpret::inert::too_long;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::section::Instance;

/// The least and the greatest age of a message that is given up, in seconds: four days, and thirty.
const AGES: std::ops::RangeInclusive<u64> = 345_600..=2_592_000;

impl Routers {
    /// Returns whether what is too old comes back before any other router sees it.
    pub(in super::super) fn gives_up(&self) -> bool {
        self.gives_up
    }
}

impl Reader<'_> {
    /// Reads a router that gives up what is too old; false if it is another. It takes no message
    /// that is new, and so none of which a class is decided.
    pub(super) fn gives_up(&mut self, instance: &Instance) -> Result<bool, Reported> {
        let condition = instance.get("condition").and_then(|one| one.value.as_ref());
        let age = condition.and_then(|text| {
            let text = text.as_str();
            let tried = text
                .strip_prefix("${if and{ {!first_delivery} {>{$message_age}{")
                .and_then(|text| text.strip_suffix("}} }}"));
            let alone = text
                .strip_prefix("${if >{$message_age}{")
                .and_then(|text| text.strip_suffix("}}"));
            let tried = tried.map(|age| (age, true));
            tried.or_else(|| alone.map(|age| (age, false)))
        });
        let Some((age, is_tried)) = age else {
            return Ok(false);
        };
        if !is_tried {
            let reason = "what was never tried would come back where the clock was behind, or the \
                          host off: `${if and{ {!first_delivery} {>{$message_age}{432000}} }}`";
            return Err(self.service("condition", reason, &instance.at));
        }
        let is = |name: &str, value: bool| {
            let setting = instance.get(name);
            setting.is_some_and(|one| one.value.is_none() && one.negated != value)
        };
        let text = |name: &str| {
            let setting = instance.get(name).and_then(|one| one.value.as_ref());
            setting.map(|text| text.as_str().to_owned())
        };
        let known = [
            "driver",
            "condition",
            "data",
            "allow_fail",
            "verify",
            "expn",
        ];
        let is_known = |name: &str| known.contains(&name);
        // Of several conditions all have to hold (`opt_rep_con` in readconf.c of 4.96).
        let names = || instance.settings.iter().map(|one| one.name.as_str());
        let is_whole =
            names().all(is_known) && names().filter(|name| *name == "condition").count() == 1;
        let fails = text("data").is_some_and(|data| {
            data.strip_prefix(":fail:")
                .is_some_and(|rest| !rest.contains(['$', '\\', '\n']) && too_long(rest).is_none())
        });
        let holds = digits::<u64>(age).is_some_and(|age| AGES.contains(&age))
            && text("driver").as_deref() == Some("redirect")
            && is("allow_fail", true)
            && is("verify", false)
            && fails
            && is_whole;
        if !holds {
            let reason = "mailpol reads one that gives up what is four to thirty days old: \
                          `:fail:`, `allow_fail` and `no_verify`";
            return Err(self.service("condition", reason, &instance.at));
        }
        for setting in &instance.settings {
            self.known_option(&[known::ROUTER, known::REDIRECT], setting);
        }
        Ok(true)
    }
}
