//! The tree of a policy as written: nodes, arguments, properties, places. Nothing of KDL's own.

use crate::source::{Loc, Spanned};

/// A text with its place.
pub type Text = Spanned<String>;

/// A node as written.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: Text,
    /// Its arguments, in order.
    pub arguments: Vec<Spanned<Value>>,
    /// Its properties, in order.
    pub properties: Vec<(Text, Spanned<Value>)>,
    /// Its block, if it has one.
    pub children: Option<Vec<Node>>,
    /// What was left out of its block: for each unknown node the name that it is like.
    pub left_out: Vec<LeftOut>,
    /// From its name to its last argument or property: the block is left out.
    pub at: Loc,
}

/// An unknown node that was left out: the known name that it is like, if there is one.
pub type LeftOut = Option<&'static str>;

/// Returns whether one of these names may have been meant by what was left out.
pub fn may_have_been(left_out: &[LeftOut], names: &[&str]) -> bool {
    left_out
        .iter()
        .any(|like| like.is_none_or(|like| names.contains(&like)))
}

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float,
    /// `#true` or `#false`.
    Boolean(bool),
    /// `#null`.
    Null,
}

impl Node {
    /// Returns the first argument, if it is a text.
    pub fn text(&self) -> Option<Text> {
        text(self.arguments.first()?)
    }

    /// Returns all arguments that are texts.
    pub fn texts(&self) -> Vec<Text> {
        self.arguments.iter().filter_map(text).collect()
    }

    /// Returns a property, if it is a text.
    pub fn property(&self, name: &str) -> Option<Text> {
        self.value(name).and_then(text)
    }

    /// Returns a property, if it is a whole number.
    pub fn integer(&self, name: &str) -> Option<Spanned<i128>> {
        let value = self.value(name)?;
        match value.value {
            Value::Integer(number) => Some(Spanned::new(number, value.at.clone())),
            Value::Text(_) | Value::Float | Value::Boolean(_) | Value::Null => None,
        }
    }

    /// Returns a property's value.
    pub fn value(&self, name: &str) -> Option<&Spanned<Value>> {
        self.properties
            .iter()
            .find_map(|(key, value)| (key.value == name).then_some(value))
    }

    /// Returns the nodes of its block.
    pub fn children(&self) -> &[Node] {
        self.children.as_deref().unwrap_or_default()
    }

    /// Returns the first node of a name in its block.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children()
            .iter()
            .find(|child| child.name.value == name)
    }

    /// Returns the nodes of a name in its block.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children()
            .iter()
            .filter(move |child| child.name.value == name)
    }

    /// Returns the texts of all nodes of a name in its block, in order.
    pub fn child_texts(&self, name: &str) -> Vec<Text> {
        self.children_named(name).flat_map(Node::texts).collect()
    }
}

/// Returns a value that is a text.
fn text(value: &Spanned<Value>) -> Option<Text> {
    match &value.value {
        Value::Text(text) => Some(Spanned::new(text.clone(), value.at.clone())),
        Value::Integer(_) | Value::Float | Value::Boolean(_) | Value::Null => None,
    }
}

impl Value {
    /// Returns what kind of value this is, in words.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Float => "a number with a fraction",
            Self::Boolean(_) => "a truth value",
            Self::Null => "`#null`",
        }
    }
}

/// Returns the place of a part of a text, given in bytes of its value.
///
/// Where the text was written with escapes, that is the whole text.
pub fn part(text: &Text, start: usize, end: usize) -> Loc {
    let words = text.at.words();
    let quoted = words
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let lead = if words == text.value {
        0
    } else if quoted == Some(text.value.as_str()) {
        1
    } else {
        return text.at.clone();
    };
    let from = text.at.start() + lead;
    Loc::new(text.at.source(), from + start, from + end)
}
