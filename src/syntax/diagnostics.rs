//! What is told about how a policy is written.
//!
//! A place is the source code of its own label: see [`Loc`].

use miette::Diagnostic;
use thiserror::Error;

use crate::source::Loc;

/// The text is no KDL.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(mailpol::syntax::kdl))]
pub struct Kdl {
    /// What KDL's parser says.
    pub message: String,
    /// What to do, if it is known.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "this is no KDL")]
    pub at: Loc,
}

/// The thread that reads KDL could not be had.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` could not be read: the system gave no thread for it")]
#[diagnostic(
    code(mailpol::internal::reader),
    help("free some memory and try again; nothing was written")
)]
pub struct ReaderUnavailable {
    /// The policy.
    pub name: String,
}

/// The layout of a policy would have changed what it says: a mistake of ours.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` would say something else in its new layout")]
#[diagnostic(
    code(mailpol::internal::format),
    help(
        "this is a mistake in mailpol: nothing was written; please send the policy to its authors"
    )
)]
pub struct FormatDiffers {
    /// The policy.
    pub name: String,
}

/// The policy is too large.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` has {bytes} bytes, and a policy has at most {bytes_max}")]
#[diagnostic(
    code(mailpol::syntax::too_large),
    help(
        "put domains, mailboxes and networks in files beside it: `mailboxes file=\"mailboxes.tsv\"`"
    )
)]
pub struct TooLarge {
    /// The policy.
    pub name: String,
    /// Its size.
    pub bytes: usize,
    /// The largest size.
    pub bytes_max: usize,
}

/// Blocks or comments are nested too deeply.
#[derive(Debug, Error, Diagnostic)]
#[error("blocks are nested more than {depth_max} deep")]
#[diagnostic(
    code(mailpol::syntax::too_deep),
    help(
        "close the blocks that are open here; no policy needs more than three levels, and none \
         that are commented out in each other"
    )
)]
pub struct TooDeep {
    /// The deepest nesting.
    pub depth_max: usize,
    /// Where it gets too deep.
    #[source_code]
    #[label(primary, "one level too many")]
    pub at: Loc,
}

/// A control character stands in the text.
#[derive(Debug, Error, Diagnostic)]
#[error("the policy holds the control character {character}")]
#[diagnostic(
    code(mailpol::syntax::control_character),
    help("delete it; blanks, tabs and line ends are all that a policy needs")
)]
pub struct ControlCharacter {
    /// The character's number.
    pub character: String,
    /// Where.
    #[source_code]
    #[label(primary, "here, though nothing can be seen")]
    pub at: Loc,
}

/// A character that turns the reading order round stands in the text.
#[derive(Debug, Error, Diagnostic)]
#[error("the policy holds {character}, which changes the order in which text is shown")]
#[diagnostic(
    code(mailpol::syntax::text_direction),
    help("delete it: whoever reads this policy must see what mailpol sees")
)]
pub struct TextDirection {
    /// The character's number.
    pub character: String,
    /// Where.
    #[source_code]
    #[label(primary, "an invisible character stands here")]
    pub at: Loc,
}

/// A text holds a control character by way of an escape.
#[derive(Debug, Error, Diagnostic)]
#[error("this text holds {character}")]
#[diagnostic(
    code(mailpol::syntax::control_in_text),
    help("write the text on one line, without escapes such as `\\n`")
)]
pub struct ControlInText {
    /// The character's number.
    pub character: String,
    /// Where.
    #[source_code]
    #[label(primary, "it could add a line to a file")]
    pub at: Loc,
}

/// A text is too long.
#[derive(Debug, Error, Diagnostic)]
#[error("this text has {bytes} bytes, and at most {bytes_max} may stand here")]
#[diagnostic(code(mailpol::syntax::long_text), help("shorten it"))]
pub struct LongText {
    /// Its length.
    pub bytes: usize,
    /// The greatest length.
    pub bytes_max: usize,
    /// Where it begins.
    #[source_code]
    #[label(primary, "it begins here")]
    pub at: Loc,
}

/// A type annotation, which no node of ours has.
#[derive(Debug, Error, Diagnostic)]
#[error("a policy has no type annotations")]
#[diagnostic(
    code(mailpol::syntax::annotation),
    help("delete the parentheses and what they hold")
)]
pub struct Annotation {
    /// Where.
    #[source_code]
    #[label(primary, "nothing reads it")]
    pub at: Loc,
}

/// A node that the language does not have.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no node `{name}`{within}")]
#[diagnostic(code(mailpol::syntax::unknown_node))]
pub struct UnknownNode {
    /// What was written.
    pub name: String,
    /// Where one was looked for: empty, or ` in` a node.
    pub within: String,
    /// The nearest name, or all.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "not a word of the language here")]
    pub at: Loc,
}

