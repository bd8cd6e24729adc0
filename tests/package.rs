//! The program, installed: by `cargo install`, and as the Debian package that cargo-deb makes, by
//! dpkg itself, below a throw-away root.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests run programs, and fail by panicking"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn ran(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    text
}

/// Returns the folder of cargo's that the tests were built in.
fn target_dir() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().unwrap().to_owned()
}

/// Returns the profile that the tested program was built with.
fn profile() -> &'static str {
    match Path::new(env!("CARGO_BIN_EXE_mailpol")).parent().unwrap() {
        folder if folder.ends_with("release") => "release",
        _ => "dev",
    }
}

/// Returns cargo-deb, as `tests/setup.d/60-cargo-deb.sh` installs it; without it the test is
/// skipped, or fails where nothing may be skipped.
fn cargo_deb() -> Option<PathBuf> {
    let program = root().join("target/cargo-deb/bin/cargo-deb");
    if program.exists() {
        return Some(program);
    }
    let required = env::var("MAILPOL_REQUIRE_PROBES").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == "cargo-deb"),
        "cargo-deb is not installed: run tests/setup.d/60-cargo-deb.sh"
    );
    eprintln!("SKIPPED: cargo-deb is not installed; tests/setup.d/60-cargo-deb.sh does");
    None
}

/// Returns the places of the assets that Cargo.toml lists for the package.
fn listed() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, list) = manifest.split_once("\nassets = [\n").unwrap();
    let (list, _) = list.split_once("\n]").unwrap();
    let places = list
        .lines()
        .map(|line| line.split('"').nth(3).unwrap().to_owned());
    places.collect()
}

/// The program builds the tree of the first policy, called by its installed name.
fn does_the_main_job(program: &Path, policy: &Path, folder: &Path) {
    let run = |arguments: &[&str]| ran(Command::new(program).args(arguments).current_dir(folder));
    assert!(run(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
    let policy = policy.display().to_string();
    run(&["build", &policy, "--target", "postfix", "--out", "tree"]);
    assert!(folder.join("tree/etc/postfix/main.cf").is_file());
}

#[test]
fn cargo_install_gives_a_program_that_does_the_main_job() {
    let folder = tempfile::tempdir().unwrap();
    let mut install = Command::new(env!("CARGO"));
    install
        .args(["install", "--path", ".", "--locked", "--quiet"])
        .arg("--root")
        .arg(folder.path())
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target_dir());
    if profile() == "dev" {
        install.arg("--debug"); // what the tests are built with: nothing is built again
    }
    ran(&mut install);
    let program = folder.path().join("bin/mailpol");
    let policy = root().join("examples/doe/policy.kdl");
    does_the_main_job(&program, &policy, folder.path());
}

/// Makes the package as Cargo.toml says how.
fn package(cargo_deb: &Path, folder: &Path) -> PathBuf {
    ran(Command::new(root().join("packaging/pages.sh")).arg(env!("CARGO_BIN_EXE_mailpol")));
    // A debug binary is large: without its symbols, quickly compressed.
    ran(Command::new(cargo_deb)
        .args(["--no-build", "--no-dbgsym", "--strip", "--fast", "--quiet"])
        .args(["--locked", "--profile", profile(), "--output"])
        .arg(folder)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target_dir()));
    let made = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut made = made.map(|entry| entry.path());
    let package = made.find(|path| path.extension().is_some_and(|it| it == "deb"));
    package.unwrap()
}

/// Returns the files below a folder, as their paths there.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(one) = open.pop() {
        for entry in fs::read_dir(&one).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

/// Every example is in the package, octet by octet, with the files that are made of it; and no page
/// links to a file that is not there.
fn holds_examples_and_what_pages_name(documents: &Path) {
    let (ours, theirs) = (root().join("examples"), documents.join("examples"));
    let examples = below(&ours);
    assert_eq!(examples, below(&theirs));
    assert!(
        examples
            .iter()
            .filter(|path| path.ends_with("policy.kdl"))
            .count()
            >= 10
    );
    for path in &examples {
        let read = |folder: &Path| fs::read(folder.join(path)).unwrap();
        assert!(read(&ours) == read(&theirs), "{}", path.display());
    }
    let mut links = 0;
    let pages = below(documents).into_iter();
    for page in pages.filter(|path| path.extension().is_some_and(|it| it == "md")) {
        let text = fs::read_to_string(documents.join(&page)).unwrap();
        for link in text.split("](").skip(1) {
            let Some((link, _)) = link.split_once(')') else {
                continue;
            };
            let path = link.split('#').next().unwrap_or_default();
            // What is elsewhere, and what is a pattern in a text, is no link to a file.
            let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
            if path.is_empty() || !path.bytes().all(is_path) {
                continue;
            }
            let named = documents.join(&page).parent().unwrap().join(path);
            assert!(named.exists(), "{} links to {link}", page.display());
            links += 1;
        }
    }
    assert!(links > 50, "{links}");
    assert!(
        documents
            .join("docs/diagnostics/network/universal.md")
            .is_file()
    );
}

#[test]
fn the_debian_package_is_installed_by_dpkg_and_runs() {
    let Some(cargo_deb) = cargo_deb() else { return };
    let folder = tempfile::tempdir().unwrap();
    let package = package(&cargo_deb, folder.path());
    let name = package.file_name().unwrap().to_string_lossy().into_owned();
    let version = env!("CARGO_PKG_VERSION");
    assert!(name.starts_with(&format!("mailpol_{version}-1_")), "{name}");
    let contents = ran(Command::new("dpkg-deb").arg("--contents").arg(&package));
    for place in listed() {
        assert!(
            contents.contains(&format!("./{place}")),
            "{place}: {contents}"
        );
    }
    assert!(
        contents.lines().all(|line| line.contains(" 0/0 ")),
        "{contents}"
    );

    // dpkg checks what the package depends on against this machine's database, of which it gets a
    // copy, and unpacks below a root of our own: nothing on this machine changes.
    let database = folder.path().join("database");
    ran(Command::new("cp")
        .arg("--archive")
        .arg("/var/lib/dpkg")
        .arg(&database));
    let installed = folder.path().join("root");
    fs::create_dir(&installed).unwrap();
    let dpkg = || {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--admindir={}", database.display()))
            .arg(format!("--instdir={}", installed.display()))
            .arg(format!("--log={}", folder.path().join("log").display()))
            .args(["--no-triggers", "--force-unsafe-io"]);
        dpkg
    };
    ran(dpkg().arg("--install").arg(&package));
    let status = ran(dpkg().args(["--status", "mailpol"]));
    for line in ["Status: install ok installed", "Section: mail"] {
        assert!(
            status.lines().any(|found| found == line),
            "{line}: {status}"
        );
    }
    let share = installed.join("usr/share");
    let policy = share.join("doc/mailpol/examples/doe/policy.kdl");
    does_the_main_job(&installed.join("usr/bin/mailpol"), &policy, folder.path());
    for page in ["mailpol.1.gz", "mailpol-diff.1.gz", "mailpol-init.1.gz"] {
        ran(Command::new("gzip")
            .arg("--test")
            .arg(share.join("man/man1").join(page)));
    }
    holds_examples_and_what_pages_name(&share.join("doc/mailpol"));
    let bash = share.join("bash-completion/completions/mailpol");
    ran(Command::new("bash").arg("-n").arg(bash));

    ran(dpkg().args(["--purge", "mailpol"]));
    assert!(!installed.join("usr/bin/mailpol").exists());
    assert!(!share.join("doc/mailpol").exists());
}
