//! Counterexamples: an envelope, what was decided, and the dialogue that anyone can repeat.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reach::destinations;
use super::universe::ease;
use crate::decision::{
    ByWriting, Chooser, Decider, Decision, Destination, Envelope, Header, Returned, Verdict, place,
    run,
};
use crate::mail::{Address, Listener, PathForm};
use crate::source::Loc;
use crate::spf::SpfResult;

/// An envelope that breaks something, with what each side decides of it.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// The envelope.
    pub envelope: Envelope,
    /// What was decided, and where; the policy first.
    pub decided: Vec<Decided>,
    /// The side that does not listen there, and so decides nothing, if there is one.
    pub closed: Option<Closed>,
}

/// A side that does not listen where a client connects.
#[derive(Debug, Clone)]
pub struct Closed {
    /// Its name.
    pub who: String,
    /// Whether it is the first of both.
    pub first: bool,
    /// The place that says where it listens.
    pub at: Loc,
}

/// One side's decision.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Who decided: `policy`, or the name of a target.
    pub who: String,
    /// The decision.
    pub decision: Decision,
    /// The place that decided.
    pub at: Option<Loc>,
    /// Where accepted mail ends up.
    pub destinations: Vec<Destination>,
    /// What says that mail goes to each of them, where one place does.
    pub leads: Vec<Option<Loc>>,
    /// How the client can have it come back, if it can.
    pub returned: Option<Returned>,
    /// Who gets a copy of accepted mail, and what says so.
    pub copies: BTreeMap<Address, Option<Loc>>,
}

impl Decided {
    /// Runs a decider on an envelope. `None` if it asks what it has not declared.
    pub(super) fn by(who: &str, decider: &dyn Decider, envelope: &Envelope) -> Option<Self> {
        let (decision, asked) = run(decider, envelope).ok()?;
        let at = asked.place(&decision.at).cloned();
        let destinations = destinations(decider, &decision, envelope);
        let leads = destinations.iter().map(|one| decider.leads_by(one));
        let mut staying = destinations.iter().filter(|one| !leaves(one));
        let returned = staying.find_map(|one| decider.returns(one));
        let copies = decision.copies.iter();
        let copies = copies.map(|(to, at)| (to.clone(), asked.place(at).cloned()));
        Some(Self {
            copies: copies.collect(),
            leads: leads.collect(),
            returned,
            who: who.to_owned(),
            decision,
            at,
            destinations,
        })
    }

    /// Returns whether another gives this address no copy of what both accept.
    fn copies_alone(&self, to: &Address, others: &[Self]) -> bool {
        let accepts = |one: &Self| one.decision.verdict == Verdict::Accept;
        let without = |one: &Self| accepts(one) && !one.copies.contains_key(to);
        accepts(self) && others.iter().any(without)
    }

    /// Returns what becomes of accepted mail, in words, and how it comes back.
    fn mail(&self, returned: Option<&Returned>) -> String {
        let mut places: Vec<String> = self.destinations.iter().map(place).collect();
        if places.is_empty() {
            places.push(place(&Destination::Undeliverable));
        }
        let copies = self.copies.keys();
        places.extend(copies.map(|copy| format!("a copy to {copy}")));
        let headers = &self.decision.headers;
        places.extend(headers.iter().copied().map(Header::name).map(str::to_owned));
        places.extend(returned.map(|one| format!("and back to the sender  {}", one.at)));
        places.join(", ")
    }
}

/// Returns whether mail leaves for wherever its recipient says.
fn leaves(destination: &Destination) -> bool {
    matches!(destination, Destination::Exchangers(_))
}

/// What a client writes besides the envelope.
enum Wrote {
    /// Behind the forward-path.
    At(String),
    /// As a line of the message.
    Data(String),
}

/// Returns whether a client gives a login only where the policy lets it be asked for one: under
/// TLS, at a submission listener. Elsewhere it is a session that only a fault of the files allows.
pub(super) fn gives_login_where_asked(envelope: &Envelope) -> bool {
    envelope.login.is_none() || (envelope.tls && envelope.listener != Listener::Smtp)
}

impl Counterexample {
    /// Returns the place that the last to decide decided at: what leads its mail elsewhere, or into
    /// another copy, if only where the mail goes is in question.
    pub(super) fn place(&self) -> Option<&Loc> {
        let last = self.decided.last()?;
        let first = self.decided.first()?;
        let both = [first, last].map(|one| one.decision.verdict == Verdict::Accept);
        let elsewhere = last.destinations.iter().zip(&last.leads);
        let mut elsewhere = elsewhere.filter(|(to, _)| !first.destinations.contains(to));
        let leads = elsewhere.find_map(|(_, at)| at.as_ref());
        let leads = leads.or_else(|| Some(&self.returned(last)?.at));
        let copies = last.copies.iter();
        let mut copies = copies.filter(|(to, _)| last.copies_alone(to, &self.decided));
        let leads = leads.or_else(|| copies.find_map(|(_, at)| at.as_ref()));
        leads.filter(|_| both == [true, true]).or(last.at.as_ref())
    }

    /// Returns how hard the envelope is to read: of several, the least is shown. One whose client
    /// could give its login comes first.
    pub fn weight(envelope: &Envelope) -> impl Ord + use<> {
        (
            !gives_login_where_asked(envelope),
            envelope.to.form().index(),
            envelope.from.form().index(),
            envelope.login.is_some(),
            envelope.tls,
            envelope.listener != Listener::Smtp,
            ease(envelope.client),
        )
    }

