//! Conditions of ACLs (spec 4.96, section 44.26).

use super::{Acls, Kind, Step, Test, Verb};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::condition::Words;
use crate::target::exim::interpret::list::{ListKind, Subject, items};
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::text::Text;
use crate::target::exim::interpret::value::{Bool, Case, Leaf, Part, PathAtom, View};

use super::above::above;
use super::hops::{HOPS, USUAL};
use super::long_lines::{Longest, longest};
use super::long_names::{NAME, NAME_MAX, NAME_MIN};
use super::read::RawLine;

/// Words that `spf` compares with (`spf_result_id_list`).
const SPF_WORDS: [&str; 8] = [
    "invalid",
    "neutral",
    "pass",
    "fail",
    "softfail",
    "none",
    "temperror",
    "permerror",
];

impl Reader<'_> {
    /// Reads a condition or a modifier; none for one that cannot touch a decision.
    pub(super) fn step(
        &mut self,
        verb: Verb,
        line: &RawLine,
        acls: &mut Acls,
    ) -> Result<Option<Step>, Reported> {
        if let Some(done) = self.modifier(verb, line) {
            return done;
        }
        self.allowed(line)?;
        let (test, kind) = self.test(line, acls)?;
        Ok(Some(Step::Test {
            negated: line.negated,
            test,
            kind,
        }))
    }

    /// Refuses a condition in an ACL where Exim cannot test it (`cond_forbids`): it answers 451.
    fn allowed(&mut self, line: &RawLine) -> Result<(), Reported> {
        let place = self.place;
        let allowed = match line.name.as_str() {
            "domains" | "local_parts" | "recipients" | "verify" => place == Place::Rcpt,
            "senders" | "sender_domains" | "spf" => matches!(
                place,
                Place::Mail | Place::Rcpt | Place::Predata | Place::Data
            ),
            "authenticated" => !matches!(place, Place::Connect | Place::Helo),
            "encrypted" => place != Place::Helo,
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let reason = "it cannot be tested in this ACL: Exim answers 451";
        Err(self.refuse(&line.name, reason, &line.at))
    }

    fn long_line(&mut self, longest: Longest, argument: &Text) -> Result<Test, Reported> {
        match longest {
            Longest::Less => {
                let reason = "everybody may send lines of 998 octets (RFC 5321 section 4.5.3.1.6)";
                Err(self.refuse("condition", reason, &argument.at()))
            }
            Longest::Usual => Ok(Test::LongLine),
            // An envelope's message has lines as everybody sends them.
            Longest::More => Ok(Test::Bool(Bool::Const(false))),
        }
    }

    fn long_name(&mut self, most: u64, argument: &Text) -> Result<Test, Reported> {
        if !self.spf.takes_all_helo {
            let reason = "behind a second HELO that is refused it has no name: let \
                          `helo_accept_junk_hosts` be `*`";
            return Err(self.refuse("$sender_helo_name", reason, &argument.at()));
        }
        if (NAME_MIN..=NAME_MAX).contains(&most) {
            return Ok(Test::LongName);
        }
        let reason = "it is shorter than a domain may be, or too long for a line of a field";
        Err(self.refuse("condition", reason, &argument.at()))
    }

    fn hops(&mut self, most: u64, argument: &Text) -> Result<Test, Reported> {
        if most < USUAL {
            let reason = "mail that came over several hosts would be refused";
            return Err(self.refuse("condition", reason, &argument.at()));
        }
        Ok(Test::Hops(most))
    }

    fn test(&mut self, line: &RawLine, acls: &mut Acls) -> Result<(Test, Kind), Reported> {
        if let Some(listed) = self.listed(line) {
            return listed.map(|(list, kind)| (Test::Bool(list), kind));
        }
        let argument = &line.argument;
        Ok(match line.name.as_str() {
            "acl" => {
                // Blanks divide it before it is expanded (`acl_check_wargs` in acl.c of 4.96).
                if argument.as_str().contains([' ', '\t']) {
                    let reason = "mailpol follows no ACLs with arguments, and any blank begins one";
                    return Err(self.refuse("acl", reason, &argument.at()));
                }
                (Test::Acl(self.acl(argument, acls)?), Kind::Other)
            }
            "authenticated" => {
                let authenticated = self.authenticated(argument, acls)?;
                (Test::Bool(authenticated), Kind::Client)
            }
            "condition" => {
                let longest = longest(argument.as_str()).filter(|_| self.place == Place::Data);
                if let Some(longest) = longest {
                    return Ok((self.long_line(longest, argument)?, Kind::Other));
                }
                let hops = above(argument.as_str(), HOPS).filter(|_| self.place == Place::Data);
                if let Some(most) = hops {
                    return Ok((self.hops(most, argument)?, Kind::Other));
                }
                let name = above(argument.as_str(), NAME).filter(|_| self.place == Place::Data);
                if let Some(most) = name {
                    return Ok((self.long_name(most, argument)?, Kind::Other));
                }
                let value = self.expand_for_condition(argument)?;
                let holds = self.holds(&value, Words::Acl, &argument.at())?;
                (Test::Bool(holds), Kind::Other)
            }
            "encrypted" if argument.as_str() == "*" => {
                (Test::Bool(Bool::Leaf(Leaf::Tls)), Kind::Other)
            }
            "encrypted" => {
                let reason = "which cipher a session has is no part of an envelope";
                return Err(self.refuse("encrypted", reason, &argument.at()));
            }
            "spf" => (Test::Spf(self.spf_words(argument)?), Kind::Spf),
            "verify" => {
                if argument.as_str() != "recipient" {
                    let reason = "what it finds is not in the files";
                    let name = format!("verify = {}", argument.as_str());
                    return Err(self.refuse(&name, reason, &line.at));
                }
                (Test::Recipient, Kind::Recipient)
            }
            other => {
                let reason = "mailpol does not follow this condition";
                return Err(self.refuse(other, reason, &line.at));
            }
        })
    }

    /// Reads a condition that a list answers; none if it is another.
    fn listed(&mut self, line: &RawLine) -> Option<Result<(Bool, Kind), Reported>> {
        let path = |side, part, view| {
            Subject::Path(PathAtom {
                side,
                part,
                view,
                case: Case::Folded,
            })
        };
        let (kind, subject) = match line.name.as_str() {
            "domains" => (ListKind::Domain, path(Side::To, Part::Domain, View::Parsed)),
            "hosts" => (ListKind::Host, Subject::Client),
            "local_parts" => (
                ListKind::LocalPart,
                path(Side::To, Part::Local, View::Parsed),
            ),
            "recipients" => (ListKind::Address, path(Side::To, Part::Whole, View::Raw)),
            "senders" => (ListKind::Address, path(Side::From, Part::Whole, View::Raw)),
            "sender_domains" => (ListKind::Domain, path(Side::From, Part::Domain, View::Raw)),
            _ => return None,
        };
        let list = self.expanded_list(kind, subject, &line.argument);
        Some(list.map(|list| {
            // A list that every client is in says nothing of the client.
            let about_client = kind == ListKind::Host && !matches!(list, Bool::Const(true));
            let kind = if about_client {
                Kind::Client
            } else {
                Kind::Other
            };
            (list, kind)
        }))
    }

    /// Reads `authenticated = LIST`: names of authenticators.
    fn authenticated(&mut self, argument: &Text, acls: &Acls) -> Result<Bool, Reported> {
        let words: Vec<String> = items(argument, ':')
            .iter()
            .map(|item| item.as_str().to_owned())
            .collect();
        // A word that begins with `*` is a tail, and the case of letters does not matter
        // (`match_check_string`).
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let odd = |word: &String| word != "*" && !word.chars().all(plain);
        if words.iter().any(odd) {
            let reason = "mailpol reads `*` and names of authenticators here";
            return Err(self.refuse("authenticated", reason, &argument.at()));
        }
        let listed = |name: &String| {
            let is = |word: &String| word == "*" || word.eq_ignore_ascii_case(name);
            words.iter().any(is)
        };
        let some = acls.authenticators.iter().any(listed);
        let all = acls.authenticators.iter().all(listed);
        match (some, all) {
            (true, true) => Ok(Bool::Leaf(Leaf::Authenticated)),
            (false, _) => Ok(Bool::Const(false)),
            (true, false) => {
                let reason = "by which authenticator a client came is no part of an envelope";
                Err(self.refuse("authenticated", reason, &argument.at()))
            }
        }
    }

    fn spf_words(&mut self, argument: &Text) -> Result<Vec<(bool, String)>, Reported> {
        let Some(list) = self.expand(argument)?.as_text() else {
            return Err(self.refuse("spf", "mailpol does not follow this list", &argument.at()));
        };
        let list = Text::made(list, &argument.at());
        let mut words = Vec::new();
        for item in items(&list, ':') {
            // Exim takes one sign (`spf_process` in spf.c of 4.96).
            let bare = item.as_str().strip_prefix('!').unwrap_or(item.as_str());
            if !SPF_WORDS.contains(&bare) {
                let reason = "it is no result that the condition knows, so it never matches";
                return Err(self.refuse(bare, reason, &argument.at()));
            }
            words.push((item.as_str().starts_with('!'), bare.to_owned()));
        }
        Ok(words)
    }
}
