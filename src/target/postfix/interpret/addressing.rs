//! How Postfix takes a path: which forms are syntax errors, and what is looked up for the others
//! (extract_addr in smtpd.c; rewrite.c and resolve.c of trivial-rewrite, 3.7.11).
//!
//! Each arm was tried on the real program.

use super::catalogue::{Catalogue, Side};
use super::class::{Class, Classes, Domains};
use super::diagnostics::UnjudgedParameter;
use super::filter::Filter;
use super::keys;
use super::map::{Asker, Parents, Seen, Surroundings, parents};
use super::parameter::Settings;
use super::probe::{self, Probe};
use super::table::{self, Files};
use crate::decision::{AddressKey, AddressTable, At, Label, Row, TestId};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::PathForm;
use crate::source::Loc;

/// What trivial-rewrite(8) knows: the same for all listeners.
#[derive(Debug)]
pub(super) struct Addressing {
    pub(super) around: Surroundings,
    pub(super) classes: Classes,
    /// The domains of all classes.
    pub(super) domains: Domains,
    cracks_quotes: bool,
    allows_dash: bool,
    /// The address whose recipients are never checked: `address_verify_sender`.
    pub(super) probe: Option<Probe>,
}

/// A path as Postfix takes it.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// What is looked up.
    pub(super) seen: Seen,
    /// The class of its domain.
    pub(super) class: Class,
    /// Where the class is said.
    pub(super) class_at: Option<At>,
    /// Whether its local-part holds a route for another host (`RESOLVE_FLAG_ROUTED`).
    pub(super) is_routed: bool,
    /// Whether it has no local-part: then it is MAILER-DAEMON in a local domain.
    pub(super) is_mailer_daemon: bool,
}

/// All that the model asks of a form: two forms with the same traits are decided alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Traits {
    /// This rule of the filter makes it a syntax error, whatever the address.
    Spoiled(usize),
    /// It is looked at.
    Looked {
        /// The rules of the filter that match, in order.
        rules: Vec<usize>,
        is_error: bool,
        seen: Seen,
        is_routed: bool,
        leads_elsewhere: bool,
        has_address: bool,
        has_domain: bool,
        /// A form that some rule of Postfix names by itself.
        named: Option<PathForm>,
    },
}

/// What becomes of a path before it is looked at.
#[derive(Debug, Clone)]
pub(super) enum Taken {
    /// It is taken in this form. The flag says whether a dot at its end is gone.
    Form(PathForm, bool),
    /// It becomes this address.
    Constant(String, String),
    /// It becomes one of the same domain that is nobody's.
    Unlisted,
    /// It is no path: a syntax error, which this place makes if it is a rule of the filter.
    Error(Option<Loc>),
}

