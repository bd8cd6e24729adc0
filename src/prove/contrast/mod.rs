//! Two deciders side by side over every class of envelopes: what each decides, and of which.
//!
//! Here every leaf of the forks is visited and counted; `compare` makes sentences of them. Nothing
//! is sampled: the counts of the leaves sum to the size of the universe, or there is no answer.

mod addresses;
mod copies;
mod leaves;
mod names;
mod outline;
mod point;
mod sets;

pub use crate::prove::keys::InDomain;
pub use addresses::{Addresses, Pair as Owned};
pub(crate) use copies::{CopyAt, copies};
pub use leaves::Parting;
pub use names::{LoginClass, PathClass, Range, Side as When, Standing};
pub use outline::{Meeting, Outline, Outlines};
pub use sets::{Facet, Region, Sets};

use addresses::MadeOf;
use copies::same_copies;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::declared::{self, Declared, Forwards};
use super::ends::{Differing, ends};
use super::fork::{Answers, Bits};
use super::keys::{Collected, Keys};
use super::side::Side;
use super::threads::in_two;
use super::universe::{Axis, TestNumber, Universe, World};
use crate::decision::{
    Because, Believed, Decider, Decision, FoundBackend, FoundListener, Header, Question, Route,
    Test, Verdict,
};
use crate::mail::{Address, Domain, Listener, Reply, WayIn};
use crate::policy::Policy;
use crate::source::Loc;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub struct Party<'a> {
    /// How dialogues call it: `before`, `postfix`.
    pub name: &'a str,
    /// The policy that says what its names mean.
    pub policy: &'a Policy,
    /// What decides.
    pub decider: &'a dyn Decider,
    /// The ways in that it opens.
    pub ways_in: &'a [WayIn],
    /// What files say besides; none if the policy itself is meant.
    pub found: Option<Found<'a>>,
    /// That it is files which are made of the policy; none if the policy itself is meant, or files
    /// that stand somewhere.
    pub made: Option<&'a dyn Made>,
}

/// That files are made of a policy: who reads of them wants to see the policy's own places.
pub trait Made: Sync {
    /// Returns what the policy itself decides; none if the places in the files are wanted.
    fn decides(&self) -> Option<&dyn Decider>;
    /// Returns the raw text of the policy of which a place in the files is made, if it is.
    fn by_hand(&self, at: &Loc) -> Option<Loc>;
    /// Returns where the policy has raw text for the files, if it has: what they decide otherwise
    /// than the policy, they do by that.
    fn reason(&self) -> Option<Loc>;
}

/// What files say of their ways in, of passwords and of proxies, which no envelope shows.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Every way in.
    pub listeners: &'a [FoundListener],
    /// Who checks passwords.
    pub backends: &'a [FoundBackend],
    /// Who is believed about who the client is.
    pub believed: &'a [Believed],
}

impl Party<'_> {
    /// Returns whether it opens a listener, at whatever address.
    pub fn opens(&self, listener: Listener) -> bool {
        self.ways_in.iter().any(|way| way.listener == listener)
    }
}

impl std::fmt::Debug for Party<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Party")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What one side says of an envelope, but for where it says so and where mail goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// There is no such listener.
    Closed,
    /// A reply.
    Reply {
        /// Accept, defer or reject.
        verdict: Verdict,
        /// The reply.
        reply: Reply,
        /// The rule that decided.
        because: Because,
        /// The headers that are recorded.
        headers: BTreeSet<Header>,
        /// Who gets a copy.
        copies: BTreeSet<Address>,
        /// Whether the message gets the headers that it lacks.
        completes: bool,
    },
}

impl Said {
    fn of(decision: &Decision) -> Self {
        Self::Reply {
            verdict: decision.verdict,
            reply: decision.reply,
            because: decision.because,
            headers: decision.headers.clone(),
            copies: decision.copies.addresses().cloned().collect(),
            completes: decision.verdict == Verdict::Accept && decision.completes,
        }
    }

    /// Returns whether the mail is taken.
    pub fn accepts(&self) -> bool {
        matches!(
            self,
            Self::Reply {
                verdict: Verdict::Accept,
                ..
            }
        )
    }
}

/// What both sides say of the envelopes of a leaf.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// What was.
    pub before: Said,
    /// What would be.
    pub after: Said,
    /// Both accept, and the mail goes elsewhere.
    pub moved: bool,
}

