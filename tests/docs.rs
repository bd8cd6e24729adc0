//! What the documents show, done again: every `console` block is run, and its output compared.
//!
//! A line that begins with `$ ` is a command for the shell, continued on lines with `> `; what
//! follows is what it prints, on both streams. After a command that fails stands its exit status.
//! The blocks of one document share a fresh folder that holds `examples/`. `MAILPOL_BLESS=1`
//! rewrites the documents.

#![expect(
    clippy::disallowed_methods,
    reason = "the library starts no program and reads no file; this test does both"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command of a block, and the lines that it shall print.
#[derive(Debug, Default)]
struct Step {
    command: String,
    output: Vec<String>,
}

/// A document, cut at its `console` blocks: text, steps, text, steps, text.
#[derive(Debug, Default)]
struct Document {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(Vec<String>),
    Block(Vec<Step>),
}

fn read(text: &str) -> Document {
    let mut document = Document::default();
    let (mut lines, mut steps): (Vec<String>, Vec<Step>) = Default::default();
    let mut inside = false;
    for line in text.lines() {
        if inside && line == "```" {
            inside = false;
            document.parts.push(Part::Block(std::mem::take(&mut steps)));
            lines.push(line.to_owned());
        } else if inside {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    output: Vec::new(),
                }),
                (None, Some(step))
                    if (line == ">" || line.starts_with("> ")) && step.output.is_empty() =>
                {
                    step.command.push('\n');
                    step.command.push_str(line.get(2..).unwrap_or_default());
                }
                (None, Some(step)) => step.output.push(line.to_owned()),
                (None, None) => {}
            }
        } else {
            lines.push(line.to_owned());
            if line == "```console" {
                inside = true;
                document.parts.push(Part::Text(std::mem::take(&mut lines)));
            }
        }
    }
    document.parts.push(Part::Text(lines));
    document
}

fn write(document: &Document) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{words}");
    };
    for part in &document.parts {
        match part {
            Part::Text(lines) => lines.iter().for_each(|one| line(one)),
            Part::Block(steps) => {
                for step in steps {
                    let command = step.command.replace('\n', "\n> ");
                    // An empty line of a command has no blank at its end.
                    line(&format!("$ {}", command.replace("> \n", ">\n")));
                    step.output.iter().for_each(|one| line(one));
                }
            }
        }
    }
    text
}

/// Runs a command in a folder, and returns the lines that it printed, without blanks at their ends.
fn run(command: &str, folder: &Path) -> std::io::Result<Vec<String>> {
    let program = Path::new(env!("CARGO_BIN_EXE_mailpol"));
    let mut path = program.parent().unwrap_or(program).as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_clear()
        .env("PATH", path)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if !output.status.success() {
        lines.push(match output.status.code() {
            Some(code) => format!("(exit status {code})"),
            None => "(killed)".to_owned(),
        });
    }
    Ok(lines)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Does again what a document shows. Returns what came out otherwise.
fn check(path: &Path) -> std::io::Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut document = read(&fs::read_to_string(path)?);
    let mut parts = document.parts.iter();
    if parts.all(|part| matches!(part, Part::Text(_))) {
        // Most pages show no command, and need no folder.
        return Ok(Vec::new());
    }
    let folder = tempfile::tempdir()?;
    copy(&root.join("examples"), &folder.path().join("examples"))?;
    let mut faults = Vec::new();
    for part in &mut document.parts {
        let Part::Block(steps) = part else { continue };
        for step in steps {
            let found = run(&step.command, folder.path())?;
            let shown: Vec<&str> = step.output.iter().map(|line| line.trim_end()).collect();
            if found != shown {
                faults.push(format!(
                    "{}: $ {}\n--- shown\n{}\n--- found\n{}",
                    path.strip_prefix(root).unwrap_or(path).display(),
                    step.command,
                    shown.join("\n"),
                    found.join("\n")
                ));
            }
            step.output = found;
        }
    }
    if !faults.is_empty() && std::env::var_os("MAILPOL_BLESS").is_some() {
        fs::write(path, write(&document))?;
        faults.clear();
    }
    Ok(faults)
}

/// Returns the documents: README.md, and what lies in `docs`.
fn documents() -> std::io::Result<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    let mut open = vec![root.join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn console_blocks_show_what_happens() {
    let mut faults = Vec::new();
    for path in documents().unwrap() {
        faults.extend(check(&path).unwrap());
    }
    assert!(
        faults.is_empty(),
        "{}\nIf this is meant, MAILPOL_BLESS=1 rewrites the documents; read the difference.",
        faults.join("\n\n")
    );
}

/// Returns the target of every link of a line of Markdown; code is none.
fn links(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect();
    let behind = prose.split("](").skip(1);
    let targets = behind.filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = documents().unwrap();
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        paths.push(root.join(name));
    }
    let mut faults = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap_or(root);
        for target in text.lines().flat_map(links) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = target.starts_with("http") || file.is_empty();
            if !outside && !folder.join(file).exists() {
                faults.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "no such file:\n{}", faults.join("\n"));
}

#[test]
fn a_document_is_written_as_it_was_read() {
    let text = "a\n\n```console\n$ one |\n>   two\nout\n\n$ three\n```\nb\n";
    let document = read(text);
    assert_eq!(write(&document), text);
    let Some(Part::Block(steps)) = document.parts.get(1) else {
        panic!("no block: {document:?}");
    };
    assert_eq!(steps.len(), 2);
    assert_eq!(steps[0].command, "one |\n  two");
}

#[test]
fn what_a_command_prints_is_seen_on_both_streams() {
    let folder = tempfile::tempdir().unwrap();
    let lines = run("echo out; echo err >&2; exit 3", folder.path()).unwrap();
    assert_eq!(lines, ["out", "err", "(exit status 3)"]);
}
