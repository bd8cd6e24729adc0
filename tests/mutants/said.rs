//! What the reader says of an envelope, and whether the real MTA has answered so.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use mailpol::decision::{
    Decider, Decision, Destination, Envelope, EnvelopeAsk, FoundListener, Store, Verdict, run,
};
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::policy::Policy;
use mailpol::prove::destinations;
use mailpol::spf::SpfResult;
use mailpol::target::Reading;

use crate::support::job::Mta;
use crate::support::report::{Answer, Outcome, Stage};

/// Accounts of every Debian that can get mail (base-passwd).
const SYSTEM_ACCOUNTS: [&str; 4] = ["root", "daemon", "mail", "nobody"];

/// The domain that the routes of `Path::spell` lead to.
const NEIGHBOUR: &str = "victim.example";

/// Returns the address that a client comes to, as the harness has it: the first of its family that
/// the policy binds the listener to, or else the host's.
pub(crate) fn comes_to(policy: &Policy, envelope: &Envelope) -> IpAddr {
    let bound = policy.host.bound.get(&envelope.listener);
    let bound = bound.into_iter().flatten().map(|one| one.value);
    let mut all = bound.chain(policy.host.own_addresses());
    let is_v4 = envelope.client.is_ipv4();
    all.find(|on| on.is_ipv4() == is_v4).unwrap_or(if is_v4 {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        IpAddr::V6(Ipv6Addr::LOCALHOST)
    })
}

/// What the reader says of an envelope.
pub(crate) struct Read {
    /// Nothing where no listener is.
    decision: Option<Decision>,
    /// Where it goes, if it is accepted.
    pub(crate) goes: BTreeSet<String>,
    /// The last names of the files and folders among that, none of them in a home.
    named: BTreeSet<String>,
    /// Whether local-parts may have extensions.
    has_extensions: bool,
}

impl std::fmt::Display for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.decision {
            Some(one) => write!(f, "{} {} ({})", one.verdict, one.reply, one.because),
            None => f.write_str("no listener"),
        }
    }
}

/// Returns where mail goes that is decided so, copies and all.
pub(crate) fn everywhere(
    decider: &dyn Decider,
    decision: &Decision,
    envelope: &Envelope,
) -> Option<Vec<Destination>> {
    let mut all = destinations(decider, decision, envelope);
    for copy in decision.copies.addresses() {
        let mut ask = EnvelopeAsk::new(decider.tests(), envelope);
        all.extend(decider.destinations(copy, &mut ask).ok()?);
    }
    Some(all)
}

pub(crate) fn reads(reading: &Reading, policy: &Policy, envelope: &Envelope) -> Option<Read> {
    let comes_to = comes_to(policy, envelope);
    let mut open = reading.listeners.iter().filter_map(FoundListener::way_in);
    let is_open = open.any(|way| {
        let is_there = way.on.is_none_or(|on| on == comes_to);
        way.listener == envelope.listener && is_there
    });
    if !is_open {
        return Some(Read {
            decision: None,
            goes: BTreeSet::new(),
            named: BTreeSet::new(),
            has_extensions: false,
        });
    }
    let (decision, _) = run(reading.decider.as_ref(), envelope).ok()?;
    let all = everywhere(reading.decider.as_ref(), &decision, envelope)?;
    let named = all.iter().filter_map(|one| match one {
        Destination::Mailbox {
            store: Store::Directory(path) | Store::File(path),
            ..
        } if !path.starts_with('~') => path.rsplit('/').next().map(str::to_owned),
        _ => None,
    });
    let named = named.collect();
    let goes = all.iter().map(|one| match one {
        Destination::Mailbox { store, .. } => match store {
            // One that nobody has, or whose home it cannot write to.
            Store::Account(login)
                if !policy.logins.contains_key(login)
                    && !SYSTEM_ACCOUNTS.contains(&login.as_str()) =>
            {
                "nowhere".to_owned()
            }
            Store::Account(login) => format!("account {login}"),
            // The log names the program that has delivered, and not the folder in a home.
            Store::Directory(path) | Store::File(path) => match path.strip_prefix('~') {
                Some(home) => format!("account {}", home.split('/').next().unwrap_or_default()),
                None => "directory".to_owned(),
            },
        },
        Destination::Exchangers(_)
        | Destination::Forward { .. }
        | Destination::Hop(_)
        | Destination::Chosen(_) => "out".to_owned(),
        Destination::Discard => "discard".to_owned(),
        Destination::Undeliverable => "nowhere".to_owned(),
    });
    Some(Read {
        goes: goes.collect(),
        named,
        has_extensions: reading.decider.has_extensions(),
        decision: Some(decision),
    })
}

