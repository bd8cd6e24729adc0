//! Raw settings and files: what mailpol does not model, in Exim's own language.
//!
//! A raw setting takes the place of the emitted option of the main section, or stands at its end.
//! It is read back and proved like everything else.

use std::sync::Arc;

use super::Emission;
use crate::diagnostic::Diagnostics;
use crate::policy::{RawFile, RawSetting, TargetOptions};
use crate::target::diagnostics::{RefusedFile, RefusedSetting};
use crate::target::exim::lexical::Comment;

/// Returns the main section with the raw settings in it.
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
                target: "exim",
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

/// One option, one line.
fn check(setting: &RawSetting) -> Result<(), &'static str> {
    let (name, value) = (&setting.name.value, &setting.value.value);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
        return Err("an option of the main section is named by small letters, digits and `_`");
    }
    if matches!(name.as_str(), "begin" | "hide") {
        return Err("this word begins something else than an option");
    }
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if value.chars().any(odd) || value.trim_end().ends_with('\\') {
        return Err("a value is one line without control characters, and no `\\` ends it");
    }
    Ok(())
}

/// Replaces the line that sets an option. The emitted main section has one line for each.
fn replace(main: &str, name: &str, with: &str) -> Option<String> {
    let mut text = String::new();
    let mut replaced = false;
    for line in main.split_inclusive('\n') {
        if sets(line, name) {
            replaced = true;
            text.push_str(with);
        } else {
            text.push_str(line);
        }
    }
    replaced.then_some(text)
}

fn sets(line: &str, name: &str) -> bool {
    line.strip_prefix(name)
        .is_some_and(|rest| rest.trim_start_matches(' ').starts_with('='))
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
                    target: "exim",
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
            "a file is named below /etc/exim4, by letters, digits and `._-/`, without `..`",
        );
    }
    let path = format!("etc/exim4/{name}");
    let taken = |emitted: &str| {
        emitted == path
            || format!("{emitted}.cdb") == path
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
    // What Debian's packages bring is not for a policy to replace.
    let packaged = [
        "conf.d",
        "exim4.conf",
        "passwd.client",
        "update-exim4.conf.conf",
    ];
    if parts()
        .next()
        .is_some_and(|first| packaged.iter().any(|own| first.starts_with(own)))
    {
        return Err("Debian's packages look at this file");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_option_itself_is_replaced() {
        let check = |main: &str, expected: Option<&str>| {
            assert_eq!(replace(main, "a", "a = raw\n").as_deref(), expected);
        };
        check("a = 1\nb = 2\n", Some("a = raw\nb = 2\n"));
        check("a=1\n", Some("a = raw\n"));
        for main in [
            "ab = 1\n",
            "# a = 1\n",
            "  a = 1\n",
            "b = a = 1\n",
            "hostlist a = 1\n",
        ] {
            check(main, None);
        }
    }
}
