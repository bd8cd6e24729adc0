//! Authenticators (spec 4.96, chapters 33, 34 and 37): as whom a client can authenticate.

use super::condition::Words;
use super::diagnostics::UnjudgedService;
use super::list::items;
use super::reader::{LoginIn, Place, Reader};
use super::section::{Instance, Setting};
use super::text::Text;
use super::truth::Truth;
use super::value::{Atom, Bool, Leaf, Piece, Value};
use crate::diagnostic::Reported;
use crate::mail::Listener;
use crate::source::Loc;

/// What a client claims to be, beside the login whose password it gives (RFC 4616 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing.
    Nothing,
    /// The login itself.
    Itself,
    /// Somebody else.
    Other,
}

/// An authenticator that takes logins.
#[derive(Debug)]
pub(super) struct Authenticator {
    /// Its name, as `authenticated` compares it.
    pub(super) name: String,
    /// Where it is offered (`server_advertise_condition`).
    pub(super) advertised: Bool,
    /// Which logins with the right password it takes (`server_condition`).
    pub(super) condition: Bool,
    /// Where it stands.
    pub(super) at: Loc,
}

/// Options of a server that cannot touch whom it takes.
const HARMLESS: [(&str, &str); 4] = [
    ("public_name", "the name that EHLO offers"),
    ("server_debug_print", "writes a debugging log"),
    (
        "server_mail_auth_condition",
        "about the AUTH parameter of MAIL, which is not read",
    ),
    ("driver", "read"),
];