/// A node that may stand once stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` stands twice")]
#[diagnostic(
    code(mailpol::syntax::repeated_node),
    help("write everything in the first one, and delete this one")
)]
pub struct RepeatedNode {
    /// The node.
    pub name: &'static str,
    /// The second.
    #[source_code]
    #[label(primary, "it may stand only once")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// A node that must stand does not.
#[derive(Debug, Error, Diagnostic)]
#[error("{within} has no `{name}`")]
#[diagnostic(code(mailpol::syntax::missing_node), help("add `{example}`"))]
pub struct MissingNode {
    /// The node.
    pub name: &'static str,
    /// Where it is missed.
    pub within: String,
    /// How one would write it.
    pub example: &'static str,
    /// What is to be done there.
    pub place: &'static str,
    /// Where it is missed.
    #[source_code]
    #[label(primary, "{place}")]
    pub at: Loc,
}

impl MissingNode {
    /// It is missed in a node.
    pub const IN_HERE: &'static str = "it must stand in here";
    /// It is missed in a file, at whose first node this is.
    pub const BESIDE: &'static str = "it must stand beside this";
}

/// A property that the node does not have.
#[derive(Debug, Error, Diagnostic)]
#[error("`{node}` has no property `{name}`")]
#[diagnostic(code(mailpol::syntax::unknown_property))]
pub struct UnknownProperty {
    /// What was written.
    pub name: String,
    /// The node.
    pub node: &'static str,
    /// The nearest name, or all.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "not a word of the language here")]
    pub at: Loc,
}

/// A property stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the property `{name}` stands twice")]
#[diagnostic(
    code(mailpol::syntax::repeated_property),
    help("delete one of the two")
)]
pub struct RepeatedProperty {
    /// The property.
    pub name: &'static str,
    /// The second.
    #[source_code]
    #[label(primary, "which of the two holds?")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// A property that must stand does not.
#[derive(Debug, Error, Diagnostic)]
#[error("`{node}` has no property `{name}`")]
#[diagnostic(code(mailpol::syntax::missing_property), help("write `{example}`"))]
pub struct MissingProperty {
    /// The property.
    pub name: &'static str,
    /// The node.
    pub node: &'static str,
    /// How one would write it.
    pub example: &'static str,
    /// The node's head.
    #[source_code]
    #[label(primary, "it must stand here")]
    pub at: Loc,
}

/// Too few or too many arguments.
#[derive(Debug, Error, Diagnostic)]
#[error("`{node}` takes {wanted}, not {count}")]
#[diagnostic(code(mailpol::syntax::argument_count), help("write `{example}`"))]
pub struct ArgumentCount {
    /// The node.
    pub node: &'static str,
    /// How many there should be.
    pub wanted: String,
    /// How many there are.
    pub count: usize,
    /// How one would write it.
    pub example: &'static str,
    /// The first that is too much, or the node.
    #[source_code]
    #[label(primary, "the count does not fit")]
    pub at: Loc,
}

/// A value of another kind than wanted.
#[derive(Debug, Error, Diagnostic)]
#[error("the {name} is {found}")]
#[diagnostic(code(mailpol::syntax::wrong_kind), help("write {wanted}"))]
pub struct WrongKind {
    /// What was written.
    pub found: &'static str,
    /// What may be written.
    pub wanted: String,
    /// What the value is called.
    pub name: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "not of the kind that is wanted")]
    pub at: Loc,
}

/// A word that is none of those that may stand there.
#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is no {name}")]
#[diagnostic(code(mailpol::syntax::unknown_word))]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What the value is called.
    pub name: &'static str,
    /// The nearest word, or all.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "not one of the words for it")]
    pub at: Loc,
}

/// A block where none may stand.
#[derive(Debug, Error, Diagnostic)]
#[error("`{node}` has no block")]
#[diagnostic(
    code(mailpol::syntax::unwanted_block),
    help("delete the braces and what they hold")
)]
pub struct UnwantedBlock {
    /// The node.
    pub node: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nothing may stand in it")]
    pub at: Loc,
}

/// A policy of a version that this program does not know.
#[derive(Debug, Error, Diagnostic)]
#[error("the policy is of version {version} of the language")]
#[diagnostic(
    code(mailpol::syntax::unknown_version),
    help("write `mailpol version=1`, or use a mailpol that knows version {version}")
)]
pub struct UnknownVersion {
    /// The version.
    pub version: i128,
    /// Where.
    #[source_code]
    #[label(primary, "this mailpol knows version 1 only")]
    pub at: Loc,
}