impl Read {
    /// Returns whether the message gets the headers that it lacks.
    pub(crate) fn completes(&self) -> bool {
        self.decision.as_ref().is_some_and(|one| one.completes)
    }

    /// Returns where a message went by the log, as the reader says it. The log of local(8) does not
    /// say whether the file of an account is in the home or in the spool. And of a recipient whose
    /// program ends before it has said anything, the log says nothing: it got nothing.
    pub(crate) fn as_read(&self, went: BTreeSet<String>) -> BTreeSet<String> {
        let folder = |place: String| match place.strip_prefix("account ") {
            Some(account) if self.named.contains(account) => "directory".to_owned(),
            _ => place,
        };
        let silent = self.goes.get("nowhere").cloned();
        went.into_iter().map(folder).chain(silent).collect()
    }

    /// Returns where it goes, accounts and mailboxes taken for one.
    pub(crate) fn goes_roughly(&self) -> BTreeSet<String> {
        let roughly = |place: &String| match place.as_str() {
            "out" | "nowhere" => place.clone(),
            _ => "here".to_owned(),
        };
        self.goes.iter().map(roughly).collect()
    }

    /// Returns where a message went by the log, as the reader says it: of a recipient that Exim
    /// verifies by an address of others it says besides that DNS may not answer, and here it does.
    pub(crate) fn as_dns_answers(&self, went: BTreeSet<String>) -> BTreeSet<String> {
        let told = |place: String| match place.as_str() {
            "perhaps out" if self.goes.contains("out") => "out".to_owned(),
            "perhaps out" => "nowhere".to_owned(),
            _ => place,
        };
        let went: BTreeSet<String> = went.into_iter().map(told).collect();
        let leaves = went.contains("out") && self.goes.contains("out");
        let perhaps = self.goes.get("nowhere").filter(|_| leaves).cloned();
        went.into_iter().chain(perhaps).collect()
    }