impl Pair {
    /// Returns whether nothing that anybody could see is different.
    pub fn is_same(&self) -> bool {
        self.before == self.after && !self.moved
    }
}

/// Two deciders over one universe.
#[derive(Debug)]
pub struct Contrast<'a, 't> {
    universe: &'a Universe<'t>,
    before: Side<'a>,
    after: Side<'a>,
    parties: [Party<'a>; 2],
    /// For which addresses they know other destinations.
    differing: Differing<'a>,
    /// The test that says which listener it is.
    listener: TestNumber,
    /// The first of the tests that name what both policies declare.
    declared: [u32; 2],
    patterns: Vec<u64>,
    /// By the number of a pattern: the addresses that some login is so related to, once somebody
    /// has asked.
    related_to: OnceLock<Vec<Bits>>,
    /// Domains that stand for others like them, which were left out.
    stand: &'a BTreeSet<Domain>,
    /// The relations by which a login owns an address, before and after: by the policy, or by the
    /// tables of files, which may still have a login that the policy lists no more.
    owning: [u64; 2],
    /// What classes are made of, once somebody has asked.
    made_of: MadeOf,
}

/// Lays two deciders side by side, and works on them.
pub fn contrast<R>(
    before: Party<'_>,
    after: Party<'_>,
    work: impl FnOnce(&Contrast<'_, '_>) -> R,
) -> R {
    contrast_with(before, after, &BTreeSet::new(), work)
}

/// The same, where some domains stand for others like them, which were left out on both sides.
pub(crate) fn contrast_with<R>(
    before: Party<'_>,
    after: Party<'_>,
    stand: &BTreeSet<Domain>,
    work: impl FnOnce(&Contrast<'_, '_>) -> R,
) -> R {
    let at = &after.policy.host.at;
    let prepared = in_two(
        || Declared::new(before.policy),
        || Declared::new(after.policy),
    );
    let mut tests: Vec<&Test> = before.decider.tests().iter().collect();
    let mut offsets = Vec::new();
    let (declared_before, declared_after) = &prepared;
    for more in [
        after.decider.tests(),
        declared_before.names(),
        declared_after.names(),
    ] {
        offsets.push(u32::try_from(tests.len()).unwrap_or(u32::MAX));
        tests.extend(more);
    }
    let mut keys = Collected::default();
    for test in &tests {
        keys.add_question(&test.question, Axis::To);
    }
    for party in [before, after] {
        keys.add_destinations(party.decider);
    }
    let keys = keys.finish();
    let made_offset = u32::try_from(tests.len()).unwrap_or(u32::MAX);
    let offset = |at: usize| offsets.get(at).copied().unwrap_or_default();
    let (a, b) = ((before.decider, 0), (after.decider, offset(0)));
    let forwards = declared_after.forwards();
    let ends = ends((a, Some(b)), same_copies, forwards, &keys, at);
    let [_, _, differing] = ends.tests;
    let made = [
        differing,
        Test::new("listener", Question::Listener, Some(at.clone())),
    ];
    tests.extend(&made);
    let universe = Universe::new(tests, &keys, &world(before, after));
    // Where mail ends up is compared key by key; neither side is asked what becomes of it.
    let differing = Differing {
        test: TestNumber(made_offset),
        said: &ends.differing,
    };
    let patterns = universe.relations.patterns();
    let owning = [
        owning(&universe, 0, before, offset(1)),
        owning(&universe, offset(0), after, offset(2)),
    ];
    work(&Contrast {
        universe: &universe,
        before: side(before, 0, differing.test, &keys, declared_before.forwards()),
        after: side(
            after,
            offset(0),
            differing.test,
            &keys,
            declared_after.forwards(),
        ),
        parties: [before, after],
        differing,
        listener: TestNumber(made_offset + 1),
        declared: [offset(1), offset(2)],
        patterns,
        related_to: OnceLock::new(),
        stand,
        owning,
        made_of: MadeOf::default(),
    })
}

/// Returns what of the world both sides speak of.
fn world(before: Party<'_>, after: Party<'_>) -> World {
    let ways = before.ways_in.iter().chain(after.ways_in);
    let listeners: BTreeSet<Listener> = ways.map(|way| way.listener).collect();
    let offers_tls = |one| before.decider.offers_tls(one) || after.decider.offers_tls(one);
    World {
        listeners: listeners
            .into_iter()
            .map(|one| (one, offers_tls(one)))
            .collect(),
        own: after.policy.host.own_addresses(),
    }
}

/// Returns the bits of the relations by which a login owns an address on a side, whose tests begin
/// at `own`, and those of what its policy declares at `declares`.
fn owning(universe: &Universe<'_>, own: u32, party: Party<'_>, declares: u32) -> u64 {
    let tables = 0..u32::try_from(party.decider.tests().len()).unwrap_or(0);
    let owners = [declared::OWNER, declared::OWNER_OF_DOMAIN];
    let tests = tables.map(|test| own + test);
    let tests = tests.chain(owners.map(|test| declares + test.0));
    let bits = tests.filter_map(|test| universe.relations.bit(TestNumber(test)));
    let bits = bits.filter_map(|bit| 1_u64.checked_shl(bit));
    bits.fold(0, std::ops::BitOr::bitor)
}

fn side<'s>(
    party: Party<'s>,
    offset: u32,
    reach: TestNumber,
    keys: &'s Keys,
    forwards: Forwards<'s>,
) -> Side<'s> {
    Side {
        decider: party.decider,
        offset,
        reach,
        reaches: &[],
        keys,
        forwards,
        same: same_copies,
    }
}

