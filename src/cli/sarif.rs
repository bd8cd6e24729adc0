//! Findings as SARIF 2.1.0 (OASIS): what code views of forges read.

use std::path::Path;

use mailpol::diagnostic::{Code, Diagnostics, Told, is_error};
use mailpol::source::{Loc, Source};
use miette::{Diagnostic, LabeledSpan};
use serde_json::{Value, json};

/// Returns the log of a run. Names of files are taken from `folder`, the policy's.
pub(super) fn document(diagnostics: &Diagnostics, folder: &Path) -> Value {
    let aside = diagnostics.put_aside();
    let told = diagnostics.sorted().into_iter().map(|one| (one, None));
    let told = told.chain(aside.iter().map(|one| (&one.warning, Some(&one.by))));
    let told: Vec<(&Told, Option<&Loc>)> = told.collect();
    let code = |one: &dyn Diagnostic| one.code().map(|code| code.to_string()).unwrap_or_default();
    let mut codes: Vec<String> = told.iter().map(|(one, _)| code(one.as_ref())).collect();
    codes.sort();
    codes.dedup();
    let results: Vec<Value> = told
        .iter()
        .map(|(one, by)| {
            let id = code(one.as_ref());
            let index = codes.binary_search(&id).unwrap_or(0);
            let mut result = result(one.as_ref(), &id, index, folder);
            if let (Some(by), Some(members)) = (by, result.as_object_mut()) {
                members.insert("suppressions".to_owned(), json!([suppression(by, folder)]));
            }
            result
        })
        .collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
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
            "results": results,
        }],
    })
}

/// A code's page is its help (section 3.49).
fn rule(code: &str) -> Value {
    let page = Code::find(code).map(|code| code.page).unwrap_or_default();
    let lines = page.lines().filter(|line| !line.is_empty());
    let first = lines.clone().find(|line| !line.starts_with('#'));
    json!({
        "id": code,
        "shortDescription": { "text": first.unwrap_or(code) },
        "help": { "text": if page.is_empty() { code } else { page }, "markdown": page },
    })
}

/// One finding (section 3.27).
fn result(one: &dyn Diagnostic, id: &str, index: usize, folder: &Path) -> Value {
    let mut text = one.to_string();
    if let Some(help) = one.help() {
        text.push_str("\n\n");
        text.push_str(&help.to_string());
    }
    let spans: Vec<LabeledSpan> = one.labels().into_iter().flatten().collect();
    let (primary, others): (Vec<&LabeledSpan>, Vec<&LabeledSpan>) = spans
        .iter()
        .partition(|span| span.primary() || spans.len() == 1);
    let places = |spans: &[&LabeledSpan]| -> Vec<Value> {
        let places = spans.iter().map(|span| location(one, span, folder));
        places.collect()
    };
    json!({
        "ruleId": id,
        "ruleIndex": index,
        "level": if is_error(one) { "error" } else { "warning" },
        "message": { "text": text },
        "locations": places(&primary),
        "relatedLocations": places(&others),
    })
}

/// A place (section 3.28). Columns count characters, and the end is behind the last.
fn location(one: &dyn Diagnostic, span: &LabeledSpan, folder: &Path) -> Value {
    let contents = one
        .source_code()
        .and_then(|code| code.read_span(span.inner(), usize::MAX, usize::MAX).ok());
    let (name, text) = contents.map_or_else(Default::default, |contents| {
        let text = String::from_utf8_lossy(contents.data()).into_owned();
        (contents.name().unwrap_or_default().to_owned(), text)
    });
    let source = Source::new(name, text);
    let mut location = place(&source, span.offset(), span.offset() + span.len(), folder);
    if let (Some(label), Some(members)) = (span.label(), location.as_object_mut()) {
        members.insert("message".to_owned(), json!({ "text": label }));
    }
    location
}

/// What a policy acknowledges is suppressed where it says so (section 3.35).
fn suppression(by: &Loc, folder: &Path) -> Value {
    json!({
        "kind": "inSource",
        "status": "accepted",
        "location": place(by.source(), by.start(), by.end(), folder),
    })
}

/// The bytes from `start` to `end` of a text as a place.
fn place(source: &Source, start: usize, end: usize, folder: &Path) -> Value {
    let (first, last) = (source.position(start), source.position(end));
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&folder.join(source.name())) },
            "region": {
                "startLine": first.line,
                "startColumn": first.column,
                "endLine": last.line,
                "endColumn": last.column,
            },
        },
    })
}

/// Returns a path as a relative reference (RFC 3986): what it may not hold is escaped.
fn uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = std::fmt::Write::write_fmt(&mut uri, format_args!("%{byte:02X}"));
        }
    }
    uri
}
