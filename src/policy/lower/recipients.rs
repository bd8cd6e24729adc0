//! The rows of a file that holds recipients: a million of them, read on several threads.
//!
//! Each thread reads whole parts of the file, and rows that stand together become the tables of
//! their domain at once. Rows that have something to tell are read again afterwards, one after the
//! other, so that what is told comes in the order of the rows.

use std::collections::BTreeMap;
use std::ops::Range;

use super::domain::{Domains, both, twice, unreadable};
use super::name;
use super::table::{Cell, Row, Table};
use crate::diagnostic::Diagnostics;
use crate::mail::{Domain, LocalPart};
use crate::policy::diagnostics::{BulkBoth, DomainUndeclared};
use crate::policy::{Alias, HostedDomain, Mailbox, Sorted};
use crate::source::Loc;
use crate::threads::in_parts;

/// About as much is read at once, on each of several threads.
const PART_OCTETS: usize = 1 << 19;

/// Adds the recipients of a file to their domains.
pub(super) fn lower(table: &Table<'_>, domains: &mut Domains, diagnostics: &mut Diagnostics) {
    lower_in(&table.parts(PART_OCTETS), table, domains, diagnostics);
}

fn lower_in(
    parts: &[Range<usize>],
    table: &Table<'_>,
    domains: &mut Domains,
    diagnostics: &mut Diagnostics,
) {
    let parts = in_parts(parts, |part| read(table, part.clone(), domains));
    let mut told = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    for part in parts {
        told.extend(part.told);
        runs.extend(part.runs);
        domains.unread.recipient |= part.unread;
        domains.unread.recipient_of.extend(part.unread_of);
    }
    let mut clashes = add(runs, &mut domains.map);
    clashes.sort_by_key(|clash| clash.at.start());
    let mut clashes = clashes.into_iter().peekable();
    for start in told {
        while let Some(clash) = clashes.next_if(|clash| clash.at.start() < start) {
            clash.tell(diagnostics);
        }
        if let Some(line) = table.line(start)
            && let Some(row) = table.row(line, diagnostics)
        {
            Reader::new(domains).read(&row, diagnostics);
        }
    }
    clashes.for_each(|clash| clash.tell(diagnostics));
}

#[cfg(test)]
mod tests;

/// What a part of a file holds.
#[derive(Default)]
struct Part {
    runs: Vec<Run>,
    /// Where the rows begin that have something to tell.
    told: Vec<usize>,
    /// Whether some row is not about a recipient of a domain of ours.
    unread: bool,
    /// The domains some recipient of which could not be read.
    unread_of: Vec<Domain>,
}

/// Rows of one domain that stand together.
struct Run {
    domain: Domain,
    /// Sorted by local-part; of one local-part in the order of the rows.
    mailboxes: Vec<(LocalPart, Mailbox)>,
    /// The same.
    aliases: Vec<(LocalPart, Alias)>,
    /// Whether no local-part comes twice.
    is_clean: bool,
    /// Further rows of the domain.
    more: Vec<Run>,
}

/// Reads a part of a file.
fn read(table: &Table<'_>, lines: Range<usize>, domains: &Domains) -> Part {
    // What is told here is told again.
    let mut diagnostics = Diagnostics::new();
    let mut reader = Reader::new(domains);
    let mut part = Part::default();
    let mut together = Together::default();
    for line in table.lines(lines) {
        let before = (diagnostics.errors(), diagnostics.warnings());
        let row = table.row(line, &mut diagnostics);
        let read = row.and_then(|row| reader.read(&row, &mut diagnostics));
        let is_told = before != (diagnostics.errors(), diagnostics.warnings());
        if is_told {
            part.told.push(line.0);
        }
        let Some(read) = read else {
            part.unread |= is_told;
            continue;
        };
        let Some(domain) = read.ours else {
            part.unread = true;
            continue;
        };
        if together.domain.as_ref() != Some(&domain) {
            part.runs.extend(together.end());
        }
        match read.what {
            Some((local, What::Mailbox(mailbox))) => together.mailboxes.push((local, mailbox)),
            Some((local, What::Alias(alias))) => together.aliases.push((local, alias)),
            None => part.unread_of.push(domain.clone()),
        }
        together.domain = Some(domain);
    }
    part.runs.extend(together.end());
    part
}

/// A row that says which domain it is about.
struct Read {
    /// The domain, if it is one of ours.
    ours: Option<Domain>,
    /// The recipient, if its local-part could be read.
    what: Option<(LocalPart, What)>,
}

