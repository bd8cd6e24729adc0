//! Chains of aliases: circles, long ones, and those that lead to very many.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::alias::{Hop, Leads, Ours};
use super::domain::Domains;
use crate::diagnostic::Diagnostics;
use crate::mail::Address;
use crate::policy::Alias;
use crate::policy::diagnostics::{AliasDepth, AliasLoop, AliasMany, AliasTotal};
use crate::source::{Loc, Spanned};

/// The longest chain of aliases. Postfix stops at 1000 (`virtual_alias_recursion_limit`).
const DEPTH_MAX: usize = 64;
/// The most recipients of one alias, one that is come to twice counted twice, as Postfix counts
/// them (`virtual_alias_expansion_limit`).
pub(super) const RECIPIENTS_MAX: usize = 10_000;
/// The most recipients of all aliases together, but for those of [`FEW`]: each alias is followed
/// by itself, and a list that a thousand aliases lead to is followed a thousand times.
const TOTAL_MAX: usize = 2_000_000;
/// Up to so many recipients an alias that leads to mailboxes alone needs no look at: there may be
/// a million of them.
pub(super) const FEW: usize = 100;
/// How many addresses of a circle are shown.
const SHOWN_MAX: usize = 8;

/// What is known of a hop.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// It is being followed, at this place on the way.
    OnTheWay(usize),
    Done(Ends),
}

/// Where a hop ends.
#[derive(Debug, Clone, Copy)]
enum Ends {
    /// In mailboxes.
    Well { depth: usize, recipients: usize },
    /// In a circle, which is told: there is no more to say of what leads there.
    Circle,
}

/// A depth-first walk with a stack of its own. Each target of each alias is looked at once.
pub(super) struct Walk<'a> {
    ours: &'a Ours<'a>,
    domains: &'a Domains,
    seen: HashMap<Hop<'a>, Seen, FxBuildHasher>,
    way: Vec<Step<'a>>,
    /// The places on the way that no circle was told of. Most circles share most of their hops
    /// with others, and there may be as many as ways through all that lead to each other.
    untold: Vec<usize>,
    /// The recipients of all aliases so far, but for those of few.
    total: usize,
    /// Which alias has most.
    largest: Option<(usize, Hop<'a>, &'a Loc)>,
}

/// A hop on the way, and which of its targets are still to be followed.
struct Step<'a> {
    hop: Hop<'a>,
    at: &'a Loc,
    rest: std::slice::Iter<'a, Spanned<Address>>,
    ends: Ends,
    /// Whether one of its targets was told of for the same reason.
    is_told: bool,
}

impl<'a> Step<'a> {
    fn new(hop: Hop<'a>, alias: &'a Alias) -> Self {
        Self {
            hop,
            at: &alias.at,
            rest: alias.targets.iter(),
            ends: Ends::Well {
                depth: 1,
                recipients: 0,
            },
            is_told: false,
        }
    }

