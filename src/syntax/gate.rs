//! Whether a text is KDL, and no deeper than it may be: asked before KDL's own parser sees it.
//!
//! That parser descends by recursion, and where it has lost its way it takes time beyond measure.
//! So it is given what is right already. Here nothing descends, every token is looked at once, and
//! after a mistake the next line is read as if nothing had happened.

use std::sync::Arc;

use super::diagnostics::{Annotation, Kdl, TooDeep};
use super::lexer::{Token, TokenKind, Wrong, tokens};
use super::shorten;
use crate::diagnostic::Diagnostics;
use crate::source::{Loc, Source};

/// The deepest nesting of blocks. The language needs three.
pub(super) const DEPTH_MAX: usize = 64;
/// The deepest nesting of blocks that are commented out without their node: `node /-{ }`. KDL's
/// parser reads such a block twice.
const COMMENTED_MAX: usize = 2;
/// How many mistakes are told.
const TOLD_MAX: usize = 20;

/// Where in a node the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A node may begin.
    Nodes,
    /// In a node; whether a blank stands before what comes next.
    Node { spaced: bool },
    /// Behind a text in a node, which is an argument, unless `=` follows.
    Argument { spaced: bool },
    /// Behind `=`.
    Value,
    /// Behind a block of a node; whether one was its own, and not commented out, and whether `/-`
    /// may come next: KDL's parser wants a blank between it and a block that is commented out.
    Closed { own: bool, spaced: bool },
    /// Behind a mistake: nothing is looked at before the line ends.
    Lost,
}

/// An open block.
struct Block {
    /// Its brace.
    token: Token,
    /// Whether it is commented out itself.
    dashed: bool,
    /// Whether its node is.
    node_dashed: bool,
    /// Whether its node has had a block of its own before.
    second: bool,
}

struct Gate<'a> {
    source: &'a Arc<Source>,
    state: State,
    /// `/-` stands before what comes next.
    dashed: Option<Token>,
    /// The last `=`.
    equals: Token,
    /// Whether `/-` stands before the node at hand.
    node_dashed: bool,
    open: Vec<Block>,
    told: usize,
}

/// Tells what is no KDL.
pub(super) fn check(source: &Arc<Source>, diagnostics: &mut Diagnostics) {
    let mut gate = Gate {
        source,
        state: State::Nodes,
        dashed: None,
        equals: Token {
            kind: TokenKind::Equals,
            start: 0,
            end: 0,
        },
        node_dashed: false,
        open: Vec::new(),
        told: 0,
    };
    for token in tokens(source.text()) {
        gate.token(token, diagnostics);
        if gate.told >= TOLD_MAX {
            return;
        }
    }
    gate.end(diagnostics);
}

