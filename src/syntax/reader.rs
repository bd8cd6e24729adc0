//! From KDL to our own tree. The only file that knows KDL's types.
//!
//! KDL's parser descends by recursion, so it runs on a thread with room for more than `gate` lets
//! through; and `gate` has told what is no KDL. Where that parser is stricter, its complaint is
//! re-homed to the policy's text.

use std::sync::Arc;

use kdl::{KdlDiagnostic, KdlDocument, KdlEntry, KdlNode, KdlValue};

use super::diagnostics::{Annotation, Kdl, ReaderUnavailable};
use super::tree::{Node, Value};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source, Spanned};

/// Room for the recursion of KDL's parser: thousands of levels, where `scan` allows dozens.
const STACK_BYTES: usize = 256 << 20;
/// How many complaints of KDL's parser are told.
const COMPLAINTS_MAX: usize = 20;

/// Reads the nodes of a text that `scan` has let through.
pub(super) fn read(
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Node>, Reported> {
    let on_a_wide_stack = || {
        let document = KdlDocument::parse_v2(source.text()).map_err(|error| error.diagnostics)?;
        let mut reader = Reader {
            source,
            annotations: Vec::new(),
        };
        let nodes = reader.nodes(&document);
        Ok((nodes, reader.annotations))
    };
    let read: Option<Result<_, Vec<KdlDiagnostic>>> = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, on_a_wide_stack)
            .ok()?
            .join()
            .ok()
    });
    match read {
        Some(Ok((nodes, annotations))) => {
            for at in annotations {
                diagnostics.error(Annotation { at });
            }
            Ok(nodes)
        }
        Some(Err(complaints)) => Err(tell(source, &complaints, diagnostics)),
        None => Err(diagnostics.error(ReaderUnavailable {
            name: source.path().to_owned(),
        })),
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    annotations: Vec<Loc>,
}

impl Reader<'_> {
    fn nodes(&mut self, document: &KdlDocument) -> Vec<Node> {
        document
            .nodes()
            .iter()
            .map(|node| self.node(node))
            .collect()
    }

    fn node(&mut self, node: &KdlNode) -> Node {
        let name = self.at(node.name().span());
        if let Some(annotation) = node.ty() {
            self.annotations.push(self.at(annotation.span()));
        }
        let mut arguments = Vec::new();
        let mut properties = Vec::new();
        let mut end = name.end();
        for entry in node.entries() {
            let value = self.value(entry);
            end = end.max(value.at.end());
            match entry.name() {
                None => arguments.push(value),
                Some(key) => {
                    let at = self.at(key.span());
                    properties.push((Spanned::new(key.value().to_owned(), at), value));
                }
            }
        }
        let at = Loc::new(self.source, name.start(), end);
        Node {
            name: Spanned::new(node.name().value().to_owned(), name),
            arguments,
            properties,
            children: node.children().map(|children| self.nodes(children)),
            left_out: Vec::new(),
            at,
        }
    }

    fn value(&mut self, entry: &KdlEntry) -> Spanned<Value> {
        if let Some(annotation) = entry.ty() {
            self.annotations.push(self.at(annotation.span()));
        }
        // The span of an entry is that of `key=value`; the value stands at its end.
        let whole = self.at(entry.span());
        let written = entry.format().map_or(0, |format| format.value_repr.len());
        let start = whole.end().saturating_sub(written).max(whole.start());
        let at = Loc::new(self.source, start, whole.end());
        let value = match entry.value() {
            KdlValue::String(text) => Value::Text(text.clone()),
            KdlValue::Integer(number) => Value::Integer(*number),
            KdlValue::Float(_) => Value::Float,
            KdlValue::Bool(truth) => Value::Boolean(*truth),
            KdlValue::Null => Value::Null,
        };
        Spanned::new(value, at)
    }

    fn at(&self, span: miette::SourceSpan) -> Loc {
        Loc::new(self.source, span.offset(), span.offset() + span.len())
    }
}

/// Tells what KDL's parser complained about, at its places in the policy.
fn tell(
    source: &Arc<Source>,
    complaints: &[KdlDiagnostic],
    diagnostics: &mut Diagnostics,
) -> Reported {
    let mut reported = None;
    for complaint in complaints.iter().take(COMPLAINTS_MAX) {
        reported = Some(diagnostics.error(rehome(source, complaint)));
    }
    reported.unwrap_or_else(|| {
        diagnostics.error(Kdl {
            message: "this is no KDL".to_owned(),
            help: None,
            at: Loc::new(source, 0, 0),
        })
    })
}

/// Returns a complaint of KDL's parser as one of ours, with a better hint where there is one.
fn rehome(source: &Arc<Source>, complaint: &KdlDiagnostic) -> Kdl {
    let at = narrow(
        source,
        complaint.span.offset(),
        complaint.span.offset() + complaint.span.len(),
    );
    let message = complaint
        .message
        .clone()
        .or_else(|| complaint.label.clone())
        .unwrap_or_else(|| "this is no KDL".to_owned());
    Kdl {
        message: sentence(&message),
        help: complaint.help.as_deref().map(sentence),
        at,
    }
}

/// Returns the place from `start` to `end`, cut to its first line that holds anything.
///
/// The parser marks whole blocks, and a label over many lines shows nothing.
fn narrow(source: &Arc<Source>, start: usize, end: usize) -> Loc {
    let text = source.text();
    let mut start = start.min(text.len());
    let mut end = end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let span = text.get(start..end).unwrap_or_default();
    let lead = span.len() - span.trim_start().len();
    let line = span.trim_start().lines().next().unwrap_or_default();
    let start = start + if line.is_empty() { 0 } else { lead };
    Loc::new(source, start, start + line.trim_end().len())
}

/// Returns a sentence in our form: lower case first, no full stop, one line.
fn sentence(text: &str) -> String {
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = flat.join(" ");
    let flat = flat.trim_end_matches('.');
    let mut characters = flat.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