impl Addressing {
    /// Reads the parameters.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let origin = origin(settings, artifacts, diagnostics);
        let below = parents(settings, "relay_domains", diagnostics) == Parents::Plain;
        let domains = Domains::read(settings, artifacts, below, diagnostics);
        let null_key = settings.text("smtpd_null_access_lookup_key", diagnostics);
        let extension = settings.text("recipient_delimiter", diagnostics);
        let around = Surroundings {
            local_domains: domains.names(Class::Local),
            null_key: null_key.as_str().to_ascii_lowercase(),
            extensions: !extension.as_str().is_empty(),
            origin,
        };
        let classes = domains.finish(catalogue, &settings.place("mydestination"));
        let probe = probe::read(settings, &around.origin, catalogue, diagnostics);
        for name in ["allow_percent_hack", "swap_bangpath"] {
            if settings.boolean(name, diagnostics) {
                let reason = "where it is on, a `%` or `!` in a local-part is followed once the \
                              domain is cut off, and what is looked up then no form of a path says";
                let at = settings.place(name);
                diagnostics.error(UnjudgedParameter::new(name, reason, &at));
            }
        }
        let mut flag = |name| settings.boolean(name, diagnostics);
        Self {
            cracks_quotes: flag("resolve_dequoted_address"),
            allows_dash: flag("allow_min_user"),
            around,
            classes,
            domains,
            probe,
        }
    }

    /// Returns whether a form is a syntax error (501).
    pub(super) fn is_error(&self, form: PathForm, side: Side, is_strict: bool) -> bool {
        match form {
            PathForm::BadDomain | PathForm::NumericDomain => true,
            PathForm::LeadingDash => !self.allows_dash,
            PathForm::Comment | PathForm::EmptyLocal => is_strict,
            PathForm::Null => side == Side::To,
            PathForm::Plain
            | PathForm::Quoted
            | PathForm::QuotedPair
            | PathForm::SourceRoute
            | PathForm::BarePostmaster
            | PathForm::Literal
            | PathForm::OwnLiteral
            | PathForm::Percent
            | PathForm::Bang
            | PathForm::ExtendedRoute
            | PathForm::QuotedRoute
            | PathForm::TrailingDot
            | PathForm::Underscore
            | PathForm::DoubleAt
            | PathForm::Bare
            | PathForm::OddPostmaster
            | PathForm::BareRoute
            | PathForm::OddRoute
            | PathForm::Spaced
            | PathForm::Escaped
            | PathForm::Dotted
            | PathForm::OddLocal
            | PathForm::EightBit
            | PathForm::LongLocal
            | PathForm::RoutedOwnLiteral
            | PathForm::OddLiteral
            | PathForm::OddOwnLiteral
            | PathForm::Malformed => false,
        }
    }

    /// Returns all that the model asks of a form on a listener.
    pub(super) fn traits(
        &self,
        form: PathForm,
        side: Side,
        filter: &Filter,
        is_strict: bool,
    ) -> Traits {
        let rules = filter.matching(form, side);
        if let Some(first) = rules.first()
            && filter.spoils(*first)
        {
            return Traits::Spoiled(*first);
        }
        let (seen, is_routed) = self.seen(form);
        let is_named = matches!(
            form,
            PathForm::BarePostmaster
                | PathForm::OddPostmaster
                | PathForm::Null
                | PathForm::Malformed
                | PathForm::EmptyLocal
        ) || (form == PathForm::TrailingDot && !filter.passes(&rules))
            // What SPF sees of them.
            || (side == Side::From && super::session::may_hold_at(form));
        Traits::Looked {
            rules,
            is_error: self.is_error(form, side, is_strict),
            seen,
            is_routed,
            leads_elsewhere: self.leads_elsewhere(form),
            // The address of a route in an extension is in what is seen.
            has_address: form.has_address() && form != PathForm::ExtendedRoute,
            has_domain: form.has_domain(),
            named: is_named.then_some(form),
        }
    }

    /// Resolves a path.
    pub(super) fn resolve<A: Asker>(
        &self,
        taken: &Taken,
        side: Side,
        asker: &mut A,
    ) -> Result<Resolved, A::Stop> {
        let origin = &self.around.origin;
        let (seen, is_routed, form) = match taken {
            Taken::Constant(local, domain) => (
                Seen::Constant(Some(local.clone()), domain.clone()),
                false,
                None,
            ),
            Taken::Unlisted => (Seen::DomainOnly, false, None),
            Taken::Form(form, _) => {
                let (seen, is_routed) = self.seen(*form);
                (seen, is_routed, Some(*form))
            }
            Taken::Error(_) => (Seen::Null, false, None),
        };
        let (class, class_at) = self.classes.find(&seen, side, origin, asker)?;
        // A domain of this host is cut off, and what is left is an address of its own.
        if class == Class::Local && form.is_some_and(|form| self.leads_elsewhere(form)) {
            return Ok(Resolved {
                seen: Seen::Elsewhere,
                class: Class::Default,
                class_at: None,
                is_routed: false,
                is_mailer_daemon: false,
            });
        }
        Ok(Resolved {
            seen,
            class,
            class_at,
            is_routed,
            is_mailer_daemon: form == Some(PathForm::EmptyLocal),
        })
    }

    /// Returns what a reverse-path of a form offers for keys, once it is in the queue.
    pub(super) fn sender(&self, form: PathForm) -> Seen {
        self.seen(form).0
    }

    /// Returns what a form offers for keys, and whether it holds a route.
    fn seen(&self, form: PathForm) -> (Seen, bool) {
        let origin = self.around.origin.clone();
        match form {
            PathForm::Plain
            | PathForm::Quoted
            | PathForm::QuotedPair
            | PathForm::SourceRoute
            | PathForm::TrailingDot
            | PathForm::Spaced
            | PathForm::Comment
            | PathForm::Escaped => (Seen::Whole, false),
            PathForm::BarePostmaster | PathForm::OddPostmaster => {
                (Seen::Constant(Some("postmaster".to_owned()), origin), false)
            }
            PathForm::Null | PathForm::BadDomain => (Seen::Null, false),
            // Some are errors to smtpd(8), some are taken: the form does not say for whom.
            PathForm::Malformed => (Seen::Elsewhere, false),
            PathForm::Literal | PathForm::OddLiteral | PathForm::NumericDomain => {
                (Seen::Literal, false)
            }
            PathForm::OwnLiteral | PathForm::OddOwnLiteral => (Seen::OwnLiteral, false),
            PathForm::RoutedOwnLiteral => (Seen::RoutedOwnLiteral, true),
            PathForm::ExtendedRoute if self.around.extensions => (Seen::Extended, true),
            PathForm::QuotedRoute | PathForm::DoubleAt | PathForm::OddRoute
                if self.around.extensions =>
            {
                (Seen::Untold, true)
            }
            PathForm::Percent
            | PathForm::Bang
            | PathForm::ExtendedRoute
            | PathForm::QuotedRoute
            | PathForm::DoubleAt
            | PathForm::OddRoute => (Seen::Routed, true),
            PathForm::Underscore => (Seen::Underscore, false),
            PathForm::Bare => (Seen::Origin, false),
            PathForm::BareRoute => (Seen::Constant(None, origin), true),
            PathForm::LeadingDash
            | PathForm::EmptyLocal
            | PathForm::Dotted
            | PathForm::OddLocal
            | PathForm::EightBit
            | PathForm::LongLocal => (Seen::DomainOnly, false),
        }
    }

    /// Returns whether the route in the local-part is followed once the domain is cut off: of those
    /// that neither `%` nor `!` makes, one in quotes, if it is looked at without them. The address
    /// comes dequoted to resolve.c, so an `@` is in quotes there either way.
    fn leads_elsewhere(&self, form: PathForm) -> bool {
        let is_by_sign = matches!(
            form,
            PathForm::Percent | PathForm::Bang | PathForm::ExtendedRoute
        );
        form.is_routed() && !is_by_sign && self.cracks_quotes
    }

    /// Returns whether a recipient is the probe's address: smtpd(8) checks nothing then
    /// (valid_verify_sender_addr(3)). The domain is compared as sent, so a dot at its end hides it.
    pub(super) fn is_probe<A: Asker>(&self, taken: &Taken, asker: &mut A) -> Result<bool, A::Stop> {
        let Some(probe) = &self.probe else {
            return Ok(false);
        };
        match taken {
            Taken::Constant(local, domain) => Ok(*local == probe.local && *domain == probe.domain),
            // With an extension it is another address: it is compared as a whole.
            Taken::Form(PathForm::TrailingDot, false)
            | Taken::Form(PathForm::ExtendedRoute, _)
            | Taken::Unlisted
            | Taken::Error(_) => Ok(false),
            Taken::Form(form, _) if form.has_address() => {
                Ok(asker.label(probe.test)? != Label::ABSENT)
            }
            Taken::Form(..) => Ok(false),
        }
    }
}