    /// Adds what a target ends in.
    fn add(&mut self, target: Ends) {
        self.ends = match (self.ends, target) {
            (
                Ends::Well { depth, recipients },
                Ends::Well {
                    depth: below,
                    recipients: more,
                },
            ) => {
                self.is_told |= more > RECIPIENTS_MAX;
                Ends::Well {
                    depth: depth.max(below + 1),
                    recipients: recipients.saturating_add(more),
                }
            }
            (Ends::Circle, _) | (_, Ends::Circle) => Ends::Circle,
        };
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(ours: &'a Ours<'a>, domains: &'a Domains) -> Self {
        Self {
            ours,
            domains,
            seen: HashMap::default(),
            way: Vec::new(),
            untold: Vec::new(),
            total: 0,
            largest: None,
        }
    }

    /// Follows aliases, and tells what is wrong with their ways.
    pub(super) fn follow(
        mut self,
        starts: Vec<(Hop<'a>, &'a Alias)>,
        diagnostics: &mut Diagnostics,
    ) {
        let before = diagnostics.errors();
        for (start, alias) in starts {
            if !self.seen.contains_key(&start) {
                self.enter(start, alias);
                while !self.way.is_empty() {
                    self.step(diagnostics);
                }
            }
        }
        let is_too_much = self.total > TOTAL_MAX && diagnostics.errors() == before;
        if let Some((recipients, hop, at)) = self.largest.filter(|_| is_too_much) {
            diagnostics.error(AliasTotal {
                alias: hop.to_string(),
                recipients,
                total_max: TOTAL_MAX,
                at: at.clone(),
            });
        }
    }

    fn enter(&mut self, hop: Hop<'a>, alias: &'a Alias) {
        self.seen.insert(hop, Seen::OnTheWay(self.way.len()));
        self.untold.push(self.way.len());
        self.way.push(Step::new(hop, alias));
    }

    /// Looks at the next target of the last hop on the way, or leaves it.
    fn step(&mut self, diagnostics: &mut Diagnostics) {
        let Some(step) = self.way.last_mut() else {
            return;
        };
        let Some(target) = step.rest.next() else {
            self.leave(diagnostics);
            return;
        };
        let next = match self.ours.leads(&target.value) {
            Leads::Hop(next) => next,
            Leads::Mailbox(recipients) => {
                step.add(Ends::Well {
                    depth: 0,
                    recipients,
                });
                return;
            }
            // That has been told.
            Leads::Foreign | Leads::Nowhere => return,
        };
        // A catch-all that leads to one has been told.
        if let (Hop::CatchAll(_), Hop::CatchAll(_)) = (step.hop, next) {
            return;
        }
        match self.seen.get(&next) {
            Some(Seen::Done(ends)) => step.add(*ends),
            Some(Seen::OnTheWay(place)) => {
                let place = *place;
                step.add(Ends::Circle);
                self.close(place, &target.at, diagnostics);
            }
            None => {
                if let Some(alias) = alias_of(next, self.domains) {
                    self.enter(next, alias);
                }
            }
        }
    }

    /// Tells a circle from a place on the way back to it, unless others were told of all its hops.
    fn close(&mut self, place: usize, at: &Loc, diagnostics: &mut Diagnostics) {
        if self.untold.last().is_none_or(|last| *last < place) {
            return;
        }
        while self.untold.pop_if(|last| *last >= place).is_some() {}
        let circle = self.way.get(place..).unwrap_or_default();
        if let Some(first) = circle.first() {
            diagnostics.error(AliasLoop {
                alias: first.hop.to_string(),
                cycle: in_words(circle, first.hop),
                at: at.clone(),
            });
        }
    }

    /// Goes back by one hop, all targets of which were followed.
    fn leave(&mut self, diagnostics: &mut Diagnostics) {
        let Some(step) = self.way.pop() else {
            return;
        };
        self.untold.pop_if(|last| *last >= self.way.len());
        self.seen.insert(step.hop, Seen::Done(step.ends));
        if let Some(parent) = self.way.last_mut() {
            parent.add(step.ends);
        }
        let Ends::Well { depth, recipients } = step.ends else {
            return;
        };
        // It may be on the way of others only.
        if depth > 1 || recipients > FEW {
            self.total = self.total.saturating_add(recipients);
        }
        if self.largest.is_none_or(|(most, ..)| most < recipients) {
            self.largest = Some((recipients, step.hop, step.at));
        }
        // What leads to what is told is told with it.
        if depth == DEPTH_MAX + 1 {
            diagnostics.error(AliasDepth {
                alias: step.hop.to_string(),
                depth_max: DEPTH_MAX,
                at: step.at.clone(),
            });
        }
        if recipients > RECIPIENTS_MAX && !step.is_told {
            diagnostics.error(AliasMany {
                alias: step.hop.to_string(),
                recipients,
                recipients_max: RECIPIENTS_MAX,
                at: step.at.clone(),
            });
        }
    }
}

fn alias_of<'a>(hop: Hop<'a>, domains: &'a Domains) -> Option<&'a Alias> {
    match hop {
        Hop::Alias(domain, local) => domains.map.get(domain)?.aliases.get(local),
        Hop::CatchAll(domain) => domains.map.get(domain)?.catch_all.as_ref(),
    }
}

/// Returns a circle from a hop back to it, in words.
fn in_words(circle: &[Step<'_>], hop: Hop<'_>) -> String {
    let shown = circle.iter().take(SHOWN_MAX);
    let mut names: Vec<String> = shown.map(|step| format!("`{}`", step.hop)).collect();
    if circle.len() > SHOWN_MAX {
        names.push("…".to_owned());
    }
    names.push(format!("`{hop}`"));
    names.join(" to ")
}
