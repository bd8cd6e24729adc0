//! The part of JSON Schema that `schemas/report.schema.json` uses.

use serde_json::Value;

/// Returns what in a document is not as the schema says.
pub(crate) fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(schema, schema, document, "", &mut faults);
    faults
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root
            .pointer(reference.trim_start_matches('#'))
            .expect("a reference leads");
        return check(root, target, value, path, faults);
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let fits = options.iter().any(|option| {
            let mut found = Vec::new();
            check(root, option, value, path, &mut found);
            found.is_empty()
        });
        if !fits {
            faults.push(format!("{path}: fits no option"));
        }
        return;
    }
    if let Some(expected) = schema.get("const")
        && expected != value
    {
        faults.push(format!("{path}: is not {expected}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        faults.push(format!("{path}: {value} is none of the words"));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.contains(&kind(value)) {
        faults.push(format!("{path}: is {}", kind(value)));
    }
    if let Some(items) = schema.get("items") {
        for (number, item) in value.as_array().into_iter().flatten().enumerate() {
            check(root, items, item, &format!("{path}/{number}"), faults);
        }
    }
    object(root, schema, value, path, faults);
}

fn object(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        return;
    };
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !members.contains_key(name) {
            faults.push(format!("{path}: has no `{name}`"));
        }
    }
    for (name, member) in members {
        match schema["properties"].get(name) {
            Some(schema) => check(root, schema, member, &format!("{path}/{name}"), faults),
            None if schema["additionalProperties"] == Value::Bool(false) => {
                faults.push(format!("{path}: `{name}` is not of the schema"));
            }
            None => {}
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
