//! The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit on a repository with a policy.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run programs, and fail by panicking"
)]

#[path = "pre_commit/workflow.rs"]
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns pre-commit, as `tests/setup.d/50-pre-commit.sh` installs it; without it the test is
/// skipped, and says so.
fn pre_commit() -> Option<PathBuf> {
    let program = root().join("target/pre-commit/bin/pre-commit");
    if program.is_file() {
        return Some(program);
    }
    let required = std::env::var("MAILPOL_REQUIRE_PROBES").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == "pre-commit"),
        "pre-commit is not installed: run tests/setup.d/50-pre-commit.sh"
    );
    eprintln!("SKIPPED: pre-commit is not installed; tests/setup.d/50-pre-commit.sh does");
    None
}

/// A repository with the Doe policy, its built tree, and the hooks.
struct Repository {
    folder: TempDir,
    pre_commit: PathBuf,
}

impl Repository {
    fn new(pre_commit: PathBuf) -> Self {
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
            pre_commit,
        };
        let hooks = repository.path().join("hooks");
        let mail = repository.mail();
        for folder in [&hooks, &mail] {
            fs::create_dir(folder).unwrap();
            repository.ran(folder, "git", &["init", "--quiet"]);
        }
        let declared = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
        fs::write(hooks.join(".pre-commit-hooks.yaml"), declared).unwrap();
        repository.commit_all(&hooks, "Hooks");
        let revision = repository.ran(&hooks, "git", &["rev-parse", "HEAD"]);
        let config = format!(
            "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: mailpol-check\n  \
             - id: mailpol-fmt\n  - id: mailpol-diff\n",
            hooks.display(),
            revision.trim()
        );
        fs::write(mail.join(".pre-commit-config.yaml"), config).unwrap();
        repository.write(&doe());
        repository.build();
        repository.commit_all(&mail, "The policy");
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn mail(&self) -> PathBuf {
        self.path().join("mail")
    }

    fn write(&self, policy: &str) {
        fs::write(self.mail().join("policy.kdl"), policy).unwrap();
    }

    fn build(&self) {
        self.ran(&self.mail(), "mailpol", &["build", "--target", "postfix"]);
    }

    fn run(&self, folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
        let binary = Path::new(env!("CARGO_BIN_EXE_mailpol")).parent().unwrap();
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", binary.display()))
            .env("HOME", self.path())
            .env("PRE_COMMIT_HOME", self.path().join("cache"))
            .env("GIT_AUTHOR_NAME", "Jane Doe")
            .env("GIT_AUTHOR_EMAIL", "jane.doe@doe-family.com")
            .env("GIT_COMMITTER_NAME", "Jane Doe")
            .env("GIT_COMMITTER_EMAIL", "jane.doe@doe-family.com")
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }

    fn ran(&self, folder: &Path, program: &str, arguments: &[&str]) -> String {
        let (ok, said) = self.run(folder, program, arguments);
        assert!(ok, "{program} {arguments:?}: {said}");
        said
    }

    fn commit_all(&self, folder: &Path, message: &str) {
        self.ran(folder, "git", &["add", "--all"]);
        self.ran(folder, "git", &["commit", "--quiet", "--message", message]);
    }

    /// Runs the hooks on what is staged, as a commit would.
    fn hooks(&self) -> (bool, String) {
        self.ran(&self.mail(), "git", &["add", "--all"]);
        let program = self.pre_commit.display().to_string();
        self.run(&self.mail(), &program, &["run"])
    }
}

fn doe() -> String {
    fs::read_to_string(root().join("examples/doe/policy.kdl")).unwrap()
}

/// Returns whether a hook of this id passed.
fn passed(said: &str, hook: &str) -> bool {
    let name = match hook {
        "mailpol-check" => "the mail policy has no errors and is proved",
        "mailpol-fmt" => "the mail policy is formatted",
        _ => "the mail policy lets nobody do more, and is built",
    };
    let line = said.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("{hook} did not run: {said}"))
        .ends_with("Passed")
}

const HOOKS: [&str; 3] = ["mailpol-check", "mailpol-fmt", "mailpol-diff"];

#[test]
fn a_harmless_change_passes() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    repository.write(&doe().replace("spf \"soft\"", "spf \"strict\""));
    repository.build();
    let (ok, said) = repository.hooks();
    assert!(ok, "{said}");
    assert_eq!(HOOKS.map(|hook| passed(&said, hook)), [true; 3], "{said}");
}

#[test]
fn a_widening_fails_with_its_sentences_until_it_is_declared() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    let widened = doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"");
    repository.write(&widened);
    repository.build();
    let (ok, said) = repository.hooks();
    assert!(!ok);
    assert_eq!(
        HOOKS.map(|hook| passed(&said, hook)),
        [true, true, false],
        "{said}"
    );
    assert!(
        said.contains("clients in 10.3.0.0/16 may now send to any foreign"),
        "{said}"
    );
    // The marks stand behind the sentences, in brackets.
    let marks: Vec<&str> = said
        .match_indices('[')
        .filter_map(|(at, _)| said.get(at + 1..at + 13))
        .filter(|mark| mark.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect();
    assert!(marks.len() >= 2, "{said}");
    let words = " the new office, agreed with Jane\n";
    let declared = marks.join(words) + words;
    fs::write(repository.mail().join("widenings.txt"), declared).unwrap();
    let (ok, said) = repository.hooks();
    assert!(ok, "{said}");
    // Taken back and done again, it must be declared again.
    repository.commit_all(&repository.mail(), "The new office");
    repository.write(&doe());
    repository.build();
    assert!(repository.hooks().0);
    repository.commit_all(&repository.mail(), "No new office");
    repository.write(&widened);
    repository.build();
    let (ok, said) = repository.hooks();
    assert!(!ok && !passed(&said, "mailpol-diff"), "{said}");
}

