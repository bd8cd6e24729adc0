//! The JSON document of a command; `schemas/report.schema.json` describes it.

use mailpol::diagnostic::{Diagnostics, Placed, is_error};
use mailpol::prove::{Answer, Report, Visited, WayOut};
use mailpol::source::Position;
use miette::{Diagnostic, LabeledSpan};
use serde::Serialize;
use serde_json::{Value, json};

use super::Exit;

/// The number of the schema. Keys are added within one, never renamed or removed.
const SCHEMA: u32 = 1;

/// Returns the document of a command.
pub(super) fn document(
    command: &str,
    exit: Exit,
    diagnostics: &Diagnostics,
    result: Option<&Value>,
) -> Value {
    let told: Vec<Value> = diagnostics
        .sorted()
        .into_iter()
        .map(|one| diagnostic(one.as_ref()))
        .collect();
    let aside: Vec<Value> = diagnostics
        .put_aside()
        .into_iter()
        .map(|one| {
            json!({
                "warning": diagnostic(one.warning.as_ref()),
                "by": {
                    "file": one.by.source().path(),
                    "start": place(one.by.start(), one.by.position()),
                    "end": place(one.by.end(), one.by.end_position()),
                },
            })
        })
        .collect();
    let mut document = json!({
        "schema": SCHEMA,
        "command": command,
        "ok": exit == Exit::Yes,
        "diagnostics": told,
        "acknowledged": aside,
        "result": result,
    });
    let left = diagnostics.left_out();
    if let Some(keys) = document.as_object_mut().filter(|_| left > 0) {
        keys.insert("left_out".to_owned(), left.into());
    }
    document
}

fn diagnostic(one: &dyn Diagnostic) -> Value {
    let labels: Vec<Value> = one
        .labels()
        .into_iter()
        .flatten()
        .map(|span| label(one, &span))
        .collect();
    json!({
        "code": one.code().map(|code| code.to_string()),
        "severity": if is_error(one) { "error" } else { "warning" },
        "message": one.to_string(),
        "help": one.help().map(|help| help.to_string()),
        "labels": labels,
    })
}

fn label(one: &dyn Diagnostic, span: &LabeledSpan) -> Value {
    let placed = Placed::of(one, span);
    let at = |offset: usize, position: fn(&Placed) -> Position| {
        let first = Position { line: 1, column: 1 };
        place(offset, placed.as_ref().map_or(first, position))
    };
    json!({
        "file": placed.as_ref().map_or("", |placed| placed.path.as_str()),
        "primary": span.primary(),
        "text": span.label(),
        "start": at(span.offset(), |placed| placed.start),
        "end": at(span.offset() + span.len(), |placed| placed.end),
    })
}

fn place(offset: usize, position: Position) -> Value {
    json!({ "offset": offset, "line": position.line, "column": position.column })
}

/// A proof, as JSON prints it.
#[derive(Debug, Serialize)]
pub(super) struct ProofJson {
    subject: String,
    proved: bool,
    obligations: Vec<FindingJson>,
    /// What strangers' mail can leave to; of two targets beside each other, nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<Vec<WayOutJson>>,
    assumptions: Vec<String>,
    /// What was left out, since others that were visited are like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftJson>,
}

#[derive(Debug, Serialize)]
struct LeftJson {
    domains: usize,
    recipients: usize,
    clients: usize,
}

/// A recipient of ours whose mail leaves.
#[derive(Debug, Serialize)]
struct WayOutJson {
    recipient: String,
    to: Vec<OnwardJson>,
    keep: bool,
    /// `path:line:column` in the policy.
    at: Option<String>,
}

#[derive(Debug, Serialize)]
struct OnwardJson {
    address: Option<String>,
    by: Option<String>,
}

impl WayOutJson {
    fn of(way: &WayOut) -> Self {
        let leaves = way.leaves.iter().map(|one| OnwardJson {
            address: one.to.as_ref().map(ToString::to_string),
            by: one.by.as_ref().map(ToString::to_string),
        });
        Self {
            recipient: way.recipient.to_string(),
            to: leaves.collect(),
            keep: way.keeps,
            at: way.at.as_ref().map(ToString::to_string),
        }
    }
}

