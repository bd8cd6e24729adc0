//! Lists (spec 4.96, chapter 10): items, separators, negation, named lists, lists in files.

use super::list_run::Run;
use super::reader::Reader;
use super::text::Text;
use super::value::{Bool, PathAtom, Value};
use crate::decision::AddressKey;
use crate::diagnostic::Reported;
use crate::source::Loc;
use ipnet::IpNet;

/// How many tests a list may come to.
const STEPS_MAX: usize = 200;

/// How deep lists may stand in lists.
const DEPTH_MAX: usize = 20;

/// What a list lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ListKind {
    /// Section 10.9.
    Domain,
    /// Section 10.10.
    Host,
    /// Section 10.20.
    Address,
    /// Section 10.22.
    LocalPart,
}

/// What a list is matched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A part of a path.
    Path(PathAtom),
    /// The client's address.
    Client,
}

/// What an item is.
pub(super) enum Item {
    /// A name that a path is compared with.
    Key(AddressKey, String),
    /// Networks that hold the client.
    Nets(Vec<IpNet>),
    /// A condition of its own.
    Other(Bool),
}

/// Divides a list into items (section 6.21; `string_nextinlist`).
pub(super) fn items(list: &Text, separator: char) -> Vec<Text> {
    let text = list.as_str();
    let mut separator = separator;
    let is_control = |c: char| c.is_ascii_control();
    let mut chars = text.char_indices().peekable();
    let blank = |c: char, separator: char| is_blank(c) && c != separator;
    while chars.next_if(|(_, c)| blank(*c, separator)).is_some() {}
    let rest = chars
        .peek()
        .map_or("", |(at, _)| text.get(*at..).unwrap_or(""));
    let mut head = rest.chars().skip(1);
    if rest.starts_with('<')
        && let Some(c) = head
            .next()
            .filter(|c| c.is_ascii_punctuation() || is_control(*c))
    {
        separator = c;
        chars.next();
        chars.next();
    }
    let mut items = Vec::new();
    loop {
        while chars.next_if(|(_, c)| blank(*c, separator)).is_some() {}
        let Some((start, _)) = chars.peek().copied() else {
            return items;
        };
        let mut item = list.slice(start, start);
        while let Some((at, c)) = chars.next() {
            // Two separators stand for one as data, but for control characters.
            let doubled = c == separator
                && !is_control(separator)
                && chars.next_if(|(_, next)| *next == separator).is_some();
            if c == separator && !doubled {
                break;
            }
            item.push(c, list.origin(at));
        }
        let length = item.as_str().trim_end_matches(is_blank).len();
        item.truncate(length);
        items.push(item);
    }
}

/// Returns whether a character is white space to Exim (`isspace` of the C locale).
fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}

/// Returns whether an item is negated, and the item itself.
fn sign(item: &Text) -> (bool, Text) {
    match item.as_str().strip_prefix('!') {
        Some(_) => (true, item.slice(1, item.as_str().len()).trim()),
        None => (false, item.clone()),
    }
}

