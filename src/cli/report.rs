//! The JSON document of a command; `schemas/report.schema.json` describes it.

use mailpol::diagnostic::{Diagnostics, Placed, is_error};
use mailpol::prove::{Answer, Report, WayOut};
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
    classes: Option<u64>,
    envelopes: Option<String>,
    /// Of these, those that it speaks of.
    concerned: Option<String>,
    dialogue: Option<String>,
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
        let (answer, visited, counterexample) = match &finding.answer {
            Answer::Proved(visited) => ("proved", Some(*visited), None),
            Answer::Refuted(example) => ("refuted", None, Some(example.dialogue())),
            Answer::Listener(found) => ("refuted", None, Some(found.name.clone())),
            Answer::Undecided(example) => {
                let dialogue = example.as_ref().map(|example| example.dialogue());
                ("undecided", None, dialogue)
            }
            Answer::Incomplete(_) => ("undecided", None, None),
            Answer::Follows { .. } | Answer::Records(Ok(_)) | Answer::Places(Ok(_)) => {
                ("proved", None, None)
            }
            Answer::Records(Err(evidence)) | Answer::Places(Err(evidence)) => {
                ("refuted", None, Some(evidence.text.clone()))
            }
            Answer::Open(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                ("open", None, Some(names.join(", ")))
            }
        };
        FindingJson {
            name: finding.name.clone(),
            sentence: finding.sentence.clone(),
            answer,
            classes: visited.map(|visited| visited.leaves),
            // More than a JSON number holds exactly.
            envelopes: visited.map(|visited| visited.envelopes.to_string()),
            concerned: visited.map(|visited| visited.concerned.to_string()),
            dialogue: counterexample,
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