impl Reader<'_> {
    /// Reads the authenticators. One that only a client uses is none.
    pub(super) fn authenticators(&mut self, instances: &[Instance]) -> Vec<Authenticator> {
        let mut all = Vec::new();
        for instance in instances {
            if let Ok(Some(one)) = self.authenticator(instance) {
                all.push(one);
            }
        }
        self.no_two_of_one_name(instances);
        all
    }

    fn authenticator(&mut self, instance: &Instance) -> Result<Option<Authenticator>, Reported> {
        let driver = match instance.get("driver") {
            Some(driver) => driver.text(self.diagnostics)?,
            None => return Err(self.syntax("the authenticator has no `driver`", &instance.at)),
        };
        let login = match driver.as_str() {
            "plaintext" => self.prompts(instance)?,
            "dovecot" => LoginIn::Alone,
            other => {
                let reason = "mailpol follows the drivers `plaintext` and `dovecot`";
                return Err(self.diagnostics.error(UnjudgedService::new(
                    other,
                    reason,
                    &driver.at(),
                )));
            }
        };
        self.known_options(instance, driver.as_str())?;
        self.as_client(instance, driver.as_str())?;
        let is_client = instance
            .settings
            .iter()
            .any(|setting| setting.name.starts_with("client_"));
        let condition = instance.get("server_condition");
        let is_server = match driver.as_str() {
            "dovecot" => instance.get("server_socket").is_some(),
            _ => condition.is_some(),
        };
        if !is_server {
            if !is_client && driver.as_str() == "dovecot" {
                return Err(self.syntax("`server_socket` is missing", &instance.at));
            }
            return Ok(None);
        }
        if driver.as_str() == "plaintext" {
            self.asks(instance)?;
        }
        self.mechanism(instance, driver.as_str(), login)?;
        self.checks.clear();
        self.login_is_set(instance, login)?;
        let condition = match condition {
            Some(setting) => {
                let (condition, at) = self.server_condition(setting, login)?;
                // Dovecot has checked the password before the condition is looked at (chapter 37).
                if driver.as_str() == "plaintext" && may_be(&condition, Truth::Yes) {
                    let reason = "it takes clients that do not know the password";
                    let fault = UnjudgedService::new("server_condition", reason, &at);
                    return Err(self.diagnostics.error(fault));
                }
                self.asks_of_login_alone(&condition, &at)?;
                condition
            }
            None => Bool::Const(true),
        };
        let advertised = match instance.get("server_advertise_condition") {
            Some(setting) => {
                let text = setting.text(self.diagnostics)?;
                let value = self.at_place(Place::Session, |reader| reader.expand(&text))?;
                self.holds(&value, Words::Router, &text.at())?
            }
            None => Bool::Const(true),
        };
        self.backends_of(instance, driver.as_str())?;
        Ok(Some(Authenticator {
            name: instance.name.clone(),
            advertised,
            condition,
            at: instance.at.clone(),
        }))
    }

    /// Returns where the login is after the prompts: `:` asks for nothing, and the data come with
    /// AUTH, as PLAIN sends them; two prompts are those of LOGIN (sections 34.3 and 34.4).
    fn prompts(&mut self, instance: &Instance) -> Result<LoginIn, Reported> {
        let Some(setting) = instance.get("server_prompts") else {
            return Ok(LoginIn::Second);
        };
        let text = setting.text(self.diagnostics)?;
        let prompts = items(&text, ':');
        let asked = prompts
            .iter()
            .filter(|prompt| !prompt.as_str().is_empty())
            .count();
        // They are expanded before they are divided (`auth_plaintext_server` of 4.96).
        match (text.as_str().contains(['$', '\\']), prompts.len(), asked) {
            (false, 0 | 1, 0) => Ok(LoginIn::Second),
            (false, 2, 2) => Ok(LoginIn::First),
            _ => {
                let reason = "mailpol follows the prompts of PLAIN, `:`, and the two of LOGIN";
                Err(self.unjudged_option(setting, reason))
            }
        }
    }

    /// Refuses a server without prompts: a client that sends no data with AUTH is asked for none,
    /// and refused (RFC 4954 section 4 has it asked; tried with 4.96).
    fn asks(&mut self, instance: &Instance) -> Result<(), Reported> {
        let prompts = match instance.get("server_prompts") {
            Some(setting) => items(&setting.text(self.diagnostics)?, ':').len(),
            None => 0,
        };
        if prompts > 0 {
            return Ok(());
        }
        let reason = "without `server_prompts = :` clients that send nothing with AUTH are refused";
        let fault = UnjudgedService::new(&instance.name, reason, &instance.at);
        Err(self.diagnostics.error(fault))
    }

    /// Refuses a mechanism that clients do not know, or that is no password's: by its name a
    /// client says which it uses (section 33.1).
    fn mechanism(
        &mut self,
        instance: &Instance,
        driver: &str,
        login: LoginIn,
    ) -> Result<(), Reported> {
        let (name, at) = match instance.get("public_name") {
            Some(setting) => {
                let text = setting.text(self.diagnostics)?;
                (text.as_str().to_owned(), text.at())
            }
            None => (instance.name.clone(), instance.at.clone()),
        };
        let known: &[&str] = match (driver, login) {
            // No other sends the password that hashed ones are compared with.
            ("dovecot", _) | (_, LoginIn::Alone) => &["PLAIN", "LOGIN"],
            (_, LoginIn::Second) => &["PLAIN"],
            (_, LoginIn::First) => &["LOGIN"],
        };
        if known.iter().any(|one| one.eq_ignore_ascii_case(&name)) {
            return Ok(());
        }
        let reason =
            format!("clients take it for the mechanism {name}: it must be one of {known:?}");
        let fault = UnjudgedService::new("public_name", reason, &at);
        Err(self.diagnostics.error(fault))
    }

    fn unjudged_option(&mut self, setting: &Setting, reason: &str) -> Reported {
        let fault = UnjudgedService::new(&setting.name, reason, &setting.at);
        self.diagnostics.error(fault)
    }

    fn known_options(&mut self, instance: &Instance, driver: &str) -> Result<(), Reported> {
        let before = self.diagnostics.errors();
        let modelled = [
            "server_advertise_condition",
            "server_condition",
            "server_set_id",
        ];
        for setting in &instance.settings {
            let name = setting.name.as_str();
            let own = match driver {
                "plaintext" => name == "server_prompts",
                _ => name == "server_socket",
            };
            let of_plain = ["client_send", "client_ignore_invalid_base64"];
            let known = own
                || modelled.contains(&name)
                || matches!(name, "client_condition" | "client_set_id")
                || (driver == "plaintext" && of_plain.contains(&name))
                || HARMLESS.iter().any(|(harmless, _)| *harmless == name);
            if !known {
                self.unjudged_option(
                    setting,
                    "mailpol does not know this option of an authenticator",
                );
            } else if setting.value.is_none() && name != "client_ignore_invalid_base64" {
                self.unjudged_option(setting, "it has no value");
            } else if !modelled.contains(&name)
                && !name.starts_with("client_")
                && let Some(reason) = setting.value.as_ref().and_then(|value| self.active(value))
            {
                self.unjudged_option(setting, reason);
            }
        }
        self.diagnostics.failed_since(before)
    }

    /// Refuses a `server_set_id` that is not the name whose password was given.
    fn login_is_set(&mut self, instance: &Instance, login: LoginIn) -> Result<(), Reported> {
        let Some(setting) = instance.get("server_set_id") else {
            let reason = "without `server_set_id` nobody knows as whom a client has authenticated";
            return Err(self.diagnostics.error(UnjudgedService::new(
                &instance.name,
                reason,
                &instance.at,
            )));
        };
        let text = setting.text(self.diagnostics)?;
        let value = self.at_place(Place::Authenticator(login), |reader| reader.expand(&text))?;
        let is_login = matches!(&value, Value::Pieces(pieces)
            if matches!(pieces.as_slice(), [Piece::Atom(Atom::Login)]));
        if is_login {
            return Ok(());
        }
        let reason = "it is not the name whose password the client has given";
        Err(self
            .diagnostics
            .error(UnjudgedService::new("server_set_id", reason, &text.at())))
    }

    fn server_condition(
        &mut self,
        setting: &Setting,
        login: LoginIn,
    ) -> Result<(Bool, Loc), Reported> {
        let text: Text = setting.text(self.diagnostics)?;
        let place = Place::Authenticator(login);
        let condition = self.at_place(place, |reader| {
            let value = reader.expand(&text)?;
            reader.holds(&value, Words::Authenticator, &text.at())
        })?;
        Ok((condition, text.at()))
    }
}