/// A first policy is new: what it accepts is declared, by the lines that the hook itself prints.
#[test]
fn a_first_policy_is_declared_by_the_lines_that_are_printed() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    let mail = repository.mail();
    fs::remove_dir_all(mail.join(".git")).unwrap();
    fs::remove_file(mail.join("policy.kdl")).unwrap();
    fs::remove_dir_all(mail.join("build")).unwrap();
    repository.ran(&mail, "git", &["init", "--quiet"]);
    repository.ran(
        &mail,
        "mailpol",
        &[
            "init",
            "family",
            "--host",
            "mx.example.org",
            "--address",
            "198.51.100.25",
            "--login",
            "jane",
            "--out",
            "policy.kdl",
        ],
    );
    repository.build();
    let (ok, said) = repository.hooks();
    assert!(!ok && !passed(&said, "mailpol-diff"), "{said}");
    let (_, lines) = said
        .split_once("adds its line below to `widenings.txt`.\n\n")
        .unwrap();
    let (lines, _) = lines.split_once("\n\n").unwrap();
    let is_mark =
        |mark: &str| mark.len() == 12 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    for line in lines.lines() {
        let (mark, words) = line.split_once(' ').unwrap();
        assert!(is_mark(mark) && words.contains(' '), "{line}");
        assert!(
            said.contains(&format!("[{mark}] <- not declared")),
            "{said}"
        );
    }
    assert!(lines.lines().count() > 1, "{said}");
    fs::write(mail.join("widenings.txt"), format!("{lines}\n")).unwrap();
    let (ok, said) = repository.hooks();
    assert!(ok, "{said}");
}

/// The gate finds what a policy was, whatever it is called now; and of a policy that was none, all
/// that it accepts is more.
#[test]
fn another_name_or_a_new_policy_does_not_pass() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    let mail = repository.mail();
    repository.ran(&mail, "git", &["mv", "policy.kdl", "mailpol.kdl"]);
    let wide = doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/16\"");
    fs::write(mail.join("mailpol.kdl"), wide).unwrap();
    let (ok, said) = repository.hooks();
    assert!(!ok && !passed(&said, "mailpol-diff"), "{said}");
    for line in [
        "clients in 192.168.0.0/16 (without 192.168.0.0/24) may now send",
        "not what the policy makes: build/postfix/etc/postfix/main.cf",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // Nothing was committed yet.
    fs::remove_dir_all(mail.join(".git")).unwrap();
    repository.ran(&mail, "git", &["init", "--quiet"]);
    let (ok, said) = repository.hooks();
    assert!(!ok && !passed(&said, "mailpol-diff"), "{said}");
    assert!(said.contains("`mailpol.kdl` is new"), "{said}");
}

/// What counts is what would be committed: files of any name that the policy reads, a file that is
/// taken away, one that no build made, and a tree that git ignores.
#[test]
fn the_hooks_hold_whatever_is_committed() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    let mail = repository.mail();
    let fails = |why: &str| {
        let (ok, said) = repository.hooks();
        assert!(!ok && !passed(&said, "mailpol-diff"), "{said}");
        assert!(said.contains(why), "{why}: {said}");
    };
    let logins = "build/postfix/etc/postfix/logins";
    repository.ran(&mail, "git", &["rm", "--quiet", logins]);
    fails(&format!("not what the policy makes: {logins}"));
    repository.build();
    fs::write(mail.join("build/postfix/etc/passwd"), "").unwrap();
    fails("not what the policy makes: build/postfix/etc/passwd");
    fs::remove_file(mail.join("build/postfix/etc/passwd")).unwrap();
    repository.ran(&mail, "git", &["rm", "--quiet", "-r", "--cached", "build"]);
    fs::write(mail.join(".gitignore"), "build\n").unwrap();
    fails(&format!("not in git's index: {logins}"));
    fs::remove_file(mail.join(".gitignore")).unwrap();
    repository.write(&(doe() + "networks file=\"nets.txt\"\n"));
    let rows = |cidr: &str| {
        let text = format!("network\tcidr\tmay-send\noffice\t{cidr}\tyes\n");
        fs::write(mail.join("nets.txt"), text).unwrap();
    };
    rows("10.3.0.0/24");
    repository.build();
    repository.commit_all(&mail, "The office");
    rows("10.3.0.0/16");
    repository.build();
    fails("clients in 10.3.0.0/16 (without 10.3.0.0/24) may now send");
}

#[test]
fn a_tree_that_is_not_built_fails() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    repository.write(&doe().replace("spf \"soft\"", "spf \"strict\""));
    let (ok, said) = repository.hooks();
    assert!(!ok);
    assert_eq!(
        HOOKS.map(|hook| passed(&said, hook)),
        [true, true, false],
        "{said}"
    );
    assert!(
        said.contains("not what the policy makes: build/postfix/"),
        "{said}"
    );
}

#[test]
fn a_broken_policy_fails() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let repository = Repository::new(pre_commit);
    repository.write(&doe().replace(
        "alias \"postmaster\" \"john.doe\"",
        "alias  \"postmaster\" \"jon.doe\"",
    ));
    let (ok, said) = repository.hooks();
    assert!(!ok);
    assert_eq!(HOOKS.map(|hook| passed(&said, hook)), [false; 3], "{said}");
    assert!(said.contains("mailpol::alias::unlisted"), "{said}");
}
