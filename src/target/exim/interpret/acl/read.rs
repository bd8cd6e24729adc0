//! The text of ACLs (spec 4.96, section 44.17).

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::exim::interpret::diagnostics::{Syntax, UnjudgedRestriction};
use crate::target::exim::interpret::section::check_name;
use crate::target::exim::interpret::text::Text;

/// An ACL as written.
#[derive(Debug, Clone)]
pub(in super::super) struct RawAcl {
    /// Its name.
    pub(in super::super) name: String,
    pub(super) statements: Vec<RawStatement>,
    pub(super) at: Loc,
}

/// A statement as written.
#[derive(Debug, Clone)]
pub(super) struct RawStatement {
    pub(super) verb: String,
    pub(super) lines: Vec<RawLine>,
    pub(super) at: Loc,
}

/// A condition or a modifier as written.
#[derive(Debug, Clone)]
pub(super) struct RawLine {
    pub(super) negated: bool,
    pub(super) name: String,
    /// Of `set`, the variable.
    pub(super) variable: Option<String>,
    pub(super) argument: Text,
    pub(super) at: Loc,
}

/// The verbs (section 44.18).
const VERBS: [&str; 7] = [
    "accept", "defer", "deny", "discard", "drop", "require", "warn",
];

/// Returns whether a word is a verb.
pub(super) fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

/// Reads the ACL section.
pub(in super::super) fn read(lines: &[Text], diagnostics: &mut Diagnostics) -> Vec<RawAcl> {
    let mut acls: Vec<RawAcl> = Vec::new();
    for line in lines {
        let words = line.as_str();
        let name = words.strip_suffix(':').map(str::trim);
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if let Some(name) = name.filter(|name| is_name(name)) {
            check_name(name, line, diagnostics);
            if is_verb(name) {
                // An option names an ACL before it is one (`acl_check_internal` in acl.c of 4.96).
                let reason = "an option that says so runs the ACL of this name";
                diagnostics.error(UnjudgedRestriction::new(name, reason, &line.at()));
            }
            if acls.iter().any(|acl| acl.name == name) {
                let reason = format!("there are two ACLs `{name}`");
                diagnostics.error(Syntax::new(reason, &line.at()));
            }
            acls.push(RawAcl {
                name: name.to_owned(),
                statements: Vec::new(),
                at: line.at(),
            });
        } else if let Some(acl) = acls.last_mut() {
            // An error was told; the statement stays out.
            let _told = statement(line, acl, diagnostics);
        } else {
            let reason = "an ACL begins with its name and a colon";
            diagnostics.error(Syntax::new(reason, &line.at()));
        }
    }
    acls
}

/// Reads an ACL that stands where its name could.
pub(super) fn inline(lines: &[Text; 2], diagnostics: &mut Diagnostics) -> Result<RawAcl, Reported> {
    let [name, body] = lines;
    let mut acl = RawAcl {
        name: name.as_str().to_owned(),
        statements: Vec::new(),
        at: body.at(),
    };
    if body.as_str().contains(['\n', '\\']) {
        // `acl_getline` in acl.c of 4.96 joins lines by the end of a file's text.
        let reason = "an ACL that is written in the place of its name has one line";
        return Err(diagnostics.error(Syntax::new(reason, &body.at())));
    }
    if !body.as_str().trim().is_empty() {
        statement(&body.trim(), &mut acl, diagnostics)?;
    }
    Ok(acl)
}

fn statement(line: &Text, acl: &mut RawAcl, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let words = line.as_str();
    let end = words
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(words.len());
    let verb = words.get(..end).unwrap_or_default();
    let rest = line.slice(end, words.len()).trim();
    let is_setting = rest.as_str().starts_with('=');
    let line = if is_verb(verb) && !is_setting {
        acl.statements.push(RawStatement {
            verb: verb.to_owned(),
            lines: Vec::new(),
            at: line.at_range(0, end),
        });
        rest
    } else {
        line.clone()
    };
    if line.as_str().is_empty() {
        return Ok(());
    }
    let Some(statement) = acl.statements.last_mut() else {
        return Err(diagnostics.error(Syntax::new("an ACL begins with a verb", &line.at())));
    };
    statement.lines.push(read_line(&line, diagnostics)?);
    Ok(())
}

fn read_line(line: &Text, diagnostics: &mut Diagnostics) -> Result<RawLine, Reported> {
    let negated = line.as_str().starts_with('!');
    let line = if negated {
        line.slice(1, line.as_str().len()).trim()
    } else {
        line.clone()
    };
    let words = line.as_str();
    let end = words
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(words.len());
    let name = words.get(..end).unwrap_or_default().to_owned();
    let mut rest = line.slice(end, words.len()).trim();
    let mut variable = None;
    if name == "set" {
        let words = rest.as_str();
        let end = words
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(words.len());
        variable = Some(words.get(..end).unwrap_or_default().to_owned());
        rest = rest.slice(end, rest.as_str().len()).trim();
    }
    if name == "endpass" && rest.as_str().is_empty() {
        return Ok(RawLine {
            negated,
            at: line.at(),
            argument: rest,
            variable,
            name,
        });
    }
    if name.is_empty() || !rest.as_str().starts_with('=') {
        let reason = "this is no condition, no modifier and no verb";
        return Err(diagnostics.error(Syntax::new(reason, &line.at())));
    }
    Ok(RawLine {
        negated,
        at: line.at(),
        argument: rest.slice(1, rest.as_str().len()).trim(),
        variable,
        name,
    })
}