    /// Returns the SMTP dialogue and the decisions, line by line.
    pub fn dialogue(&self) -> String {
        let envelope = &self.envelope;
        let tls = if envelope.tls { "TLS" } else { "no TLS" };
        let login = match &envelope.login {
            Some(login) => format!("authenticated as `{login}`"),
            None => "not authenticated".to_owned(),
        };
        let port = envelope.listener.port();
        let mut text = format!("client {}, port {port}, {tls}, {login}\n", envelope.client);
        let helo = &envelope.helo;
        // Writing to a string does not fail.
        let _ = writeln!(text, "  EHLO {helo}{}", self.spf_of_helo());
        let _ = writeln!(text, "  MAIL FROM:<{}>{}", envelope.from.text(), self.spf());
        let to = envelope.to.text();
        let _ = match self.written() {
            Some(Wrote::At(more)) => writeln!(text, "  RCPT TO:<{to}> {more}"),
            Some(Wrote::Data(data)) => writeln!(text, "  RCPT TO:<{to}>\n  DATA\n  {data}"),
            None => writeln!(text, "  RCPT TO:<{to}>"),
        };
        let width = self
            .decided
            .iter()
            .map(|one| one.who.len())
            .chain(self.closed.iter().map(|one| one.who.len()))
            .max()
            .unwrap_or(0);
        let closed = |text: &mut String, first: bool| {
            if let Some(one) = self.closed.as_ref().filter(|one| one.first == first) {
                let (who, at) = (&one.who, &one.at);
                let _ = writeln!(text, "{who:width$}  there is no such listener  {at}");
            }
        };
        closed(&mut text, true);
        for one in &self.decided {
            let at = one.at.as_ref().map(ToString::to_string).unwrap_or_default();
            let Decision {
                verdict,
                reply,
                because,
                ..
            } = &one.decision;
            let _ = writeln!(
                text,
                "{:width$}  {verdict} {reply} ({because})  {at}",
                one.who
            );
            if *verdict == Verdict::Accept {
                let _ = writeln!(text, "{:width$}  {}", "", one.mail(self.returned(one)));
                self.copied(one, width, &mut text);
            }
            if let Some(words) = self.completion(one) {
                let _ = writeln!(text, "{:width$}  {words}", "");
            }
        }
        closed(&mut text, false);
        text
    }

    /// Writes what says that a side copies mail where another does not.
    fn copied(&self, one: &Decided, width: usize, text: &mut String) {
        for (to, at) in &one.copies {
            if let Some(at) = at
                && one.copies_alone(to, &self.decided)
            {
                let _ = writeln!(text, "{:width$}  the copy to {to}: {at}", "");
            }
        }
    }

    /// Says whether a side adds what the message lacks, where another has the same verdict and does
    /// otherwise. Another verdict says enough.
    fn completion(&self, side: &Decided) -> Option<&'static str> {
        let completes = side.decision.completes;
        let same_verdict = |one: &&Decided| one.decision.verdict == side.decision.verdict;
        let mut others = self.decided.iter().filter(same_verdict);
        if others.all(|other| other.decision.completes == completes) {
            return None;
        }
        Some(match (completes, side.decision.verdict) {
            (true, Verdict::Accept) => "Message-ID, Date and From are added where they are missing",
            (true, Verdict::Defer | Verdict::Reject) => {
                "to the message of its other recipients Message-ID, Date and From are added"
            }
            (false, _) => "Message-ID, Date and From are not added",
        })
    }

    /// Returns how the client can have mail come back that a side takes. Where another refuses the
    /// mail, that it is taken says enough.
    fn returned<'s>(&self, side: &'s Decided) -> Option<&'s Returned> {
        let accepts = |one: &Decided| one.decision.verdict == Verdict::Accept;
        side.returned
            .as_ref()
            .filter(|_| self.decided.iter().all(accepts))
    }

    /// Returns what the client writes to choose where the mail goes, or to have it come back.
    fn written(&self) -> Option<Wrote> {
        let mut destinations = self.decided.iter().flat_map(|one| &one.destinations);
        let chooses = destinations.find_map(|destination| match destination {
            Destination::Chosen(Chooser::Header(name)) => {
                Some(Wrote::Data(format!("{name}: victim@elsewhere.example")))
            }
            Destination::Chosen(Chooser::ReversePath)
            | Destination::Mailbox { .. }
            | Destination::Exchangers(_)
            | Destination::Forward { .. }
            | Destination::Hop(_)
            | Destination::Discard
            | Destination::Undeliverable => None,
        });
        let returned = self.decided.iter().filter_map(|one| self.returned(one));
        let mut returns = returned.map(|one| match &one.by {
            ByWriting::Notify => Wrote::At("NOTIFY=SUCCESS".to_owned()),
            ByWriting::Header(header) => Wrote::Data(header.clone()),
            ByWriting::Helo(octets) => Wrote::Data(format!("(and a HELO name of {octets} octets)")),
            ByWriting::Hops(most) => Wrote::Data(format!("({most} Received fields)")),
            ByWriting::Line(most) => Wrote::Data(format!("(a line of {} octets)", most + 1)),
        });
        chooses.or_else(|| returns.next())
    }

    /// HELO's own result is worth a word where it is not the one that counts, and says anything.
    fn spf_of_helo(&self) -> String {
        let result = self.envelope.spf_helo;
        if self.envelope.from.form() == PathForm::Null || result == SpfResult::None {
            return String::new();
        }
        format!("   (SPF: {})", result.as_str())
    }

    fn spf(&self) -> String {
        let null = self.envelope.from.form() == PathForm::Null;
        let identity = if null {
            self.envelope.spf_helo
        } else {
            self.envelope.spf
        };
        format!("   (SPF: {})", identity.as_str())
    }
}
