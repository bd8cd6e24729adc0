//! `mailpol fmt`: the one layout of a policy. Every comment is kept, and every word as it is written.
//!
//! A node a line, four blanks a level, one blank between words, at most one empty line. A block that
//! stands on one line stays there if it fits. What comes out is read again and must say the same.

use std::sync::Arc;

use super::diagnostics::FormatDiffers;
use super::lexer::{TokenKind, tokens};
use super::tree::Node as Meant;
use super::{gate, reader, scan};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Source;

/// The widest line that a block may stand on.
const WIDTH_MAX: usize = 100;
/// The blanks of one level.
const INDENT: &str = "    ";

/// Returns a policy in its one layout.
pub fn format(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let before = diagnostics.errors();
    scan::scan(source, diagnostics)?;
    gate::check(source, diagnostics);
    diagnostics.failed_since(before)?;
    let nodes = reader::read(source, diagnostics)?;
    let mut text = String::new();
    print(&Layout::of(source.text()), 0, &mut text);
    let formatted = Source::new(source.name(), text.clone());
    let same = reader::read(&formatted, diagnostics).is_ok_and(|again| same(&nodes, &again));
    if !same || words(source.text()) != words(&text) {
        return Err(diagnostics.error(FormatDiffers {
            name: source.name().to_owned(),
        }));
    }
    Ok(text)
}

/// Returns whether two trees differ in places only.
fn same(a: &[Meant], b: &[Meant]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            let arguments = a.arguments.iter().zip(&b.arguments);
            let properties = a.properties.iter().zip(&b.properties);
            a.name.value == b.name.value
                && a.arguments.len() == b.arguments.len()
                && a.properties.len() == b.properties.len()
                && arguments.into_iter().all(|(a, b)| a.value == b.value)
                && properties
                    .into_iter()
                    .all(|(a, b)| a.0.value == b.0.value && a.1.value == b.1.value)
                && same(a.children(), b.children())
        })
}

/// Returns the words of a text, comments and punctuation included, but no blanks and line ends.
///
/// Comments come in an order of their own: one may move to the line above what it stands beside.
fn words(text: &str) -> (Vec<&str>, Vec<&str>) {
    let mut words = Vec::new();
    let mut comments = Vec::new();
    for token in tokens(text) {
        let word = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            TokenKind::Blank | TokenKind::Newline | TokenKind::Semicolon => {}
            TokenKind::Continuation => comments.extend(comment_of(word)),
            TokenKind::LineComment | TokenKind::BlockComment => comments.push(word.trim_end()),
            TokenKind::Slashdash
            | TokenKind::Equals
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Text
            | TokenKind::Literal
            | TokenKind::Wrong(_) => words.push(word),
        }
    }
    (words, comments)
}

/// Returns the comment behind the backslash of a continued line.
fn comment_of(continuation: &str) -> Option<&str> {
    let start = continuation.find("//")?;
    continuation.get(start..).map(str::trim_end)
}

/// What stands in a block.
enum Item {
    /// An empty line.
    Empty,
    /// A comment on its own line.
    Comment(String),
    /// A node.
    Node(Node),
}

/// A node as it is laid out.
#[derive(Default)]
struct Node {
    /// Whether `/-` stands before it.
    dashed: bool,
    parts: Vec<Part>,
    /// The comment behind it.
    comment: Option<String>,
}

/// A part of a node.
enum Part {
    /// A name, an argument, a property, a comment: with its `/-`.
    Words(String),
    /// A block.
    Block {
        dashed: bool,
        inline: bool,
        items: Vec<Item>,
    },
    /// The line goes on below; perhaps with a comment.
    Break(Option<String>),
}

/// A block that is being read.
#[derive(Default)]
struct Level {
    items: Vec<Item>,
    node: Option<Node>,
    dashed: bool,
    inline: bool,
    /// Whether something stands on the line at hand.
    used: bool,
}

/// Reads tokens into items.
struct Layout {
    levels: Vec<Level>,
    level: Level,
    /// Whether `/-` stands before what comes next.
    dashed: bool,
    /// Whether `=` stands before what comes next.
    equals: bool,
}