#[derive(Debug, Serialize)]
struct FindingJson {
    name: String,
    sentence: String,
    answer: &'static str,
    /// It holds, and speaks of nothing here.
    empty: bool,
    classes: Option<u64>,
    envelopes: Option<String>,
    /// Of these, those that it speaks of.
    concerned: Option<String>,
    compared: Option<u64>,
    broken: Option<BrokenJson>,
    dialogue: Option<String>,
}

/// How much breaks an obligation.
#[derive(Debug, Serialize)]
struct BrokenJson {
    classes: u64,
    envelopes: String,
}

/// Returns a report with what leaves, as JSON prints it.
pub(super) fn proof_with(report: &Report, leaves: &[WayOut]) -> ProofJson {
    ProofJson {
        leaves: Some(leaves.iter().map(WayOutJson::of).collect()),
        ..proof(report)
    }
}

/// Returns a report, as JSON prints it.
pub(super) fn proof(report: &Report) -> ProofJson {
    let obligations = report.findings.iter().map(|finding| {
        let answer = &finding.answer;
        let visited = visited(answer);
        let broken = if let Answer::Refuted(refutation) = answer {
            Some(refutation.broken)
        } else {
            None
        };
        let classes = if let Answer::Follows { classes, .. } = answer {
            // Those in which the files were held against the policy: all of them.
            Some(*classes)
        } else {
            visited.map(|visited| visited.leaves)
        };
        FindingJson {
            name: finding.name.clone(),
            sentence: finding.sentence.clone(),
            answer: word(answer),
            empty: answer.is_empty(),
            classes,
            // More than a JSON number holds exactly.
            envelopes: visited.map(|visited| visited.envelopes.to_string()),
            // What breaks it may have ended the count of what it speaks of.
            concerned: visited
                .filter(|_| broken.is_none())
                .map(|visited| visited.concerned.to_string()),
            compared: compared(answer),
            broken: broken.map(|broken| BrokenJson {
                classes: broken.classes,
                envelopes: broken.envelopes.to_string(),
            }),
            dialogue: dialogue(answer),
        }
    });
    ProofJson {
        subject: report.subject.clone(),
        proved: report.is_proved(),
        obligations: obligations.collect(),
        leaves: None,
        assumptions: report.assumptions.clone(),
        left_out: report.left_out.map(|left| LeftJson {
            domains: left.domains,
            recipients: left.recipients,
            clients: left.clients,
        }),
    }
}

fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Records(Ok(_))
        | Answer::Places(Ok(_)) => "proved",
        Answer::Refuted(_)
        | Answer::Listener(_)
        | Answer::Records(Err(_))
        | Answer::Places(Err(_)) => "refuted",
        Answer::Undecided(_) | Answer::Incomplete(_) => "undecided",
        Answer::Open(_) => "open",
    }
}

/// Returns what was visited, where that was everything.
fn visited(answer: &Answer) -> Option<Visited> {
    match answer {
        Answer::Proved(visited) => Some(*visited),
        Answer::Refuted(refutation) => refutation.broken.visited,
        Answer::Follows { .. }
        | Answer::Undecided(_)
        | Answer::Listener(_)
        | Answer::Places(_)
        | Answer::Incomplete(_)
        | Answer::Records(_)
        | Answer::Open(_) => None,
    }
}

/// Returns at how many places it holds of what is no envelope.
fn compared(answer: &Answer) -> Option<u64> {
    match answer {
        Answer::Records(Ok(number)) | Answer::Places(Ok(number)) => Some(*number),
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Refuted(_)
        | Answer::Undecided(_)
        | Answer::Listener(_)
        | Answer::Places(Err(_))
        | Answer::Incomplete(_)
        | Answer::Records(Err(_))
        | Answer::Open(_) => None,
    }
}

fn dialogue(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Refuted(refutation) => Some(refutation.by.dialogue()),
        Answer::Undecided(alarm) => alarm.as_ref().map(|alarm| alarm.dialogue()),
        Answer::Listener(found) => Some(found.name.clone()),
        Answer::Records(Err(evidence)) | Answer::Places(Err(evidence)) => {
            Some(evidence.text.clone())
        }
        Answer::Open(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Some(names.join(", "))
        }
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Incomplete(_)
        | Answer::Records(Ok(_))
        | Answer::Places(Ok(_)) => None,
    }
}