impl Reader<'_> {
    /// Returns the condition that a subject is in a list, which is expanded first.
    pub(super) fn expanded_list(
        &mut self,
        kind: ListKind,
        subject: Subject,
        list: &Text,
    ) -> Result<Bool, Reported> {
        if !list.as_str().contains(['$', '\\']) {
            return self.list(kind, subject, list);
        }
        let value = self.expand(list)?;
        self.list_value(kind, subject, &value, &list.at())
    }

    fn list_value(
        &mut self,
        kind: ListKind,
        subject: Subject,
        value: &Value,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        match value {
            Value::Choice(condition, yes, no) => {
                if condition.may_fail() {
                    let reason =
                        "mailpol does not follow a condition that is neither true nor false";
                    return Err(self.refuse("list", reason, at));
                }
                let yes = self.list_value(kind, subject, yes, at)?;
                let no = self.list_value(kind, subject, no, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            // "Assume not in this list" (section 10.1; `match_check_list`).
            Value::Fail => Ok(Bool::Const(false)),
            Value::Defer => Ok(Bool::Defer),
            Value::Pieces(_) => match value.as_text() {
                Some(text) => self.list(kind, subject, &Text::made(text, at)),
                None => Err(self.refuse("list", "mailpol does not follow what it lists", at)),
            },
        }
    }

    /// Returns the condition that a subject is in a list.
    pub(super) fn list(
        &mut self,
        kind: ListKind,
        subject: Subject,
        list: &Text,
    ) -> Result<Bool, Reported> {
        self.items(kind, subject, &items(list, ':'))
    }

    /// Each item in order; the first that matches decides. If none does, the answer is no, but yes
    /// behind a last item that is negated (section 10.5).
    fn items(
        &mut self,
        kind: ListKind,
        subject: Subject,
        items: &[Text],
    ) -> Result<Bool, Reported> {
        self.depth += 1;
        let done = self.nested_items(kind, subject, items);
        self.depth -= 1;
        done
    }

    fn nested_items(
        &mut self,
        kind: ListKind,
        subject: Subject,
        items: &[Text],
    ) -> Result<Bool, Reported> {
        if let Some(first) = items.first().filter(|_| self.depth > DEPTH_MAX) {
            let reason = "lists stand in one another too deeply";
            return Err(self.refuse("list", reason, &first.at()));
        }
        let mut steps: Vec<(bool, Bool)> = Vec::new();
        let mut run = Run::default();
        let (all, last_negated) = self.with_files(kind, items)?;
        for (negated, bare) in all {
            match self.item(kind, subject, &bare)? {
                Item::Key(part, key) => {
                    if run.negated != negated {
                        self.close_run(kind, subject, &mut run, &mut steps);
                        run.negated = negated;
                    }
                    run.keys.push((part, key, bare.at()));
                }
                Item::Nets(nets) => {
                    let nets = nets.into_iter().map(|net| (negated, net, bare.at()));
                    run.nets.extend(nets);
                }
                Item::Other(condition) => {
                    self.close_run(kind, subject, &mut run, &mut steps);
                    steps.push((negated, condition));
                }
            }
        }
        run.is_last = !last_negated;
        self.close_run(kind, subject, &mut run, &mut steps);
        if let Some(first) = items.first().filter(|_| steps.len() > STEPS_MAX) {
            let reason = "it has too many items that no table holds";
            return Err(self.refuse("list", reason, &first.at()));
        }
        let end = Bool::Const(last_negated);
        Ok(steps.into_iter().rev().fold(end, |rest, (negated, step)| {
            step.choose(Bool::Const(!negated), rest)
        }))
    }

    /// Returns each item and whether it is negated, those of files in the place of their names, and
    /// whether the last one is negated. Exim reads a file in the same loop: what a line negates, a
    /// `!` before the name turns round, and the list goes on behind a file that holds no match.
    fn with_files(
        &mut self,
        kind: ListKind,
        items: &[Text],
    ) -> Result<(Vec<(bool, Text)>, bool), Reported> {
        let mut all = Vec::with_capacity(items.len());
        let mut last_negated = false;
        for item in items {
            let (negated, bare) = sign(item);
            last_negated = negated;
            if !bare.as_str().starts_with('/') {
                all.push((negated, bare));
                continue;
            }
            for line in self.list_file(kind, &bare)? {
                let (turned, line) = sign(&line);
                last_negated = negated != turned;
                all.push((last_negated, line));
            }
        }
        Ok((all, last_negated))
    }

    fn item(&mut self, kind: ListKind, subject: Subject, item: &Text) -> Result<Item, Reported> {
        let words = item.as_str();
        if let Some(name) = words.strip_prefix('+') {
            return self.named(kind, subject, name, &item.at()).map(Item::Other);
        }
        match (kind, subject) {
            (ListKind::Domain, Subject::Path(atom)) => self.domain_item(atom, item),
            (ListKind::LocalPart, Subject::Path(atom)) => self.local_part_item(atom, item),
            (ListKind::Address, Subject::Path(atom)) => self.address_item(atom, item),
            (ListKind::Host, _) => self.host_item(item),
            (_, Subject::Client) => {
                Err(self.refuse(words, "a client is matched with host lists", &item.at()))
            }
        }
    }
}

impl ListKind {
    /// Returns the word that defines such a list.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Domain => "domainlist",
            Self::Host => "hostlist",
            Self::Address => "addresslist",
            Self::LocalPart => "localpartlist",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[track_caller]
    fn check(list: &str, expected: &[&str]) {
        let at = Loc::new(&Source::new("", ""), 0, 0);
        let found = items(&Text::made(list, &at), ':');
        let found: Vec<&str> = found.iter().map(Text::as_str).collect();
        assert_eq!(found, expected, "{list}");
    }

    #[test]
    fn items_are_divided_as_exim_divides_them() {
        check("", &[]);
        check(":", &[""]);
        check("a : b", &["a", "b"]);
        check("a::b : c", &["a:b", "c"]);
        check("a : : b", &["a", "", "b"]);
        check("a:", &["a"]);
        check("<; ::1 ; 192.0.2.1", &["::1", "192.0.2.1"]);
        check(" <, a , b", &["a", "b"]);
        check("::::1 : x", &["::1", "x"]);
        check("<\t*", &["*"]);
        check("<\u{1}*", &["*"]);
        check("<\n a\n\nb", &["a", "", "b"]);
    }
}