impl Gate<'_> {
    fn token(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        match token.kind {
            TokenKind::Blank | TokenKind::BlockComment | TokenKind::Continuation => {
                self.state = match self.state {
                    State::Node { .. } => State::Node { spaced: true },
                    State::Argument { .. } => State::Argument { spaced: true },
                    State::Closed { own, .. } => State::Closed { own, spaced: true },
                    other @ (State::Nodes | State::Value | State::Lost) => other,
                };
            }
            // The newline behind it ends the node.
            TokenKind::LineComment => {}
            TokenKind::Newline | TokenKind::Semicolon => self.terminator(token, diagnostics),
            TokenKind::Slashdash => self.slashdash(token, diagnostics),
            TokenKind::Equals => self.equals(token, diagnostics),
            TokenKind::Open => self.open(token, diagnostics),
            TokenKind::Close => self.close(token, diagnostics),
            TokenKind::Text => self.text(token, diagnostics),
            TokenKind::Literal => self.literal(token, diagnostics),
            TokenKind::Wrong(wrong) => self.wrong(token, wrong, diagnostics),
        }
    }

    fn terminator(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        // `/-` may stand on the line above a node.
        if self.state == State::Nodes && token.kind == TokenKind::Newline {
            return;
        }
        if self.state == State::Nodes {
            let help = "delete it: the end of a line is enough";
            self.tell(token, "`;` ends nothing", Some(help), diagnostics);
            return;
        }
        if self.state == State::Value {
            self.no_value(diagnostics);
        } else if let Some(dashed) = self.dashed
            && self.state != State::Lost
        {
            self.nothing_commented(dashed, diagnostics);
        }
        self.dashed = None;
        // KDL allows this; its parser does not.
        if self.node_dashed && token.kind == TokenKind::Semicolon && self.state != State::Lost {
            let help = "delete the `;`, and put what follows on a line of its own";
            let message = "a node that is commented out ends with its line";
            self.tell(token, message, Some(help), diagnostics);
            return;
        }
        // Behind a mistake only the end of the line is one.
        if self.state != State::Lost || token.kind == TokenKind::Newline {
            self.state = State::Nodes;
        }
    }

    fn slashdash(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        match (self.state, self.dashed) {
            (State::Lost, _) => {}
            (_, Some(dashed)) => self.nothing_commented(dashed, diagnostics),
            (State::Value, None) => self.no_value(diagnostics),
            (
                State::Node { spaced: false }
                | State::Argument { spaced: false }
                | State::Closed { spaced: false, .. },
                None,
            ) => self.no_blank(token, diagnostics),
            (
                State::Nodes
                | State::Closed { spaced: true, .. }
                | State::Node { spaced: true }
                | State::Argument { spaced: true },
                None,
            ) => self.dashed = Some(token),
        }
    }

    fn equals(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        match self.state {
            State::Argument { .. } => {
                self.state = State::Value;
                self.equals = token;
                if let Some(dashed) = self.dashed {
                    self.nothing_commented(dashed, diagnostics);
                }
            }
            State::Lost => {}
            State::Nodes | State::Node { .. } | State::Value | State::Closed { .. } => {
                let help = "write a property as `name=value`";
                self.tell(
                    token,
                    "there is no name before `=`",
                    Some(help),
                    diagnostics,
                );
            }
        }
    }

    fn open(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        let dashed = self.dashed.take().is_some();
        self.open.push(Block {
            token,
            dashed,
            node_dashed: self.node_dashed,
            second: matches!(self.state, State::Closed { own: true, .. }),
        });
        let commented = self.open.iter().filter(|block| block.dashed).count();
        if self.open.len() > DEPTH_MAX || commented > COMMENTED_MAX {
            diagnostics.error(TooDeep {
                depth_max: if commented > COMMENTED_MAX {
                    COMMENTED_MAX
                } else {
                    DEPTH_MAX
                },
                at: Loc::new(self.source, token.start, token.end),
            });
            self.told = TOLD_MAX;
            return;
        }
        match self.state {
            State::Node { .. }
            | State::Argument { .. }
            | State::Closed { own: false, .. }
            | State::Lost => {}
            State::Value => self.no_value(diagnostics),
            State::Closed { own: true, .. } if dashed => {}
            State::Closed { own: true, .. } => {
                let help = "write everything in the first one";
                self.tell(token, "a node has one block", Some(help), diagnostics);
            }
            State::Nodes => {
                let help = "write the name of a node before it";
                self.tell(
                    token,
                    "this block belongs to no node",
                    Some(help),
                    diagnostics,
                );
            }
        }
        self.state = State::Nodes;
    }

    fn close(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        if self.state == State::Value {
            self.no_value(diagnostics);
        } else if let Some(dashed) = self.dashed
            && self.state != State::Lost
        {
            self.nothing_commented(dashed, diagnostics);
        }
        self.dashed = None;
        let Some(block) = self.open.pop() else {
            let help = "delete it, or write the `{` that it closes";
            self.tell(token, "`}` closes nothing", Some(help), diagnostics);
            return;
        };
        self.node_dashed = block.node_dashed;
        self.state = State::Closed {
            own: block.second || !block.dashed,
            spaced: !block.dashed,
        };
    }

    fn text(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        match self.state {
            State::Nodes => {
                self.state = State::Node { spaced: false };
                self.node_dashed = self.dashed.take().is_some();
            }
            State::Node { spaced: true } | State::Argument { spaced: true } => {
                self.state = State::Argument { spaced: false };
                self.dashed = None;
            }
            State::Value => self.state = State::Node { spaced: false },
            State::Node { spaced: false } | State::Argument { spaced: false } => {
                self.no_blank(token, diagnostics);
            }
            State::Closed { .. } => self.behind_block(token, diagnostics),
            State::Lost => {}
        }
    }

    fn literal(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        match self.state {
            State::Nodes => {
                let help = "write its name in quotes if it is meant";
                self.tell(token, "a node has a name", Some(help), diagnostics);
            }
            State::Node { spaced: true } | State::Argument { spaced: true } | State::Value => {
                self.state = State::Node { spaced: false };
                self.dashed = None;
            }
            State::Node { spaced: false } | State::Argument { spaced: false } => {
                self.no_blank(token, diagnostics);
            }
            State::Closed { .. } => self.behind_block(token, diagnostics),
            State::Lost => {}
        }
    }

    fn wrong(&mut self, token: Token, wrong: Wrong, diagnostics: &mut Diagnostics) {
        let is_long = matches!(
            wrong,
            Wrong::OpenComment | Wrong::DeepComment | Wrong::LongText
        );
        if self.state == State::Lost && !is_long {
            return;
        }
        let at = Loc::new(self.source, token.start, token.end);
        if wrong == Wrong::Annotation {
            diagnostics.error(Annotation { at });
            self.told += 1;
            return;
        }
        let (message, help) = wrong.explain(&shorten(at.words()));
        self.tell(token, &message, Some(&help), diagnostics);
    }

    fn end(&mut self, diagnostics: &mut Diagnostics) {
        if self.state == State::Value {
            self.no_value(diagnostics);
        }
        if let Some(dashed) = self.dashed {
            self.nothing_commented(dashed, diagnostics);
        }
        for block in std::mem::take(&mut self.open) {
            let help = "write `}` where it ends";
            self.tell(
                block.token,
                "this block is not closed",
                Some(help),
                diagnostics,
            );
        }
    }

    fn no_value(&mut self, diagnostics: &mut Diagnostics) {
        let help = "write one in quotes, or delete the `=`";
        self.tell(
            self.equals,
            "there is no value behind `=`",
            Some(help),
            diagnostics,
        );
    }

    fn no_blank(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        let comma = self.source.text().get(token.start..token.end);
        let help = if comma.is_some_and(|words| words.starts_with(',')) {
            "delete the comma: arguments stand side by side, with blanks between them"
        } else {
            "put a blank between the two"
        };
        self.tell(
            token,
            "there is no blank before this",
            Some(help),
            diagnostics,
        );
    }

    fn behind_block(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        let help = "put it on a line of its own";
        self.tell(token, "a node ends with its block", Some(help), diagnostics);
    }

    fn nothing_commented(&mut self, token: Token, diagnostics: &mut Diagnostics) {
        let help = "delete it, or put it before a node, an argument or a block";
        self.dashed = None;
        self.tell(token, "`/-` comments out nothing", Some(help), diagnostics);
    }

    fn tell(
        &mut self,
        token: Token,
        message: &str,
        help: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) {
        diagnostics.error(Kdl {
            message: message.to_owned(),
            help: help.map(str::to_owned),
            at: Loc::new(self.source, token.start, token.end),
        });
        self.told += 1;
        self.dashed = None;
        self.state = State::Lost;
    }
}