impl Layout {
    /// Returns the items of a text that the gate has let through.
    fn of(text: &str) -> Vec<Item> {
        let mut layout = Self {
            levels: Vec::new(),
            level: Level::default(),
            dashed: false,
            equals: false,
        };
        for token in tokens(text) {
            let word = text.get(token.start..token.end).unwrap_or_default();
            if word.contains(['\n', '\r']) || token.kind == TokenKind::LineComment {
                layout.level.inline = false;
                for level in &mut layout.levels {
                    level.inline = false;
                }
            }
            layout.token(token.kind, word);
        }
        layout.end_node();
        trim(&mut layout.level.items);
        layout.level.items
    }

    fn token(&mut self, kind: TokenKind, word: &str) {
        match kind {
            TokenKind::Blank | TokenKind::Wrong(_) => {}
            TokenKind::Newline => self.newline(),
            TokenKind::Semicolon => self.end_node(),
            TokenKind::LineComment => self.line_comment(word.trim_end()),
            TokenKind::BlockComment => self.block_comment(word),
            TokenKind::Continuation => {
                if let Some(node) = &mut self.level.node {
                    let comment = comment_of(word).map(str::to_owned);
                    node.parts.push(Part::Break(comment));
                } else if let Some(comment) = comment_of(word) {
                    self.level.items.push(Item::Comment(comment.to_owned()));
                }
            }
            TokenKind::Slashdash => self.dashed = true,
            TokenKind::Equals => self.equals(),
            TokenKind::Open => {
                let level = Level {
                    dashed: std::mem::take(&mut self.dashed),
                    inline: true,
                    ..Level::default()
                };
                self.levels.push(std::mem::replace(&mut self.level, level));
            }
            TokenKind::Close => self.close(),
            TokenKind::Text | TokenKind::Literal => self.word(word),
        }
    }

    fn newline(&mut self) {
        if self.level.node.is_some() || self.level.used {
            self.end_node();
            self.level.used = false;
        } else if !self.dashed && matches!(self.level.items.last(), Some(last) if !is_empty(last)) {
            self.level.items.push(Item::Empty);
        }
    }

    fn end_node(&mut self) {
        if let Some(mut node) = self.level.node.take() {
            // A line that goes on with nothing ends here.
            while let Some(Part::Break(comment)) = node.parts.pop_if(|part| is_break(part)) {
                if let Some(comment) = comment {
                    self.level.items.push(Item::Comment(comment));
                }
            }
            self.level.items.push(Item::Node(node));
        }
    }

    fn line_comment(&mut self, word: &str) {
        let comment = word.to_owned();
        if let Some(node) = &mut self.level.node {
            if matches!(node.parts.last(), Some(Part::Break(_))) {
                self.level.items.push(Item::Comment(comment));
            } else {
                node.comment = Some(comment);
            }
            return;
        }
        let used = self.level.used;
        match self.level.items.last_mut() {
            Some(Item::Node(node)) if used && node.comment.is_none() => {
                node.comment = Some(comment);
            }
            Some(Item::Node(_) | Item::Comment(_) | Item::Empty) | None => {
                self.level.items.push(Item::Comment(comment));
            }
        }
        self.level.used = true;
    }

    fn block_comment(&mut self, word: &str) {
        self.level.used = true;
        let Some(node) = &mut self.level.node else {
            self.level.inline = false;
            self.level.items.push(Item::Comment(word.to_owned()));
            return;
        };
        if self.equals
            && let Some(Part::Words(words)) = node.parts.last_mut()
        {
            words.push_str(word);
        } else {
            node.parts.push(Part::Words(word.to_owned()));
        }
    }

    fn equals(&mut self) {
        self.equals = true;
        let Some(node) = &mut self.level.node else {
            return;
        };
        // Comments and breaks between the name and `=` go with the name.
        let mut between: Vec<String> = Vec::new();
        while let Some(part) = node.parts.pop() {
            match part {
                Part::Words(words) if words.starts_with("/*") => between.push(words),
                Part::Words(mut words) => {
                    for comment in between.iter().rev() {
                        words.push_str(comment);
                    }
                    words.push('=');
                    node.parts.push(Part::Words(words));
                    return;
                }
                Part::Break(comment) => {
                    let comment = comment.map(Item::Comment);
                    self.level.items.extend(comment);
                }
                Part::Block { .. } => return,
            }
        }
    }

