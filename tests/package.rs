//! The Debian package: built by `packaging/deb.sh`, unpacked below a throw-away root, run there.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run programs, and fail by panicking"
)]

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

#[test]
fn the_package_holds_what_is_listed_and_runs_where_it_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_mailpol");
    let script = root().join("packaging/deb.sh");
    let mut make = Command::new(script);
    make.arg(binary)
        .arg(folder.path())
        .env("DEB_COMPRESSION", "none");
    let package = ran(&mut make);
    let package = Path::new(package.trim());
    let name = package.file_name().unwrap().to_string_lossy().into_owned();
    let version = env!("CARGO_PKG_VERSION");
    assert!(name.starts_with(&format!("mailpol_{version}-1_")), "{name}");
    let information = ran(Command::new("dpkg-deb").arg("--info").arg(package));
    for field in [
        "Package: mailpol",
        "Section: mail",
        "Depends: libc6",
        "Maintainer: The",
    ] {
        assert!(information.contains(field), "{field}: {information}");
    }
    let contents = ran(Command::new("dpkg-deb").arg("--contents").arg(package));
    for place in listed() {
        assert!(
            contents.contains(&format!("./{place}")),
            "{place}: {contents}"
        );
    }
    assert!(
        contents.lines().all(|line| line.contains("root/root")),
        "{contents}"
    );

    // Installed, as dpkg unpacks it, but below a root of our own: nothing on this machine changes.
    let installed = folder.path().join("root");
    ran(Command::new("dpkg-deb")
        .arg("--extract")
        .arg(package)
        .arg(&installed));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(installed.join("usr/bin/mailpol"));
        ran(command.args(arguments).current_dir(folder.path()))
    };
    assert!(run(&["--version"]).contains(version));
    let policy = installed.join("usr/share/doc/mailpol/examples/doe/policy.kdl");
    let policy = policy.display().to_string();
    run(&["build", &policy, "--target", "postfix", "--out", "tree"]);
    assert!(folder.path().join("tree/etc/postfix/main.cf").is_file());
    let pages = fs::read_dir(installed.join("usr/share/man/man1")).unwrap();
    let pages: Vec<String> = pages
        .map(|page| page.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for page in ["mailpol.1.gz", "mailpol-diff.1.gz", "mailpol-init.1.gz"] {
        assert!(pages.iter().any(|found| found == page), "{page}: {pages:?}");
    }
    let bash = installed.join("usr/share/bash-completion/completions/mailpol");
    ran(Command::new("bash").arg("-n").arg(bash));
}
