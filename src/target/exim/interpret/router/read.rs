//! The text of routers (spec 4.96, chapter 15): which options they have, and what must hold before
//! one runs.

use super::driver::Made;
use super::{Router, Routers, Transport, Whom, known};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::condition::Words;
use crate::target::exim::interpret::list::{ListKind, Subject, items};
use crate::target::exim::interpret::lookup::{Key, Lookup};
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::section::Instance;
use crate::target::exim::interpret::text::Text;
use crate::target::exim::interpret::value::{Atom, Bool, Case, Part, PathAtom, Piece, Value, View};
use std::sync::Arc;

impl Reader<'_> {
    /// Reads all routers. What cannot be judged was told.
    pub(in super::super) fn routers(
        &mut self,
        instances: &[Instance],
        transports: &[Arc<Transport>],
    ) -> Routers {
        let mut routers = Routers::default();
        for instance in instances {
            match self.gives_up(instance) {
                Ok(false) => {}
                Ok(true) => {
                    routers.gives_up |= routers.list.is_empty();
                    continue;
                }
                Err(_) => continue,
            }
            // What cannot be judged was told.
            match self.copied(instance, routers.list.is_empty()) {
                Ok(None) => {}
                Ok(Some(copied)) => {
                    routers.copies.push(copied);
                    continue;
                }
                Err(_) => continue,
            }
            let is_behind = self.forms.routers != 0;
            let outer = std::mem::take(&mut self.given);
            let made = self.at_place(Place::Router, |reader| reader.router(instance, transports));
            let depends = !self.given.is_empty();
            self.given.extend(outer);
            let of_host = std::mem::take(&mut self.asks_for_client);
            let reason = match &made {
                Ok(router) if depends && !router.driver.is_chosen() => {
                    "whether it runs depends on what the client writes"
                }
                Ok(router) if of_host && !router.is_for_host_alone() => {
                    "mail that is made on this host, bounces too, would go another way"
                }
                Ok(_) if is_behind && !of_host && !self.is_closed => {
                    "what a pattern has the router before it pass by comes here: a path of odd \
                     octets may match besides"
                }
                Ok(_) | Err(_) => "",
            };
            if !reason.is_empty() {
                let is_of_condition = depends || of_host;
                let name = if is_of_condition {
                    "condition"
                } else {
                    "local_parts"
                };
                self.service(name, reason, &instance.at);
                continue;
            }
            self.domain_data = None;
            self.local_part_data = None;
            self.recipient_view = View::Parsed;
            if let Ok(mut router) = made {
                if of_host {
                    router.whom = Whom::Host;
                }
                routers.list.push(router);
            }
        }
        routers.choosers.clone_from(&self.given);
        self.link(&mut routers);
        self.judge_declining(&routers);
        routers
    }

    /// Reads `address_data`. Behind a router that declines it stays with the address (`addr->prop`
    /// in route.c of 4.96), and goes to the addresses that are made of it; one that accepts is the
    /// last.
    fn address_data(
        &mut self,
        instance: &Instance,
        driver: &str,
    ) -> Result<Option<Value>, Reported> {
        // Exim makes it before any router runs, and mailpol where there are mailboxes.
        if let Some(setting) = instance.get("router_home_directory")
            && driver != "accept"
        {
            let reason = "a router that does not accept has no home directory";
            return Err(self.service("router_home_directory", reason, &setting.at));
        }
        let Some(setting) = instance.get("address_data") else {
            return Ok(None);
        };
        let text = setting.text(self.diagnostics)?;
        let value = self.expand(&text)?;
        let reason = if driver != "accept" {
            "other routers would see it, and which is not followed"
        } else if text.as_str().contains("address_data") {
            "it would hold what a router before this one has found"
        } else if value.is_chosen() {
            "what the client writes is in it, and where it goes is not followed"
        } else {
            return Ok(Some(value));
        };
        Err(self.service("address_data", reason, &text.at()))
    }

    fn router(
        &mut self,
        instance: &Instance,
        transports: &[Arc<Transport>],
    ) -> Result<Router, Reported> {
        let Some(driver) = instance.get("driver") else {
            return Err(self.syntax("the router has no `driver`", &instance.at));
        };
        let driver = driver.text(self.diagnostics)?;
        self.recipient_view = self.suffix(instance)?;
        let view = self.recipient_view;
        let mut conditions = Vec::new();
        // The data of a match count in everything that is expanded later.
        for (name, part) in [("domains", Part::Domain), ("local_parts", Part::Local)] {
            if let Some(setting) = instance.get(name) {
                let list = setting.text(self.diagnostics)?;
                conditions.push(self.precondition(part, &list)?);
            } else {
                self.set_data(part, None);
            }
        }
        conditions.extend(self.senders(instance)?);
        if let Some(text) = self.whole_condition(instance)? {
            let value = self.expand(&text)?;
            conditions.push(self.holds(&value, Words::Router, &text.at())?);
        }
        let address_data = self.address_data(instance, driver.as_str())?;
        if let Some(setting) = instance.get("check_local_user")
            && setting.boolean(self.diagnostics)?
        {
            let reason = "which accounts the host has is not in the files";
            return Err(self.refuse("check_local_user", reason, &setting.at));
        }
        let made = self.driver(instance, driver.as_str(), transports)?;
        self.known_router_options(instance, &made)?;
        let boolean = |reader: &mut Self, name: &str| match instance.get(name) {
            Some(setting) => setting.boolean(reader.diagnostics).map(Some),
            None => Ok(None),
        };
        let more = boolean(self, "more")?.unwrap_or(true);
        let verifies = self.verifies_recipients(instance)?;
        let delivers = !boolean(self, "verify_only")?.unwrap_or(false);
        if let Some(setting) = instance.get("senders").filter(|_| verifies) {
            let reason = "who is a recipient would hang on the sender: add `no_verify`";
            return Err(self.service("senders", reason, &setting.at));
        }
        // Of a list that is not read to its end no transport can make a path.
        let data = |list: &str, known: Option<Value>| {
            known.or_else(|| instance.get(list).map(|_| Value::Defer))
        };
        Ok(Router {
            conditions: Bool::All(conditions),
            driver: made.driver,
            more,
            verifies,
            delivers,
            view,
            address_data,
            local_part_data: data("local_parts", self.local_part_data.take()),
            domain_data: data("domains", self.domain_data.take()),
            whom: Whom::Named,
            at: instance.at.clone(),
        })
    }

    /// Returns whether recipients are verified by a router. `verify` sets both of its kind where it
    /// stands, and what stands last counts (`opt_bool_verify` in readconf.c of 4.96).
    fn verifies_recipients(&mut self, instance: &Instance) -> Result<bool, Reported> {
        let mut verifies = true;
        for setting in &instance.settings {
            if matches!(setting.name.as_str(), "verify" | "verify_recipient") {
                verifies = setting.boolean(self.diagnostics)?;
            }
        }
        Ok(verifies)
    }

    /// Reads `senders`: whose mail the router takes.
    pub(super) fn senders(&mut self, instance: &Instance) -> Result<Option<Bool>, Reported> {
        let Some(setting) = instance.get("senders") else {
            return Ok(None);
        };
        let list = setting.text(self.diagnostics)?;
        let reason = if self.is_closed {
            "where mail made on the host goes would hang on whom it says it is from"
        } else if list.as_str().contains('$') {
            "mailpol follows addresses and domains here"
        } else {
            let atom = PathAtom {
                side: Side::From,
                ..recipient(Part::Whole)
            };
            let atom = PathAtom {
                view: View::Raw,
                ..atom
            };
            let condition = self.expanded_list(ListKind::Address, Subject::Path(atom), &list)?;
            return Ok(Some(condition));
        };
        Err(self.service("senders", reason, &setting.at))
    }

    /// Returns how a router sees local-parts: perhaps without their extension (section 15.1,
    /// `local_part_suffix`; `route_check_suffix` in route.c).
    ///
    /// With `+*` that is what stands behind the first `+`. A router for nothing else is not
    /// followed.
    fn suffix(&mut self, instance: &Instance) -> Result<View, Reported> {
        let optional = instance.get("local_part_suffix_optional");
        let optional = match optional {
            Some(setting) => setting.boolean(self.diagnostics)?,
            None => false,
        };
        let Some(suffix) = instance.get("local_part_suffix") else {
            return Ok(View::Parsed);
        };
        let text = suffix.text(self.diagnostics)?;
        if text.as_str() != "+*" || !optional {
            let reason = "mailpol reads `+*` with `local_part_suffix_optional` only";
            return Err(self.service("local_part_suffix", reason, &suffix.at));
        }
        self.forms.cut();
        Ok(View::Cut)
    }

    /// Returns the condition of a router: of several, the text that Exim joins them to before it
    /// expands any (`opt_rep_con` in readconf.c).
    fn whole_condition(&mut self, instance: &Instance) -> Result<Option<Text>, Reported> {
        let mut whole: Option<Text> = None;
        for setting in &instance.settings {
            if setting.name != "condition" {
                continue;
            }
            let text = setting.text(self.diagnostics)?;
            whole = Some(match whole {
                None => text,
                Some(before) => {
                    let at = text.at();
                    let mut joined = Text::made("${if and{{bool_lax{", &at);
                    joined.append(&before);
                    joined.append(&Text::made("}}{bool_lax{", &at));
                    joined.append(&text);
                    joined.append(&Text::made("}}}}", &at));
                    joined
                }
            });
        }
        Ok(whole)
    }

    fn recipient_part(&self, part: Part) -> PathAtom {
        PathAtom {
            view: self.recipient_view,
            ..recipient(part)
        }
    }

    /// Reads `domains` or `local_parts`.
    pub(super) fn precondition(&mut self, part: Part, list: &Text) -> Result<Bool, Reported> {
        let atom = self.recipient_part(part);
        let (kind, name) = match part {
            Part::Local => (ListKind::LocalPart, "local_parts"),
            Part::Domain | Part::Whole => (ListKind::Domain, "domains"),
        };
        let condition = self.expanded_list(kind, Subject::Path(atom), list)?;
        self.judge_precondition(name, &condition, &list.at())?;
        self.set_data(part, Some(list));
        Ok(condition)
    }

    /// Sets `$domain_data` or `$local_part_data`: what a lookup has found, or the name itself
    /// (section 10.5).
    fn set_data(&mut self, part: Part, list: Option<&Text>) {
        let atom = self.recipient_part(part);
        let data = list.and_then(|list| {
            let items = items(list, ':');
            let [item] = items.as_slice() else {
                return is_plain(list.as_str())
                    .then(|| Value::piece(Piece::Atom(Atom::Path(atom))));
            };
            let text = match item.as_str().strip_prefix('+') {
                Some(name) => {
                    let kind = if part == Part::Local {
                        ListKind::LocalPart
                    } else {
                        ListKind::Domain
                    };
                    self.lists.get(&(kind, name.to_owned()))?.text.clone()
                }
                None => item.clone(),
            };
            match text.split_once(';') {
                Some((kind, file)) if !text.as_str().contains([':', '$']) => {
                    let rows = self.open(kind.trim().as_str(), &file.trim()).ok()?;
                    let key = Key::Path(atom);
                    Some(Value::piece(Piece::Row(Arc::new(Lookup { key, rows }))))
                }
                _ => is_plain(text.as_str()).then(|| Value::piece(Piece::Atom(Atom::Path(atom)))),
            }
        });
        if part == Part::Local {
            self.local_part_data = data;
        } else {
            self.domain_data = data;
        }
    }

    /// Refuses options that the model does not hold.
    fn known_router_options(&mut self, instance: &Instance, made: &Made) -> Result<(), Reported> {
        let before = self.diagnostics.errors();
        let mut tables = vec![known::ROUTER];
        tables.extend(made.options);
        for setting in &instance.settings {
            let name = setting.name.as_str();
            if name == "require_files" {
                let reason = "a route that depends on it is not followed";
                self.service(name, reason, &setting.at);
            } else {
                self.known_option(&tables, setting);
            }
        }
        self.diagnostics.failed_since(before)
    }
}

/// Returns whether all items of a list are names in lower case: what is matched is the item as it
/// is written, or what another list or a file has in its place (section 10.5; tried).
fn is_plain(list: &str) -> bool {
    let is_other = |c: char| c.is_ascii_uppercase() || ";$!*+/^@".contains(c);
    !list.contains(is_other)
}

/// Returns a part of the recipient.
pub(super) fn recipient(part: Part) -> PathAtom {
    PathAtom {
        side: Side::To,
        part,
        view: View::Parsed,
        case: Case::Folded,
    }
}
