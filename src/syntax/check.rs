//! What was written against what may be written. What may not stand is told.
//!
//! A node that may not stand is left out; a misspelt one is read as what is meant, so that one run
//! tells what else is wrong, and nothing that only follows from its name. A value that may not is
//! kept, so that its node is read with everything else that is in it; whoever reads a value asks
//! for its kind.

use super::diagnostics::{
    ArgumentCount, ControlInText, LongText, MissingNode, MissingProperty, RepeatedNode,
    RepeatedProperty, UnknownNode, UnknownProperty, UnknownWord, UnwantedBlock, WrongKind,
};
use super::node::NODES;
use super::scan::escape;
use super::shape::{ArgumentSpec, Kind, MANY, NodeSpec, Occurs};
use super::suggest;
use super::tree::{LeftOut, Node, Text, Value};
use crate::diagnostic::Diagnostics;
use crate::source::{Loc, Spanned, is_control, is_direction};

/// The longest text on one line.
const TEXT_BYTES_MAX: usize = 8 << 10;
/// The longest text of many lines.
const LINES_BYTES_MAX: usize = 1 << 20;

/// Returns the nodes that may stand in a block, each with what may stand in it, and what was left
/// out.
///
/// `at` is where a missing node is missed: the head of the block's node.
pub(super) fn check(
    nodes: Vec<Node>,
    specs: &[&'static NodeSpec],
    within: Option<&str>,
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> (Vec<Node>, Vec<LeftOut>) {
    let mut sound: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut left_out: Vec<LeftOut> = Vec::new();
    let mut once: Vec<(&str, Loc)> = Vec::new();
    let written: Vec<String> = nodes.iter().map(|node| node.name.value.clone()).collect();
    for mut node in nodes {
        let known = specs.iter().find(|spec| spec.name == node.name.value);
        let spec = known.or_else(|| {
            unknown(&node.name, specs, within, diagnostics);
            meant(&node.name.value, specs, &written)
        });
        let Some(spec) = spec else {
            let names: Vec<&'static str> = specs.iter().map(|spec| spec.name).collect();
            left_out.push(suggest::nearest(&node.name.value, &names));
            continue;
        };
        spec.name.clone_into(&mut node.name.value);
        let first = once.iter().find(|(name, _)| *name == spec.name);
        match (spec.occurs, first) {
            (Occurs::Once | Occurs::AtMostOnce, Some((_, first))) => {
                diagnostics.error(RepeatedNode {
                    name: spec.name,
                    at: node.name.at.clone(),
                    first: first.clone(),
                });
                check_node(node, spec, diagnostics);
                continue;
            }
            (Occurs::Once | Occurs::AtMostOnce, None) => {
                once.push((spec.name, node.name.at.clone()));
            }
            (Occurs::Often, _) => {}
        }
        sound.push(check_node(node, spec, diagnostics));
    }
    for spec in specs {
        let stands = once.iter().any(|(name, _)| *name == spec.name);
        if spec.occurs == Occurs::Once && !stands && !left_out.contains(&Some(spec.name)) {
            diagnostics.error(MissingNode {
                name: spec.name,
                within: within.map_or_else(|| "the policy".to_owned(), |name| format!("`{name}`")),
                example: spec.example,
                place: match within {
                    None => MissingNode::BESIDE,
                    Some(_) => MissingNode::IN_HERE,
                },
                at: at.clone(),
            });
        }
    }
    (sound, left_out)
}

/// Tells a node that the language does not have there.
fn unknown(
    name: &Text,
    specs: &[&'static NodeSpec],
    within: Option<&str>,
    diagnostics: &mut Diagnostics,
) {
    let names: Vec<&'static str> = specs.iter().map(|spec| spec.name).collect();
    diagnostics.error(UnknownNode {
        name: shorten(&name.value),
        within: within.map_or_else(String::new, |name| format!(" in `{name}`")),
        help: suggest::whole(&name.value, &names)
            .map(|name| format!("did you mean `{name}`?"))
            .or_else(|| elsewhere(&name.value))
            .or_else(|| suggest::help(&name.value, &names)),
        at: name.at.clone(),
    });
}

/// Returns the node that a misspelt name means. One that may stand once is meant only where none
/// has the right name.
fn meant<'s>(
    name: &str,
    specs: &'s [&'static NodeSpec],
    written: &[String],
) -> Option<&'s &'static NodeSpec> {
    if elsewhere(name).is_some() {
        return None;
    }
    let names: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
    let meant = suggest::misspelt(name, &names)?;
    let spec = specs.iter().find(|spec| spec.name == meant)?;
    let free = spec.occurs == Occurs::Often || !written.iter().any(|one| one == spec.name);
    free.then_some(spec)
}

/// Returns where a node of this name may stand, if the language has one.
fn elsewhere(name: &str) -> Option<String> {
    let mut homes: Vec<&str> = Vec::new();
    let mut open: Vec<&NodeSpec> = NODES.to_vec();
    while let Some(spec) = open.pop() {
        if spec.children.iter().any(|child| child.name == name) {
            homes.push(spec.name);
        }
        open.extend(spec.children);
    }
    if NODES.iter().any(|spec| spec.name == name) {
        return Some(format!(
            "`{name}` stands at the top of a policy, in no block"
        ));
    }
    homes.sort_unstable();
    homes.dedup();
    (!homes.is_empty()).then(|| format!("`{name}` stands in {}", suggest::list(&homes)))
}

/// Returns a node with those of its nodes that may stand there.
fn check_node(node: Node, spec: &NodeSpec, diagnostics: &mut Diagnostics) -> Node {
    let Node {
        name,
        arguments,
        properties,
        children,
        at,
        left_out: _,
    } = node;
    let arguments = check_arguments(arguments, spec, &at, diagnostics);
    let properties = check_properties(properties, spec, &at, diagnostics);
    let children = children.unwrap_or_default();
    let (children, left_out) = if spec.children.is_empty() {
        if !children.is_empty() {
            diagnostics.error(UnwantedBlock {
                node: spec.name,
                at: name.at.clone(),
            });
        }
        (Vec::new(), Vec::new())
    } else {
        check(children, spec.children, Some(spec.name), &at, diagnostics)
    };
    Node {
        name,
        arguments,
        properties,
        children: Some(children),
        left_out,
        at,
    }
}

fn check_properties(
    properties: Vec<(Text, Spanned<Value>)>,
    spec: &NodeSpec,
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> Vec<(Text, Spanned<Value>)> {
    let mut sound: Vec<(Text, Spanned<Value>)> = Vec::new();
    for (key, value) in properties {
        let Some(property) = spec.property(&key.value) else {
            let names: Vec<&str> = spec.properties.iter().map(|one| one.name).collect();
            diagnostics.error(UnknownProperty {
                name: shorten(&key.value),
                node: spec.name,
                help: suggest::help(&key.value, &names)
                    .or_else(|| Some(format!("write `{}`", spec.example))),
                at: key.at,
            });
            continue;
        };
        if let Some((first, _)) = sound.iter().find(|(first, _)| first.value == key.value) {
            diagnostics.error(RepeatedProperty {
                name: property.name,
                at: key.at,
                first: first.at.clone(),
            });
            continue;
        }
        let value = check_value(value, property.kind, property.name, diagnostics);
        sound.push((key, value));
    }
    for property in spec.properties.iter().filter(|property| property.required) {
        if !sound.iter().any(|(key, _)| key.value == property.name) {
            diagnostics.error(MissingProperty {
                name: property.name,
                node: spec.name,
                example: spec.example,
                at: at.clone(),
            });
        }
    }
    sound
}

fn check_arguments(
    arguments: Vec<Spanned<Value>>,
    spec: &NodeSpec,
    at: &Loc,
    diagnostics: &mut Diagnostics,
) -> Vec<Spanned<Value>> {
    let (min, max) = spec.argument_count();
    let count = arguments.len();
    if count < min || count > max {
        let place = arguments.get(max).map_or(at, |extra| &extra.at);
        diagnostics.error(ArgumentCount {
            node: spec.name,
            wanted: wanted(spec.arguments.as_ref(), min, max),
            count,
            example: spec.example,
            at: place.clone(),
        });
    }
    let Some(argument) = &spec.arguments else {
        return Vec::new();
    };
    arguments
        .into_iter()
        .take(max)
        .map(|value| check_value(value, argument.kind, argument.name, diagnostics))
        .collect()
}

/// Returns how many arguments are wanted, in words.
fn wanted(arguments: Option<&ArgumentSpec>, min: usize, max: usize) -> String {
    let Some(arguments) = arguments else {
        return "no argument".to_owned();
    };
    match (min, max) {
        (1, 1) => format!("one argument, the {}", arguments.name),
        (1, MANY) => format!("at least one {}", arguments.name),
        (min, max) if min == max => format!("{min} arguments"),
        (min, _) => format!("at least {min} arguments"),
    }
}

/// Tells a value that is not of a kind. Returns the value, but a text that could hide something.
fn check_value(
    value: Spanned<Value>,
    kind: Kind,
    name: &'static str,
    diagnostics: &mut Diagnostics,
) -> Spanned<Value> {
    let sound = match (&value.value, kind) {
        (Value::Text(text), Kind::Text | Kind::TextOrNull) => {
            check_text(text, &value, TEXT_BYTES_MAX, &[], diagnostics)
        }
        (Value::Text(text), Kind::Lines) => {
            check_text(text, &value, LINES_BYTES_MAX, &['\n', '\t'], diagnostics)
        }
        (Value::Text(text), Kind::Words(words)) if words.contains(&text.as_str()) => true,
        (Value::Text(text), Kind::Words(words)) => {
            diagnostics.error(UnknownWord {
                word: shorten(text),
                name,
                help: suggest::help(text, words),
                at: value.at.clone(),
            });
            check_text(text, &value, TEXT_BYTES_MAX, &[], &mut Diagnostics::new())
        }
        (Value::Boolean(_), Kind::Boolean)
        | (Value::Integer(_), Kind::Integer)
        | (Value::Null, Kind::TextOrNull) => true,
        (
            Value::Text(_) | Value::Integer(_) | Value::Float | Value::Boolean(_) | Value::Null,
            Kind::Text
            | Kind::Lines
            | Kind::TextOrNull
            | Kind::Words(_)
            | Kind::Boolean
            | Kind::Integer,
        ) => {
            diagnostics.error(WrongKind {
                found: value.value.describe(),
                wanted: kind.describe(),
                name,
                at: value.at.clone(),
            });
            true
        }
    };
    if sound {
        return value;
    }
    // This is of no kind of the language: whoever asks for one finds nothing.
    Spanned::new(Value::Float, value.at)
}

/// Returns whether a text holds nothing that could end a line or hide in one, and is not too long.
fn check_text(
    text: &str,
    value: &Spanned<Value>,
    bytes_max: usize,
    allowed: &[char],
    diagnostics: &mut Diagnostics,
) -> bool {
    if text.len() > bytes_max {
        diagnostics.error(LongText {
            bytes: text.len(),
            bytes_max,
            at: Loc::new(value.at.source(), value.at.start(), value.at.start() + 1),
        });
        return false;
    }
    let hidden = text
        .chars()
        .find(|c| (is_control(*c) || is_direction(*c)) && !allowed.contains(c));
    if let Some(character) = hidden {
        diagnostics.error(ControlInText {
            character: escape(character),
            at: value.at.clone(),
        });
        return false;
    }
    true
}

/// Returns a word short enough for a message.
pub(crate) fn shorten(text: &str) -> String {
    /// Characters of a text that a message shows.
    const CHARACTERS_MAX: usize = 60;
    let mut short: String = text
        .chars()
        .take(CHARACTERS_MAX)
        .map(|c| {
            if is_control(c) || is_direction(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    if text.chars().count() > CHARACTERS_MAX {
        short.push('…');
    }
    short
}