/// Returns `$myorigin` in lower case; a file name stands for what the file says (Debian).
fn origin(settings: &Settings<'_>, artifacts: &Files<'_>, diagnostics: &mut Diagnostics) -> String {
    let name = "myorigin";
    let text = settings.text(name, diagnostics);
    let origin = if text.as_str().starts_with('/') {
        match table::file(&text, artifacts, diagnostics) {
            // Debian's patch of mail_params.c: the first line, and an error if it is blank.
            Ok(source) => source
                .text()
                .lines()
                .next()
                .unwrap_or_default()
                .trim_ascii()
                .to_ascii_lowercase(),
            Err(Reported { .. }) => return String::new(),
        }
    } else {
        text.as_str().to_ascii_lowercase()
    };
    if keys::domain_name(&origin).is_err() {
        let reason = "it is no plain name of a domain";
        diagnostics.error(UnjudgedParameter::new(name, reason, &text.at()));
    }
    origin
}

/// Returns the test whether the path of a side is one address.
pub(super) fn one_address(
    side: Side,
    (local, domain): (&str, &str),
    at: &Loc,
    catalogue: &mut Catalogue,
) -> TestId {
    let who = match side {
        Side::From => "sender",
        Side::To => "recipient",
    };
    let address = format!("{local}@{domain}");
    catalogue.share(&format!("{who} is {address}"), Some(at), || {
        let mut table = AddressTable::new(&[AddressKey::Address]);
        table.insert(
            AddressKey::Address,
            &address,
            Row::new(Label(1), at.clone()),
        );
        side.question(table)
    })
}
