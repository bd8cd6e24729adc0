//! From tokens to lines: what belongs together, and which comments go with it.

use crate::syntax::lexer::{TokenKind, tokens};

/// What stands in a block.
pub(super) enum Item {
    /// An empty line.
    Empty,
    /// A comment on its own line.
    Comment(String),
    /// A node.
    Node(Node),
}

/// A node as it is laid out.
#[derive(Default)]
pub(super) struct Node {
    /// Whether `/-` stands before it.
    pub(super) dashed: bool,
    pub(super) parts: Vec<Part>,
    /// The comment behind it.
    pub(super) comment: Option<String>,
}

/// A part of a node.
pub(super) enum Part {
    /// A name, an argument, a property, a comment: with its `/-`.
    Words(String),
    /// A block.
    Block {
        dashed: bool,
        inline: bool,
        items: Vec<Item>,
    },
    /// The line goes on below; perhaps with comments.
    Break(Vec<String>),
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
pub(super) struct Layout {
    levels: Vec<Level>,
    level: Level,
    /// Whether `/-` stands before what comes next.
    dashed: bool,
    /// Whether `=` stands before what comes next.
    equals: bool,
}

impl Layout {
    /// Returns the items of a text that the gate has let through.
    pub(super) fn of(text: &str) -> Vec<Item> {
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
                let comments = comments_of(word).map(str::to_owned);
                if let Some(node) = &mut self.level.node {
                    node.parts.push(Part::Break(comments.collect()));
                } else {
                    self.level.items.extend(comments.map(Item::Comment));
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
            let dropped = breaks_behind(&mut node.parts);
            self.level.items.extend(dropped);
            self.level.items.push(Item::Node(node));
        }
    }

    fn line_comment(&mut self, word: &str) {
        let comment = word.to_owned();
        match &mut self.level.node {
            // Where the line was to go on stands a comment only: it ends the node.
            Some(node) if node.parts.last().is_some_and(is_break) => {
                self.end_node();
                self.level.items.push(Item::Comment(comment));
                self.level.used = true;
                return;
            }
            Some(node) => {
                node.comment = Some(comment);
                return;
            }
            None => {}
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
                Part::Break(comments) => {
                    let comments = comments.into_iter().map(Item::Comment);
                    self.level.items.extend(comments);
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
            let dropped = breaks_behind(&mut node.parts);
            self.level.items.extend(dropped);
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

/// Takes the breaks off that nothing stands behind, and returns their comments.
fn breaks_behind(parts: &mut Vec<Part>) -> Vec<Item> {
    let mut comments = Vec::new();
    while let Some(Part::Break(of_one)) = parts.pop_if(|part| is_break(part)) {
        comments.splice(0..0, of_one.into_iter().map(Item::Comment));
    }
    comments
}

/// Returns the comments behind the backslash of a continued line.
pub(super) fn comments_of(continuation: &str) -> impl Iterator<Item = &str> {
    let behind = continuation.strip_prefix('\\').unwrap_or_default();
    let comments = tokens(behind).filter(|token| {
        let kind = token.kind;
        kind == TokenKind::LineComment || kind == TokenKind::BlockComment
    });
    comments.map(|token| {
        behind
            .get(token.start..token.end)
            .unwrap_or_default()
            .trim_end()
    })
}