impl Contrast<'_, '_> {
    /// Returns what both sides say of some answers.
    fn pair(&self, answers: &Answers<'_>) -> Result<Pair, TestNumber> {
        let number = answers.get(self.listener).ok_or(self.listener)?;
        let listener = Listener::ALL.get(number.0 as usize);
        let [before, after] = &self.parties;
        let opens = |party: &Party<'_>| listener.is_some_and(|one| party.opens(*one));
        let decide = |side: &Side<'_>, party: &Party<'_>| -> Result<Option<Decision>, TestNumber> {
            opens(party).then(|| side.decision(answers)).transpose()
        };
        let before = decide(&self.before, before)?;
        let after = decide(&self.after, after)?;
        let moved = match (&before, &after) {
            (Some(a), Some(b)) if a.verdict == Verdict::Accept && b.verdict == Verdict::Accept => {
                !self.same_way(&a.route, &b.route, answers)?
            }
            _ => false,
        };
        let said = |decision: &Option<Decision>| decision.as_ref().map_or(Said::Closed, Said::of);
        Ok(Pair {
            before: said(&before),
            after: said(&after),
            moved,
        })
    }

    /// Returns whether the way of some mail hangs on its sender on either side.
    pub(crate) fn leads_by_sender(&self) -> bool {
        let mut parties = self.parties.iter();
        parties.any(|party| !party.policy.outbound.from.is_empty())
    }

    fn same_way(&self, a: &Route, b: &Route, answers: &Answers<'_>) -> Result<bool, TestNumber> {
        Ok(match (a, b) {
            (Route::Recipient, Route::Recipient) => !self.differing.holds(answers)?,
            (Route::Address(a), Route::Address(b)) => {
                self.before.agrees(a, &self.after, b, answers)?
            }
            (Route::RecipientAt(a), Route::RecipientAt(b)) => {
                self.before.agrees_within(a, &self.after, b, answers)?
            }
            (a, b) => a == b,
        })
    }

    fn classes(&self, axis: Axis) -> u32 {
        let dimension = self.universe.dimensions.get(axis as usize);
        dimension.map_or(1, |one| {
            u32::try_from(one.classes.len()).unwrap_or(u32::MAX)
        })
    }

    fn relations(&self, facet: Facet) -> u32 {
        if facet == Facet::Sender {
            u32::try_from(self.patterns.len()).unwrap_or(u32::MAX)
        } else {
            1
        }
    }

    /// Returns the number of a member of the sender's or recipient's sets. Addresses come last: a
    /// set holds most of them, and so is few rows of numbers.
    fn member(&self, facet: Facet, form: u32, address: u32, related: u32) -> u32 {
        let axis = if facet == Facet::Sender {
            Axis::From
        } else {
            Axis::To
        };
        (form * self.relations(facet) + related) * self.classes(axis) + address
    }
}