enum What {
    Mailbox(Mailbox),
    Alias(Alias),
}

/// Reads rows, of domains that are known.
struct Reader<'d> {
    domains: &'d Domains,
    /// The domain of the last row, and how it was written: rows of one domain stand together.
    last: Option<(String, Option<Ours<'d>>, Domain)>,
}

/// A domain of ours.
type Ours<'d> = (&'d Domain, &'d HostedDomain);

impl<'d> Reader<'d> {
    fn new(domains: &'d Domains) -> Self {
        let last = None;
        Self { domains, last }
    }

    fn read(&mut self, row: &Row<'_>, diagnostics: &mut Diagnostics) -> Option<Read> {
        let domain = row.need("domain", "a domain such as `example.org`", diagnostics);
        let local = row.need("local-part", "a local-part such as `john.doe`", diagnostics);
        let (login, via) = (row.get("login"), row.get("via"));
        let targets = row.rest("targets");
        let is_mailbox = targets.clone().next().is_none();
        if let (Some(_), Some(target)) = (login.or(via), targets.clone().next()) {
            diagnostics.error(BulkBoth { at: target.at() });
        }
        let (ours, domain) = self.domain(domain?, diagnostics);
        let what = local.and_then(|local| {
            if is_mailbox {
                let login = login.and_then(|login| name::login(&login, diagnostics));
                let local = name::local_part(&local, diagnostics)?;
                let via = via.map(|via| Box::new(via.text()));
                let of_domain = || ours.and_then(|(_, hosted)| hosted.via.clone());
                let (via, at) = (via.or_else(of_domain), row.at());
                return Some((local, What::Mailbox(Mailbox { login, via, at })));
            }
            let targets = targets.filter_map(|text| name::target(&text, &domain, diagnostics));
            let targets = targets.collect();
            let (local, at) = (name::local_part(&local, diagnostics)?, row.at());
            Some((local, What::Alias(Alias { targets, at })))
        });
        let ours = ours.map(|(domain, _)| domain.clone());
        Some(Read { ours, what })
    }

    /// Returns the domain of a cell, if it is one of ours, and how it is called.
    fn domain(
        &mut self,
        cell: Cell<'_>,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Ours<'d>>, Domain) {
        if let Some((written, ours, domain)) = &self.last
            && written == cell.value
        {
            return (*ours, domain.clone());
        }
        let told = (diagnostics.errors(), diagnostics.warnings());
        let name = name::domain(&cell, diagnostics);
        let ours = name.as_ref();
        let ours = ours.and_then(|name| self.domains.map.get_key_value(name));
        if let (Some(name), None, false) = (&name, ours, self.domains.unread.domain) {
            diagnostics.error(DomainUndeclared {
                name: name.to_string(),
                at: cell.at(),
            });
        }
        let name = ours.map(|(domain, _)| domain.clone()).or(name);
        let domain = name.unwrap_or_else(|| unreadable(cell.value));
        // What is told of a name is told of each row.
        if told == (diagnostics.errors(), diagnostics.warnings()) {
            self.last = Some((cell.value.to_owned(), ours, domain.clone()));
        }
        (ours, domain)
    }
}

/// Rows of one domain, while they are read.
#[derive(Default)]
struct Together {
    domain: Option<Domain>,
    mailboxes: Vec<(LocalPart, Mailbox)>,
    aliases: Vec<(LocalPart, Alias)>,
}

impl Together {
    /// Returns the rows, if there are any; the next are of another domain.
    fn end(&mut self) -> Option<Run> {
        let domain = self.domain.take()?;
        let is_clean = sort(&mut self.mailboxes, &mut self.aliases);
        // Made at once, they have no room to spare.
        Some(Run {
            domain,
            mailboxes: self.mailboxes.drain(..).collect(),
            aliases: self.aliases.drain(..).collect(),
            is_clean,
            more: Vec::new(),
        })
    }
}

/// Sorts recipients by local-part, and returns whether none comes twice.
fn sort(mailboxes: &mut [(LocalPart, Mailbox)], aliases: &mut [(LocalPart, Alias)]) -> bool {
    mailboxes.sort_by(|(one, _), (other, _)| one.cmp(other));
    aliases.sort_by(|(one, _), (other, _)| one.cmp(other));
    let is_listed = |local: &LocalPart| mailboxes.binary_search_by_key(&local, |(one, _)| one);
    let (boxes, others) = (&*mailboxes, &*aliases);
    boxes.is_sorted_by(|(one, _), (other, _)| one < other)
        && others.is_sorted_by(|(one, _), (other, _)| one < other)
        && others.iter().all(|(local, _)| is_listed(local).is_err())
}

