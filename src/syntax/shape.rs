//! What a node may hold: the shape of the language, as data.
//!
//! [`super::node::NODES`] is made of these. They are checked against what was written (`check`),
//! they make the suggestions of diagnostics, and `schemas/policy.kdl` is printed from them.

/// A node of the language.
#[derive(Debug)]
pub struct NodeSpec {
    /// Its name.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// How one would write it.
    pub example: &'static str,
    /// How often it may stand beside its siblings.
    pub occurs: Occurs,
    /// Its arguments.
    pub arguments: Option<ArgumentSpec>,
    /// Its properties.
    pub properties: &'static [PropertySpec],
    /// The nodes of its block.
    pub children: &'static [&'static NodeSpec],
}

/// How often a node may stand beside its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// It must stand exactly once.
    Once,
    /// It may stand once.
    AtMostOnce,
    /// It may stand any number of times.
    Often,
}

/// The arguments of a node: all of one kind.
#[derive(Debug)]
pub struct ArgumentSpec {
    /// What one is called.
    pub name: &'static str,
    /// What may be written.
    pub kind: Kind,
    /// How many there must be at least.
    pub min: usize,
    /// How many there may be at most.
    pub max: usize,
}

/// A property of a node.
#[derive(Debug)]
pub struct PropertySpec {
    /// Its name.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// What may be written.
    pub kind: Kind,
    /// Whether it must stand.
    pub required: bool,
}

/// What may be written as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text on one line.
    Text,
    /// A text that may have many lines.
    Lines,
    /// A text, or `#null`.
    TextOrNull,
    /// One of these words.
    Words(&'static [&'static str]),
    /// `#true` or `#false`.
    Boolean,
    /// A whole number.
    Integer,
}

/// As many arguments as one likes.
pub const MANY: usize = usize::MAX;

impl NodeSpec {
    /// A node without arguments, properties and block, to be filled in.
    pub const EMPTY: Self = Self {
        name: "",
        about: "",
        example: "",
        occurs: Occurs::Often,
        arguments: None,
        properties: &[],
        children: &[],
    };

    /// Returns the property of a name.
    pub fn property(&self, name: &str) -> Option<&PropertySpec> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }

    /// Returns how many arguments there must be, and how many there may be.
    pub fn argument_count(&self) -> (usize, usize) {
        self.arguments
            .as_ref()
            .map_or((0, 0), |arguments| (arguments.min, arguments.max))
    }
}

impl ArgumentSpec {
    /// Exactly one argument.
    pub const fn one(name: &'static str, kind: Kind) -> Option<Self> {
        Some(Self {
            name,
            kind,
            min: 1,
            max: 1,
        })
    }

    /// One argument or more.
    pub const fn some(name: &'static str, kind: Kind) -> Option<Self> {
        Some(Self {
            name,
            kind,
            min: 1,
            max: MANY,
        })
    }
}

impl PropertySpec {
    /// A property that must stand.
    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            about,
            kind,
            required: true,
        }
    }

    /// A property that may stand.
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            about,
            kind,
            required: false,
        }
    }
}

impl Kind {
    /// Returns what may be written, in words.
    pub fn describe(self) -> String {
        match self {
            Self::Text => "a text in quotes".to_owned(),
            Self::Lines => "a text, of one line or many".to_owned(),
            Self::TextOrNull => "a text in quotes, or `#null`".to_owned(),
            Self::Words(words) => format!("one of {}", super::suggest::list(words)),
            Self::Boolean => "`#true` or `#false`".to_owned(),
            Self::Integer => "a whole number".to_owned(),
        }
    }
}
