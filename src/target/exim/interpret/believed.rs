//! Whom Exim believes about who the client is: `hosts_proxy` (spec 4.96, section 59.1; in
//! `smtp_in.c` of 4.96 `check_proxy_protocol_host` and `setup_proxy_protocol_host`).
//!
//! Whoever is in the list must begin with a header of the PROXY protocol, of either version, and
//! the address in it takes the place of the peer's: an IPv4 one that is mapped into IPv6 is in
//! lists that one of IPv4 (`check_host` in `verify.c`). With `LOCAL` or `UNKNOWN` the peer stays
//! the client; without a header every command is refused. Whoever is not in the list is the client,
//! and its header is a command that Exim does not know.

use super::list::{ListKind, Subject};
use super::option::Options;
use super::reader::Reader;
use super::text::Text;
use super::truth::{Facts, Truth, truth};
use super::value::{Bool, Leaf};
use crate::decision::{Believed, ClientTable, Label, Peers, Question, TestId, Unanswered};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// As many sessions as `smtp_accept_max` has at least.
const SESSIONS_MIN: u64 = 10;

impl Reader<'_> {
    /// Reads the peers whose headers count, at every way in.
    pub(super) fn believed(
        &mut self,
        options: &Options,
        start: &Loc,
    ) -> Result<Vec<Believed>, Reported> {
        let Some(list) = options.text("hosts_proxy") else {
            return Ok(vec![Believed {
                peers: Peers::Ranges(Vec::new()),
                at: start.clone(),
            }]);
        };
        let few = |text: &Text| {
            text.as_str()
                .parse()
                .is_ok_and(|most: u64| most < SESSIONS_MIN)
        };
        let counted = options.text("smtp_accept_max_per_host").filter(few);
        // Exim keeps the answer of a named list (`sender_host_cache`), and here it is of the proxy.
        if list.as_str().contains('+') {
            let reason = "a list by its name would have the proxy's answer for its clients";
            return Err(self.refuse("hosts_proxy", reason, &list.at()));
        }
        let condition = self.expanded_list(ListKind::Host, Subject::Client, &list)?;
        match self.peers(&condition) {
            Ok(ranges) if !ranges.is_empty() && self.by_text.is_some() => {
                let at = self.by_text.take().unwrap_or_else(|| list.at());
                let reason = "a proxy may announce an address of IPv4 mapped into IPv6, which \
                              is another text";
                Err(self.refuse("hosts_proxy", reason, &at))
            }
            // The daemon counts before it reads what a proxy says (handle_smtp_call in daemon.c).
            Ok(ranges) if !ranges.is_empty() && counted.is_some() => {
                let reason = "behind a proxy all clients would count as one";
                let at = counted.map_or_else(|| list.at(), |most| most.at());
                Err(self.refuse("smtp_accept_max_per_host", reason, &at))
            }
            Ok(ranges) => Ok(vec![Believed {
                peers: Peers::Ranges(ranges),
                at: list.at(),
            }]),
            Err(reason) => Err(self.refuse("hosts_proxy", reason, &list.at())),
        }
    }

    /// Returns the addresses for which a condition on the client holds.
    fn peers(&self, condition: &Bool) -> Result<Vec<(u128, u128)>, &'static str> {
        let mut tables: Vec<(TestId, &ClientTable)> = Vec::new();
        let mut is_other = false;
        condition.leaves(&mut |leaf| {
            let Leaf::Client(id) = leaf else {
                is_other = true;
                return;
            };
            let test = self.catalogue.tests().get(id.index());
            if let Some(Question::Client(table)) = test.map(|test| &test.question) {
                tables.push((*id, table));
            }
        });
        if is_other {
            return Err(OTHER);
        }
        let mut starts: Vec<u128> = tables
            .iter()
            .flat_map(|(_, table)| table.starts())
            .collect();
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        let mut ranges: Vec<(u128, u128)> = Vec::new();
        for (number, start) in starts.iter().enumerate() {
            let client = &mut OneClient {
                tables: &tables,
                address: *start,
            };
            match truth(condition, client) {
                Ok(Truth::Yes) => {}
                Ok(Truth::No) => continue,
                Ok(Truth::Defer | Truth::Forced) | Err(_) => return Err(UNSURE),
            }
            let next = starts.get(number + 1);
            let last = next.map_or(u128::MAX, |next| next - 1);
            match ranges.last_mut() {
                Some(range) if range.1.checked_add(1) == Some(*start) => range.1 = last,
                _ => ranges.push((*start, last)),
            }
        }
        Ok(ranges)
    }
}

/// Why a list is refused that may come to nothing.
const UNSURE: &str = "who is believed must not depend on what can fail";
/// Why a list is refused that asks something else.
const OTHER: &str = "mailpol follows addresses of peers here, and nothing else";

/// What is known of a peer before it has said anything.
struct OneClient<'a> {
    tables: &'a [(TestId, &'a ClientTable)],
    /// The number of its address.
    address: u128,
}

impl Facts for OneClient<'_> {
    fn leaf(&mut self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        let Leaf::Client(id) = leaf else {
            return Ok(Truth::Defer);
        };
        let table = self.tables.iter().find(|(asked, _)| asked == id);
        let row = table.and_then(|(_, table)| table.at(self.address));
        Ok(Truth::of(row.is_some_and(|row| row.label != Label::ABSENT)))
    }
}