    fn close(&mut self) {
        self.end_node();
        let Some(parent) = self.levels.pop() else {
            return;
        };
        let mut level = std::mem::replace(&mut self.level, parent);
        trim(&mut level.items);
        if let Some(node) = &mut self.level.node {
            node.parts.push(Part::Block {
                dashed: level.dashed,
                inline: level.inline,
                items: level.items,
            });
        }
    }

    fn word(&mut self, word: &str) {
        self.level.used = true;
        let dashed = std::mem::take(&mut self.dashed);
        let Some(node) = &mut self.level.node else {
            self.level.node = Some(Node {
                dashed,
                parts: vec![Part::Words(word.to_owned())],
                comment: None,
            });
            return;
        };
        if std::mem::take(&mut self.equals) {
            while let Some(Part::Break(comment)) = node.parts.pop_if(|part| is_break(part)) {
                self.level.items.extend(comment.map(Item::Comment));
            }
            if let Some(Part::Words(words)) = node.parts.last_mut() {
                words.push_str(word);
            }
            return;
        }
        let dash = if dashed { "/-" } else { "" };
        node.parts.push(Part::Words([dash, word].concat()));
    }
}

fn is_empty(item: &Item) -> bool {
    matches!(item, Item::Empty)
}

fn is_break(part: &Part) -> bool {
    matches!(part, Part::Break(_))
}

fn trim(items: &mut Vec<Item>) {
    while items.pop_if(|item| is_empty(item)).is_some() {}
}

/// Writes the items of a block, each on lines of its own.
fn print(items: &[Item], depth: usize, text: &mut String) {
    let indent = INDENT.repeat(depth);
    for item in items {
        match item {
            Item::Empty => {}
            Item::Comment(comment) => {
                text.push_str(&indent);
                text.push_str(comment);
            }
            Item::Node(node) => print_node(node, depth, text),
        }
        text.push('\n');
    }
}

fn print_node(node: &Node, depth: usize, text: &mut String) {
    text.push_str(&INDENT.repeat(depth));
    if node.dashed {
        text.push_str("/- ");
    }
    let mut blank = "";
    for part in &node.parts {
        text.push_str(blank);
        blank = " ";
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Break(comment) => {
                text.push('\\');
                if let Some(comment) = comment {
                    text.push(' ');
                    text.push_str(comment);
                }
                text.push('\n');
                text.push_str(&INDENT.repeat(depth + 1));
                blank = "";
            }
            Part::Block {
                dashed,
                inline,
                items,
            } => print_block(*dashed, *inline, items, depth, text),
        }
    }
    if let Some(comment) = &node.comment {
        text.push(' ');
        text.push_str(comment);
    }
}

fn print_block(dashed: bool, inline: bool, items: &[Item], depth: usize, text: &mut String) {
    if dashed {
        text.push_str("/-");
    }
    if items.is_empty() {
        text.push_str("{}");
        return;
    }
    if let Some(flat) = flat(inline, items) {
        let column = text.chars().rev().take_while(|c| *c != '\n').count();
        if column + flat.chars().count() <= WIDTH_MAX {
            text.push_str(&flat);
            return;
        }
    }
    text.push_str("{\n");
    print(items, depth + 1, text);
    text.push_str(&INDENT.repeat(depth));
    text.push('}');
}

/// Returns a block on one line, if it stood on one.
fn flat(inline: bool, items: &[Item]) -> Option<String> {
    if !inline {
        return None;
    }
    let mut nodes = Vec::new();
    for item in items {
        let Item::Node(node) = item else {
            return None;
        };
        let mut line = String::new();
        print_node(node, 0, &mut line);
        nodes.push(line);
    }
    let line = format!("{{ {} }}", nodes.join("; "));
    (!line.contains('\n')).then_some(line)
}
