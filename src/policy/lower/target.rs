//! `target`: names are checked here, values by the target.

use super::name;
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::{SettingDuplicate, SettingName, TargetDuplicate};
use crate::policy::{RawFile, RawSetting, TargetOptions};
use crate::syntax::node;
use crate::syntax::tree::Text;

/// The longest name.
const NAME_OCTETS_MAX: usize = 128;

/// Lowers the `target` nodes.
pub(super) fn lower(nodes: &[node::Target], diagnostics: &mut Diagnostics) -> Vec<TargetOptions> {
    let mut targets: Vec<TargetOptions> = Vec::new();
    for node in nodes {
        let name = node.name.as_ref();
        let first = targets
            .iter()
            .find(|one| name.is_some_and(|name| name.value == one.name.value));
        if let (Some(name), Some(first)) = (name, first) {
            diagnostics.error(TargetDuplicate {
                name: name.value.clone(),
                at: name.at.clone(),
                first: first.name.at.clone(),
            });
        } else if let Some(name) = name {
            let wanted = "a name such as `postfix`";
            check_word(name, "target", "-", wanted, diagnostics);
        }
        check_content(node, diagnostics);
        if let (Some(name), None) = (name, first) {
            targets.push(options(name, node));
        }
    }
    targets
}

/// Tells what may not stand in a target, whatever its name is.
fn check_content(node: &node::Target, diagnostics: &mut Diagnostics) {
    if let Some(version) = &node.version {
        let wanted = "a version such as `3.7`";
        check_word(version, "version", ".-", wanted, diagnostics);
    }
    let wanted = "letters, digits, `_` and `-`, as in `message_size_limit`";
    for setting in &node.settings {
        check_word(&setting.name, "setting", "_-", wanted, diagnostics);
    }
    for file in &node.files {
        let wanted = "a relative path of letters, digits and `/._-`, as in `helo-access`";
        let climbs = file
            .name
            .value
            .split('/')
            .any(|part| matches!(part, "" | "." | ".."));
        if climbs {
            diagnostics.error(SettingName {
                name: file.name.value.clone(),
                kind: "file",
                wanted,
                at: file.name.at.clone(),
            });
        } else {
            check_word(&file.name, "file", "/._-", wanted, diagnostics);
        }
    }
    check_twice(&node.settings, "set", diagnostics);
    check_twice(&node.files, "written", diagnostics);
}

fn options(name: &Text, node: &node::Target) -> TargetOptions {
    let settings = node.settings.iter().map(|setting| RawSetting {
        name: setting.name.clone(),
        value: setting.value.clone(),
    });
    let files = node.files.iter().map(|file| RawFile {
        name: file.name.clone(),
        text: file.value.clone(),
    });
    TargetOptions {
        name: name.clone(),
        version: node.version.clone(),
        settings: settings.collect(),
        files: files.collect(),
        at: node.at.clone(),
    }
}

/// Tells a name that is empty, too long, or holds more than letters, digits and `others`.
fn check_word(
    text: &Text,
    kind: &'static str,
    others: &str,
    wanted: &'static str,
    diagnostics: &mut Diagnostics,
) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    let good = !text.value.is_empty()
        && text.value.len() <= NAME_OCTETS_MAX
        && !text.value.starts_with(['-', '.'])
        && text.value.chars().all(allowed);
    if !good {
        diagnostics.error(SettingName {
            name: name::shown(&text.value),
            kind,
            wanted,
            at: text.at.clone(),
        });
    }
}

fn check_twice(settings: &[node::Setting], verb: &'static str, diagnostics: &mut Diagnostics) {
    let mut seen: std::collections::BTreeMap<&str, &Text> = std::collections::BTreeMap::new();
    for setting in settings {
        if let Some(first) = seen.get(setting.name.value.as_str()) {
            diagnostics.error(SettingDuplicate {
                name: setting.name.value.clone(),
                verb,
                at: setting.name.at.clone(),
                first: first.at.clone(),
            });
        } else {
            seen.insert(&setting.name.value, &setting.name);
        }
    }
}