    /// Whether the answer is one of those that the reader leaves open, as the page of the target
    /// says: what the MTA makes of a path that is none, whether such a path has an extension, whose
    /// a bare name is, and which of its errors libspf2 reports, where an acceptance counts before a
    /// refusal and a refusal for good before a deferral.
    ///
    /// No acceptance is left open: what the MTA takes, the reader has to take.
    pub(crate) fn is_latitude(&self, mta: Mta, envelope: &Envelope, outcome: &Outcome) -> bool {
        let (Some(decision), Answer::Replied { reply, stage }) = (&self.decision, &outcome.answer)
        else {
            return false;
        };
        if is_accepted(outcome) {
            return false;
        }
        // Aliases without an end: cleanup(8) tells it when the message is there
        // (`cleanup_map1n_internal` in cleanup_map1n.c of Postfix 3.7.11).
        let is_alias_error = *stage == Stage::Message && reply.status.as_deref() == Some("4.6.0");
        if is_alias_error && self.accepts() {
            return self.goes.contains("nowhere");
        }
        let forms = [envelope.from.form(), envelope.to.form()];
        let [from_untold, to_untold] = forms.map(|form| self.has_extensions && is_untold(form));
        let is_unlisted = reply.code == 550 && reply.status.as_deref() == Some("5.1.1");
        if (to_untold && is_unlisted) || (from_untold && reply.code == 553) {
            return true;
        }
        if mta == Mta::Postfix {
            // The reader has no login own a bare name.
            let is_owned = reply.code == 553 || decision.reply.code == 553;
            // The reader takes every route for one to a domain of others. Where the domain that is
            // cut off is the one that the route names, that is cut off too.
            let to = &envelope.to;
            let names_itself = to.domain().is_some_and(|one| one.as_str() == NEIGHBOUR);
            let ends_here = to.form().is_routed() && names_itself;
            // The form does not say whether it holds an `@`, behind which SPF sees no domain.
            let is_by_spf = matches!(reply.status.as_deref(), Some("5.7.23" | "5.7.24"));
            let is_seen = envelope.from.form() == PathForm::OddRoute && is_by_spf;
            return (is_bare(&envelope.from) && is_owned)
                || is_seen
                || (ends_here && decision.verdict == Verdict::Accept)
                || (reply.code == 501 && forms.contains(&PathForm::Malformed));
        }
        let is_no_path = |form| {
            matches!(
                form,
                PathForm::BadDomain | PathForm::Malformed | PathForm::OddLocal
            )
        };
        if reply.code == 501 && reply.status.is_none() && forms.into_iter().any(is_no_path) {
            return true;
        }
        // Which addresses are its own Exim sees on the machine, and fails what is to go there. And
        // no name server knows a domain that is a number, so nothing is verified of one.
        let nowhere = [
            PathForm::OwnLiteral,
            PathForm::RoutedOwnLiteral,
            PathForm::OddOwnLiteral,
            PathForm::NumericDomain,
        ];
        let leads_nowhere = nowhere.contains(&envelope.to.form());
        if decision.verdict == Verdict::Accept && leads_nowhere {
            return true;
        }
        let identity = match envelope.from.form() {
            PathForm::Null => envelope.spf_helo,
            _ => envelope.spf,
        };
        let is_error = matches!(identity, SpfResult::Temperror | SpfResult::Permerror);
        let is_deferred = (400..500).contains(&reply.code);
        // RFC 7372: what a refusal by SPF, or for an error of it, is told with. Where a verb was
        // changed, Exim leaves a code that is not the verb's out, with the status behind it.
        let is_by_spf = reply.code == 451
            || matches!(reply.status.as_deref(), Some("5.7.23" | "5.7.24"))
            || (reply.status.is_none() && reply.text.contains(" spf: "));
        is_error
            && match decision.verdict {
                Verdict::Accept => is_by_spf,
                Verdict::Reject => is_deferred,
                Verdict::Defer => false,
            }
    }

    /// Whether the connection ended with a refusal, of which nothing came through: what the client
    /// had sent meanwhile was thrown away.
    pub(crate) fn is_cut_off(&self, outcome: &Outcome) -> bool {
        let decision = self.decision.as_ref();
        let is_refused = decision.is_some_and(|one| one.verdict != Verdict::Accept);
        is_refused
            && matches!(
                &outcome.answer,
                Answer::Broken { why }
                    if why.contains("reset by peer") || why.contains("closed the connection")
            )
    }

    /// Whether the MTA takes a login's bare name for its own, and the reader for nobody's.
    ///
    /// Here alone the reader refuses what the MTA takes, and it cannot be helped: whose a bare name
    /// is depends on `myorigin` and on tables of whole addresses, and the form has no address. So
    /// it has to take the same mail with that address written out, as which it is sent.
    pub(crate) fn is_own_bare(
        &self,
        (reading, policy): (&Reading, &Policy),
        origin: &str,
        envelope: &Envelope,
    ) -> bool {
        let is_refused = self
            .decision
            .as_ref()
            .is_some_and(|one| one.reply.code == 553);
        if !is_refused || envelope.login.is_none() || !is_bare(&envelope.from) {
            return false;
        }
        let mut whole = envelope.clone();
        whole.from = Path::parse(&format!("{}@{origin}", envelope.from.text()), &[]);
        reads(reading, policy, &whole).is_some_and(|read| read.accepts())
    }