/// Adds rows to the tables of their domains. Of a local-part that comes again nothing is added.
fn add(runs: Vec<Run>, domains: &mut BTreeMap<Domain, HostedDomain>) -> Vec<Clash> {
    // Rows of a domain that do not stand together are put in order together, in the end.
    let mut others: BTreeMap<Domain, Run> = BTreeMap::new();
    for run in runs {
        if let Some(first) = others.get_mut(&run.domain) {
            first.more.push(run);
            continue;
        }
        let Some(hosted) = domains.get_mut(&run.domain) else {
            continue;
        };
        if run.is_clean && hosted.mailboxes.is_empty() && hosted.aliases.is_empty() {
            hosted.mailboxes = Sorted::of(run.mailboxes);
            hosted.aliases = Sorted::of(run.aliases);
        } else {
            others.insert(run.domain.clone(), run);
        }
    }
    let mut clashes = Vec::new();
    for (domain, run) in others {
        if let Some(hosted) = domains.get_mut(&domain) {
            join(hosted, run, &mut clashes);
        }
    }
    clashes
}

/// Adds rows to what a domain has already.
fn join(hosted: &mut HostedDomain, mut run: Run, clashes: &mut Vec<Clash>) {
    let mut all: Vec<(LocalPart, usize, What)> = Vec::new();
    let domain = run.domain.clone();
    let mailbox = |(local, mailbox): (LocalPart, Mailbox)| (local, What::Mailbox(mailbox));
    let alias = |(local, alias): (LocalPart, Alias)| (local, What::Alias(alias));
    let boxes = std::mem::take(&mut hosted.mailboxes)
        .into_iter()
        .map(mailbox);
    let others = std::mem::take(&mut hosted.aliases).into_iter().map(alias);
    // What is there comes before all rows.
    all.extend(boxes.chain(others).map(|(local, what)| (local, 0, what)));
    let more = std::mem::take(&mut run.more);
    for run in std::iter::once(run).chain(more) {
        let boxes = run.mailboxes.into_iter().map(mailbox);
        let others = run.aliases.into_iter().map(alias);
        let placed = boxes.chain(others).map(|(local, what)| {
            let place = what.at().start() + 1;
            (local, place, what)
        });
        all.extend(placed);
    }
    all.sort_by(|(one, at, _), (other, of, _)| (one, at).cmp(&(other, of)));
    let (mut mailboxes, mut aliases) = (Vec::new(), Vec::new());
    let mut first: Option<(LocalPart, &'static str, Loc)> = None;
    for (local, _, what) in all {
        if let Some((known, kind, at)) = &first
            && *known == local
        {
            clashes.push(Clash {
                kind: (*kind == what.kind()).then_some(*kind),
                local,
                domain: domain.clone(),
                at: what.at().clone(),
                first: at.clone(),
            });
            continue;
        }
        first = Some((local.clone(), what.kind(), what.at().clone()));
        match what {
            What::Mailbox(mailbox) => mailboxes.push((local, mailbox)),
            What::Alias(alias) => aliases.push((local, alias)),
        }
    }
    hosted.mailboxes = mailboxes.into_iter().collect();
    hosted.aliases = aliases.into_iter().collect();
}

impl What {
    fn kind(&self) -> &'static str {
        match self {
            Self::Mailbox(_) => "mailbox",
            Self::Alias(_) => "alias",
        }
    }

    fn at(&self) -> &Loc {
        match self {
            Self::Mailbox(mailbox) => &mailbox.at,
            Self::Alias(alias) => &alias.at,
        }
    }
}

/// A row whose local-part is somebody's already.
struct Clash {
    /// What both are; none if they are not the same.
    kind: Option<&'static str>,
    local: LocalPart,
    domain: Domain,
    at: Loc,
    first: Loc,
}

impl Clash {
    fn tell(self, diagnostics: &mut Diagnostics) {
        let (local, domain, at) = (&self.local, &self.domain, &self.at);
        match self.kind {
            Some(kind) => twice(kind, local, domain, at, &self.first, diagnostics),
            None => both(local, domain, at, &self.first, diagnostics),
        }
    }
}
