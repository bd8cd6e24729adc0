//! `smtpd_command_filter`: what becomes of a command before smtpd(8) looks at it.

use super::addressing::{Taken, one_address};
use super::catalogue::{Catalogue, Side};
use super::daemon;
use super::diagnostics::UnjudgedTable;
use super::map::Asker;
use super::parameter::Settings;
use super::pattern::{self, Effect, Rule};
use super::table::{self, Files, Table, TableRow};
use crate::decision::{Label, TestId};
use crate::diagnostic::Diagnostics;
use crate::mail::PathForm;
use crate::source::Loc;

/// The command filter of a listener.
#[derive(Debug, Default)]
pub(super) struct Filter {
    rules: Vec<(Rule, Loc)>,
    /// The address that [`Effect::Rename`] is about.
    double_bounce: Option<TestId>,
    /// The reverse-path that [`Effect::Unlist`] is about.
    daemon: Option<TestId>,
}

impl Filter {
    /// Reads `smtpd_command_filter`.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        origin: &str,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let spec = settings.text("smtpd_command_filter", diagnostics);
        let mut filter = Self::default();
        if spec.as_str().is_empty() {
            return filter;
        }
        let lines = match table::open(&spec, artifacts, diagnostics) {
            Ok(Table::Patterns(lines)) => lines,
            Ok(Table::Rows { .. } | Table::Cidr(_) | Table::Static(_)) => {
                let reason = "as a command filter only patterns are judged";
                diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at()));
                return filter;
            }
            Err(_) => return filter,
        };
        for line in &lines {
            filter.rule(line, origin, catalogue, diagnostics);
        }
        filter
    }

    fn rule(
        &mut self,
        line: &TableRow,
        origin: &str,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(rule) = pattern::filter_rule(line.value.trim_ascii_end(), origin) else {
            let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
            diagnostics.error(UnjudgedTable::new(&line.value, reason, &line.at));
            return;
        };
        if rule.effect == Effect::Rename {
            let test = one_address(Side::To, ("double-bounce", origin), &line.at, catalogue);
            self.double_bounce = Some(test);
        }
        if rule.effect == Effect::Unlist {
            self.daemon = Some(daemon::test(origin, &line.at, catalogue));
        }
        self.rules.push((rule, line.at.clone()));
    }

    /// Returns the numbers of the rules that match a form, in order.
    pub(super) fn matching(&self, form: PathForm, side: Side) -> Vec<usize> {
        let is_mail = side == Side::From;
        let matches =
            |(rule, _): &(Rule, Loc)| rule.is_mail == is_mail && rule.forms.contains(&form);
        (0..)
            .zip(&self.rules)
            .filter(|(_, rule)| matches(rule))
            .map(|(number, _)| number)
            .collect()
    }

    /// Returns whether `mailer-daemon` at `myorigin` stays the reverse-path of no message of a
    /// form.
    pub(super) fn unlists(&self, form: PathForm) -> bool {
        let first = self.matching(form, Side::From).into_iter().next();
        let first = first.and_then(|rule| self.rules.get(rule));
        first.is_some_and(|(rule, _)| matches!(rule.effect, Effect::Unlist | Effect::Spoil))
    }

    /// Returns whether a rule makes a syntax error of all that it matches.
    pub(super) fn spoils(&self, rule: usize) -> bool {
        self.rules
            .get(rule)
            .is_some_and(|(rule, _)| rule.effect == Effect::Spoil)
    }

    /// Returns whether the rule that decides lets the command pass, its last dot cut off.
    pub(super) fn passes(&self, rules: &[usize]) -> bool {
        let deciding = rules.iter().filter_map(|rule| self.rules.get(*rule));
        let names = |effect| matches!(effect, Effect::Rename | Effect::Unlist);
        let mut deciding = deciding.filter(|(rule, _)| !names(rule.effect));
        deciding
            .next()
            .is_some_and(|(rule, _)| rule.effect == Effect::Pass)
    }

    /// Returns what becomes of a path of this form: the first rule that matches it decides.
    pub(super) fn take<A: Asker>(
        &self,
        form: PathForm,
        side: Side,
        origin: &str,
        asker: &mut A,
    ) -> Result<Taken, A::Stop> {
        let is_mail = side == Side::From;
        for (rule, at) in &self.rules {
            if rule.is_mail != is_mail || !rule.forms.contains(&form) {
                continue;
            }
            match rule.effect {
                Effect::Pass => return Ok(Taken::Form(form, true)),
                Effect::Spoil => return Ok(Taken::Error(Some(at.clone()))),
                Effect::Qualify => {
                    if let Some((local, domain)) = rule.address.clone() {
                        return Ok(Taken::Constant(local, domain));
                    }
                }
                Effect::Unlist => {
                    if let Some(test) = self.daemon
                        && asker.label(test)? != Label::ABSENT
                    {
                        return Ok(Taken::Unlisted);
                    }
                }
                Effect::Rename => {
                    let Some(test) = self.double_bounce else {
                        continue;
                    };
                    if asker.label(test)? != Label::ABSENT {
                        let local = "unlisted-double-bounce".to_owned();
                        return Ok(Taken::Constant(local, origin.to_owned()));
                    }
                }
            }
        }
        Ok(Taken::Form(form, false))
    }
}