    /// Whether the reader knows no way in there.
    pub(crate) fn is_closed(&self) -> bool {
        self.decision.is_none()
    }

    pub(crate) fn accepts(&self) -> bool {
        let decision = self.decision.as_ref();
        decision.is_some_and(|one| one.verdict == Verdict::Accept)
    }

    /// Whether the MTA answered so.
    pub(crate) fn fits(&self, envelope: &Envelope, outcome: &Outcome) -> bool {
        let Some(decision) = &self.decision else {
            let is_closed =
                matches!(&outcome.answer, Answer::Broken { why } if why.contains("refused"));
            // Whoever answers there without TLS opens another listener.
            let wants_tls = envelope.listener == Listener::Submissions;
            return is_closed || (wants_tls && is_broken_hello(outcome));
        };
        let Answer::Replied { reply, .. } = &outcome.answer else {
            return false;
        };
        if is_accepted(outcome) {
            return decision.verdict == Verdict::Accept;
        }
        let status = decision.reply.status.to_string();
        reply.code == decision.reply.code && reply.status.as_ref().is_none_or(|one| *one == status)
    }
}

/// Whether the reader, where the form of a path does not say what tables have for its
/// local-part, has followed both answers, and an acceptance counted, or another refusal.
pub(crate) fn follows_both(envelope: &Envelope, outcome: &Outcome) -> bool {
    let is_open = |form| {
        matches!(
            form,
            PathForm::Literal
                | PathForm::OddLiteral
                | PathForm::Dotted
                | PathForm::OwnLiteral
                | PathForm::RoutedOwnLiteral
                | PathForm::OddOwnLiteral
                | PathForm::NumericDomain
                | PathForm::OddLocal
                | PathForm::Malformed
                | PathForm::BadDomain
        )
    };
    let forms = [envelope.from.form(), envelope.to.form()];
    let is_replied = matches!(&outcome.answer, Answer::Replied { .. });
    is_replied && !is_accepted(outcome) && forms.into_iter().any(is_open)
}

/// Whether SPF is judged of a HELO name that has no record: the reader has followed too that it is
/// no domain, which is `(invalid)` to libspf2, and an acceptance counted.
pub(crate) fn is_of_helo(envelope: &Envelope, outcome: &Outcome) -> bool {
    let is_null = envelope.from.form() == PathForm::Null;
    let is_replied = matches!(&outcome.answer, Answer::Replied { .. });
    is_null && envelope.spf_helo == SpfResult::None && is_replied && !is_accepted(outcome)
}

/// Whether a path has no domain, and Postfix puts one behind it.
fn is_bare(path: &Path) -> bool {
    matches!(
        path.form(),
        PathForm::Bare | PathForm::BarePostmaster | PathForm::BareRoute | PathForm::OddPostmaster
    )
}

/// Whether a form does not say whether its local-part has an extension: then the reader takes it
/// for a recipient that is known, or for an address that the login owns, and goes on.
fn is_untold(form: PathForm) -> bool {
    matches!(
        form,
        PathForm::QuotedRoute
            | PathForm::DoubleAt
            | PathForm::OddRoute
            | PathForm::Dotted
            | PathForm::EightBit
            | PathForm::Malformed
    )
}

pub(crate) fn is_accepted(outcome: &Outcome) -> bool {
    matches!(
        &outcome.answer,
        Answer::Replied { stage: Stage::Rcpt | Stage::Data | Stage::Message, reply }
            if reply.is_positive()
    )
}

pub(crate) fn is_no_session(outcome: &Outcome) -> bool {
    matches!(
        &outcome.answer,
        Answer::Replied {
            stage: Stage::Tls,
            ..
        }
    )
}

/// Whether a session broke off before it was under TLS.
pub(crate) fn is_broken_hello(outcome: &Outcome) -> bool {
    matches!(&outcome.answer, Answer::Broken { why } if why.contains("shaking hands by TLS"))
}
