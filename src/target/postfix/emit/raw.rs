//! Raw settings and files: what mailpol does not model, in Postfix's own language.
//!
//! A raw setting takes the place of the emitted one, or stands at the end. It is read back and
//! proved like everything else.

use std::sync::Arc;

use super::Emission;
use crate::diagnostic::Diagnostics;
use crate::policy::{RawFile, RawSetting, TargetOptions};
use crate::target::diagnostics::{RefusedFile, RefusedSetting};
use crate::target::postfix::lexical::Comment;

/// Returns main.cf with the raw settings in it.
pub(super) fn settings(
    main: String,
    options: Option<&TargetOptions>,
    diagnostics: &mut Diagnostics,
) -> String {
    let mut main = main;
    let mut added = String::new();
    for setting in options.iter().flat_map(|options| &options.settings) {
        if let Err(why) = check(setting) {
            diagnostics.error(RefusedSetting {
                target: "postfix",
                name: setting.name.value.clone(),
                why,
                text: Arc::clone(setting.name.at.source()),
                at: setting.name.at.span(),
            });
            continue;
        }
        let (name, value) = (&setting.name.value, setting.value.value.trim());
        let line = Comment::line(&setting.name.at);
        let text = format!("# Set by hand ({line}).\n{name} = {value}\n");
        match replace(&main, name, &text) {
            Some(replaced) => main = replaced,
            None => added.push_str(&text),
        }
    }
    if !added.is_empty() {
        main.push_str("\n# --- Raw settings ---\n\n");
        main.push_str(&added);
    }
    main
}

/// One parameter, one line.
fn check(setting: &RawSetting) -> Result<(), &'static str> {
    let name = &setting.name.value;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return Err("a parameter of main.cf is named by letters, digits, `_` and `-`");
    }
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if setting.value.value.chars().any(odd) {
        return Err("a value is one line without control characters");
    }
    Ok(())
}

/// Replaces the logical line that sets a parameter. Lines that begin with a blank continue it, and
/// comments and empty lines between them do not end it (postconf(5)).
fn replace(main: &str, name: &str, with: &str) -> Option<String> {
    let mut text = String::new();
    let mut replaced = false;
    let mut inside = false;
    for line in main.split_inclusive('\n') {
        let continues = line.starts_with([' ', '\t']);
        inside = inside && continues;
        if !continues && sets(line, name) {
            inside = true;
            replaced = true;
            text.push_str(with);
        } else if !inside {
            text.push_str(line);
        }
    }
    replaced.then_some(text)
}

fn sets(line: &str, name: &str) -> bool {
    line.strip_prefix(name)
        .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with('='))
}

/// Adds the raw files.
pub(super) fn files(
    emission: &mut Emission<'_>,
    options: Option<&TargetOptions>,
    diagnostics: &mut Diagnostics,
) {
    for file in options.iter().flat_map(|options| &options.files) {
        match place(emission, file) {
            Ok(()) => emission.add(&file.name.value, file.text.value.clone()),
            Err(why) => {
                diagnostics.error(RefusedFile {
                    target: "postfix",
                    name: file.name.value.clone(),
                    why,
                    text: Arc::clone(file.name.at.source()),
                    at: file.name.at.span(),
                });
            }
        }
    }
}

fn place(emission: &Emission<'_>, file: &RawFile) -> Result<(), &'static str> {
    let name = &file.name.value;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let parts = || name.split('/');
    if !name.chars().all(plain) || parts().any(|part| matches!(part, "" | "." | "..")) {
        return Err(
            "a file is named below /etc/postfix, by letters, digits and `._-/`, without `..`",
        );
    }
    let path = format!("etc/postfix/{name}");
    let taken = |emitted: &str| {
        emitted == path
            || emitted.starts_with(&format!("{path}/"))
            || path.starts_with(&format!("{emitted}/"))
    };
    if emission
        .artifacts
        .files()
        .any(|(emitted, _)| taken(emitted))
    {
        return Err("mailpol makes a file of this name itself");
    }
    // What Debian's package brings is not for a policy to replace.
    let packaged = [
        "dynamicmaps.cf",
        "postfix-files",
        "postfix-script",
        "post-install",
    ];
    if parts()
        .next()
        .is_some_and(|first| packaged.iter().any(|own| first.starts_with(own)))
    {
        return Err("Postfix's package owns this file");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_replace(main: &str, expected: Option<&str>) {
        assert_eq!(replace(main, "a", "a = raw\n").as_deref(), expected);
    }

    #[test]
    fn a_setting_is_replaced_with_all_its_lines() {
        check_replace("a = 1\nb = 2\n", Some("a = raw\nb = 2\n"));
        check_replace("a =\n    # c\n    x\nb = 2\n", Some("a = raw\nb = 2\n"));
        check_replace("a=1\n", Some("a = raw\n"));
    }

    #[test]
    fn nothing_else_is_replaced() {
        for main in ["ab = 1\n", "# a = 1\n", "b =\n    a = 1\n", "b = a = 1\n"] {
            check_replace(main, None);
        }
    }
}