/// Returns whether a condition may come to this where every password is wrong, whatever else is
/// answered.
///
/// SOUNDNESS: every other question counts as answered both ways, so a condition that passes cannot
/// hold without a password.
fn may_be(condition: &Bool, wanted: Truth) -> bool {
    let no = matches!(wanted, Truth::No);
    may_come_to(condition, no, &|leaf, no| {
        no || !matches!(leaf, Leaf::Password)
    })
}

/// Returns whether an authenticator may be offered without TLS at a listener that starts without.
///
/// SOUNDNESS: as above: all but TLS and the listener counts as answered both ways.
pub(super) fn may_be_in_clear(offered: &Bool, authenticator: &Authenticator) -> bool {
    let both = Bool::All(vec![offered.clone(), authenticator.advertised.clone()]);
    [Listener::Smtp, Listener::Submission]
        .into_iter()
        .any(|at| {
            may_come_to(&both, false, &|leaf, no| {
                if let Leaf::Listener(listeners) = leaf {
                    return listeners.contains(&at) != no;
                }
                no || !matches!(leaf, Leaf::Tls)
            })
        })
}

/// Returns whether a condition may hold, or not, by which answers each question may have.
fn may_come_to(condition: &Bool, no: bool, leaf: &dyn Fn(&Leaf, bool) -> bool) -> bool {
    let may = |one: &Bool, no: bool| may_come_to(one, no, leaf);
    match condition {
        Bool::Const(holds) => *holds != no,
        Bool::Defer | Bool::Forced => false,
        Bool::Not(inner) => may(inner, !no),
        Bool::All(all) if no => all.iter().any(|one| may(one, no)),
        Bool::All(all) => all.iter().all(|one| may(one, no)),
        Bool::Any(any) if no => any.iter().all(|one| may(one, no)),
        Bool::Any(any) => any.iter().any(|one| may(one, no)),
        Bool::If(condition, yes, other) => {
            (may(condition, false) && may(yes, no)) || (may(condition, true) && may(other, no))
        }
        Bool::Leaf(one) => leaf(one, no),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_without_a_password_is_seen() {
        let leaf = |leaf: Leaf| Bool::Leaf(leaf);
        let check = |condition: Bool| may_be(&condition, Truth::Yes);
        assert!(check(Bool::Const(true)));
        assert!(check(leaf(Leaf::ClaimsNothing)));
        assert!(!check(leaf(Leaf::Password)));
        assert!(check(leaf(Leaf::Password).negate()));
        let both = vec![leaf(Leaf::ClaimsNothing), leaf(Leaf::Password)];
        assert!(!check(Bool::All(both.clone())));
        assert!(check(Bool::Any(both)));
    }
}
