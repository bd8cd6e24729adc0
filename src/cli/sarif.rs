//! Findings as SARIF 2.1.0 (OASIS): what code views of forges read.
//!
//! A finding stands at a file that is here. What is wrong with files that are not, since they were
//! only made to be proved, stands at what the policy says of it; the made file is related.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use mailpol::compile::ByHand;
use mailpol::diagnostic::{Diagnostics, Placed, Told, is_error};
use mailpol::prove::policy_place;
use mailpol::source::{Loc, Position};
use miette::{Diagnostic, LabeledSpan};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The base of the names of files that no file here has: the root of the server that they are made
/// for (section 3.4.4).
const SERVER: &str = "SERVER_ROOT";

/// Returns the log of a run about a policy.
pub(super) fn document(diagnostics: &Diagnostics, policy: &Path) -> Value {
    let aside = diagnostics.put_aside();
    let told = diagnostics.sorted().into_iter().map(|one| (one, None));
    let told = told.chain(aside.iter().map(|one| (&one.warning, Some(&one.by))));
    let told: Vec<(&Told, Option<&Loc>)> = told.collect();
    let mut ids: Vec<String> = told.iter().map(|(one, _)| rule_id(one.as_ref())).collect();
    ids.sort();
    ids.dedup();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = told
        .iter()
        .map(|(one, by)| {
            let id = rule_id(one.as_ref());
            let index = ids.binary_search(&id).unwrap_or(0);
            let mut result = result(one.as_ref(), &id, index, policy);
            if let Some(members) = result.as_object_mut() {
                let print = fingerprint(&id, &one.to_string(), &mut seen);
                members.insert(
                    "partialFingerprints".to_owned(),
                    json!({ FINGERPRINT: print }),
                );
            }
            if let (Some(by), Some(members)) = (by, result.as_object_mut()) {
                members.insert("suppressions".to_owned(), json!([suppression(by, policy)]));
            }
            result
        })
        .collect();
    let rules: Vec<Value> = ids.iter().map(|id| rule(id)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "mailpol",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }
            },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                SERVER: { "description": { "text": "The root of the server." } },
            },
            "results": results,
        }],
    })
}

/// The name of what tells findings apart, and of how that is made (section 3.27.17).
const FINGERPRINT: &str = "mailpolFinding/v1";

