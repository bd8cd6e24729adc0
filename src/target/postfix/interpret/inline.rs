//! Tables that stand in main.cf itself: `inline:{...}`, and the rules of `cidr:{...}` and
//! `regexp:{...}` (dict_inline_open(3), dict_stream.c of 3.7.11).

use super::diagnostics::UnjudgedTable;
use super::keyed::{KEPT_FREE, Keyed, is_kept_free};
use super::table::{Table, TableRow};
use super::text::Text;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;

/// Reads `inline:{ key=value, { key = value } }`.
pub(super) fn inline(name: &Text, diagnostics: &mut Diagnostics) -> Result<Table, Reported> {
    let refuse = |reason: &str, at: &Loc, diagnostics: &mut Diagnostics| {
        Err(diagnostics.error(UnjudgedTable::new("inline", reason, at)))
    };
    let Some(inner) = name.inside_braces() else {
        return refuse("it is not `inline:{name=value}`", &name.at(), diagnostics);
    };
    let mut rows: Vec<TableRow> = Vec::new();
    for word in inner.words() {
        let Some(pair) = word.without_braces() else {
            let reason = "something stands behind the braces of an entry";
            return refuse(reason, &word.at(), diagnostics);
        };
        let Ok((key, value)) = split_quoted(&pair) else {
            return refuse("an entry is not `name=value`", &word.at(), diagnostics);
        };
        let row = TableRow {
            // The quotes stay (split_qnameval(3)).
            key: key.as_str().to_owned(),
            value: value.as_str().to_owned(),
            at: word.at(),
        };
        // maps_find(3): an error for now, and not an answer.
        if row.value.is_empty() {
            return refuse("the value of an entry is empty", &row.at, diagnostics);
        }
        if is_kept_free(&row.key) {
            return refuse(KEPT_FREE, &row.at, diagnostics);
        }
        // Which of them counts depends on whether whoever opens it has keys folded.
        if rows
            .iter()
            .any(|one| one.key.eq_ignore_ascii_case(&row.key))
        {
            let reason = "a key stands there twice, or in capitals as well";
            return refuse(reason, &row.at, diagnostics);
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return refuse(
            "it is empty, which Postfix does not take",
            &name.at(),
            diagnostics,
        );
    }
    Ok(Table::Rows {
        rows: Keyed::made(rows),
        folds_keys: false,
    })
}

/// Splits `name=value`, where the name may stand in double quotes (split_qnameval(3)).
fn split_quoted(pair: &Text) -> Result<(Text, Text), &'static str> {
    let text = pair.as_str();
    let Some(rest) = text.strip_prefix('"') else {
        return pair.name_and_value();
    };
    let end = rest.find('"').ok_or("unbalanced quotes")? + 2;
    let value = pair.slice(end, text.len()).trim();
    if !value.as_str().starts_with('=') {
        return Err("missing `=`");
    }
    let value = value.slice(1, value.as_str().len()).trim();
    Ok((pair.slice(0, end), value))
}

/// Reads `cidr:{ {rule}, {rule} }` and its like for patterns (3.7 and newer).
pub(super) fn rules(name: &Text, diagnostics: &mut Diagnostics) -> Result<Vec<TableRow>, Reported> {
    let Some(inner) = name.inside_braces() else {
        let reason = "the braces do not match";
        return Err(diagnostics.error(UnjudgedTable::new(name.as_str(), reason, &name.at())));
    };
    let mut rows = Vec::new();
    for word in inner.words() {
        let Some(rule) = word.inside_braces() else {
            let reason = "a rule does not stand in `{ }`";
            return Err(diagnostics.error(UnjudgedTable::new(name.as_str(), reason, &word.at())));
        };
        let rule = rule.trim();
        rows.push(TableRow {
            key: String::new(),
            value: rule.as_str().to_owned(),
            at: rule.at(),
        });
    }
    Ok(rows)
}