/// Returns which rule a finding breaks: its code; of the proof, with the question, since one hole
/// answers many, all at one place (hierarchical, section 3.5.4).
fn rule_id(one: &(dyn Diagnostic + 'static)) -> String {
    let code = one.code().map(|code| code.to_string()).unwrap_or_default();
    let by_hand = (one as &(dyn std::error::Error + 'static)).downcast_ref::<ByHand>();
    let asked = match by_hand {
        Some(by_hand) => mailpol::prove::question(by_hand.told().as_ref()),
        None => mailpol::prove::question(one),
    };
    match asked {
        Some(question) => format!("{code}/{question}"),
        None => code,
    }
}

/// Returns what is the same for a finding on every run, wherever its lines move to, and another for
/// every other finding: of its rule and its sentence without numbers of lines, and which of those
/// that are alike it is.
fn fingerprint(id: &str, sentence: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let first = sentence.lines().next().unwrap_or_default();
    let mut parts = first.split(':');
    let mut text = format!("{id}\n{}", parts.next().unwrap_or_default());
    for part in parts {
        text.push(':');
        text.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    let digest = Sha256::digest(text.as_bytes());
    let mut print = String::new();
    for byte in digest.iter().take(FINGERPRINT_BYTES) {
        // Writing to a string does not fail.
        let _ = write!(print, "{byte:02x}");
    }
    let alike = seen.entry(print.clone()).or_default();
    *alike += 1;
    format!("{print}:{alike}")
}

/// Enough that no two sentences are alike by chance.
const FINGERPRINT_BYTES: usize = 12;

/// The page of a code, or of a question of the proof, is a rule's help (section 3.49).
fn rule(id: &str) -> Value {
    let (code, question) = id.split_once('/').unwrap_or((id, ""));
    let page = mailpol::explain::page(question).or_else(|| mailpol::explain::page(code));
    let page = page.unwrap_or_default();
    let lines = page.lines().filter(|line| !line.is_empty());
    let first = lines.clone().find(|line| !line.starts_with('#'));
    json!({
        "id": id,
        "shortDescription": { "text": first.unwrap_or(code) },
        "help": { "text": if page.is_empty() { code } else { &page }, "markdown": page },
    })
}

/// One finding (section 3.27).
fn result(one: &(dyn Diagnostic + 'static), id: &str, index: usize, policy: &Path) -> Value {
    let mut text = one.to_string();
    if let Some(help) = one.help() {
        text.push_str("\n\n");
        text.push_str(&help.to_string());
    }
    let (locations, related) = places(one, policy);
    json!({
        "ruleId": id,
        "ruleIndex": index,
        "level": if is_error(one) { "error" } else { "warning" },
        "message": { "text": text },
        "locations": locations,
        "relatedLocations": related,
    })
}

/// Returns where a finding stands, and what else it is about.
fn places(one: &(dyn Diagnostic + 'static), policy: &Path) -> (Vec<Value>, Vec<Value>) {
    let spans: Vec<LabeledSpan> = one.labels().into_iter().flatten().collect();
    let is_main = |span: &LabeledSpan| span.primary() || spans.len() == 1;
    let (mut main, mut related) = (Vec::new(), Vec::new());
    for span in &spans {
        let Some(placed) = Placed::of(one, span) else {
            continue;
        };
        let place = place(&placed, span.label(), policy);
        if is_main(span) && is_here(&placed.path, policy) {
            main.push(place);
        } else {
            related.push(place);
        }
    }
    let made = (one as &(dyn std::error::Error + 'static)).downcast_ref::<ByHand>();
    let made = made.and_then(ByHand::made);
    related.extend(made.map(|made| place(made, Some("in the files that are made"), policy)));
    let said = policy_place(one);
    let said = said.map(|at| place(&of(at), Some("the policy says this"), policy));
    match said {
        Some(said) if main.is_empty() => main.push(said),
        Some(said) if !is_in(&main, &said) => related.push(said),
        // What is in no file is about the policy as a whole.
        None if main.is_empty() => main.push(whole(policy)),
        Some(_) | None => {}
    }
    (main, related)
}

/// Returns whether a file is here: the policy, wherever it was read from, or any other that can be
/// opened.
fn is_here(path: &str, policy: &Path) -> bool {
    Path::new(path) == policy || Path::new(path).is_file()
}

/// Returns whether a place is named already, whatever is said of it.
fn is_in(places: &[Value], place: &Value) -> bool {
    let physical = |one: &Value| one.get("physicalLocation").cloned();
    places.iter().any(|one| physical(one) == physical(place))
}

fn of(at: &Loc) -> Placed {
    Placed {
        path: at.source().path().to_owned(),
        start: at.position(),
        end: at.end_position(),
    }
}

/// What a policy acknowledges is suppressed where it says so (section 3.35).
fn suppression(by: &Loc, policy: &Path) -> Value {
    json!({
        "kind": "inSource",
        "status": "accepted",
        "location": place(&of(by), None, policy),
    })
}

/// A policy as a place: its first line.
fn whole(policy: &Path) -> Value {
    let start = Position { line: 1, column: 1 };
    let placed = Placed {
        path: policy.to_string_lossy().into_owned(),
        start,
        end: start,
    };
    place(&placed, None, policy)
}

/// A place (section 3.28). Columns count characters, and the end is behind the last.
fn place(placed: &Placed, message: Option<&str>, policy: &Path) -> Value {
    let (first, last) = (placed.start, placed.end);
    let mut artifact = json!({ "uri": uri(Path::new(&placed.path)) });
    if let (false, Some(members)) = (is_here(&placed.path, policy), artifact.as_object_mut()) {
        members.insert("uriBaseId".to_owned(), json!(SERVER));
    }
    let mut place = json!({
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": first.line,
                "startColumn": first.column,
                "endLine": last.line,
                "endColumn": last.column,
            },
        },
    });
    if let (Some(message), Some(members)) = (message, place.as_object_mut()) {
        members.insert("message".to_owned(), json!({ "text": message }));
    }
    place
}

/// Returns a path as a reference (RFC 3986; RFC 8089 if it is absolute): what it may not hold is
/// escaped.
fn uri(path: &Path) -> String {
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    let path = path.to_string_lossy();
    let path = path.strip_prefix("./").unwrap_or(&path);
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
