//! What `mailpol build` writes: everything or nothing, and nothing that somebody edited.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run the program and read what it wrote"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use tempfile::TempDir;

/// A folder with the Doe policy in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl");
    fs::copy(policy, folder.path().join("policy.kdl")).unwrap();
    folder
}

fn mailpol(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn build(folder: &Path, more: &[&str], status: i32) -> String {
    let arguments: Vec<&str> = ["build", "--target", "postfix"]
        .iter()
        .chain(more)
        .copied()
        .collect();
    let output = mailpol(folder, &arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(output.stdout.is_empty());
    stderr
}

/// Every file below a folder: its text, and when it was written.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (String, SystemTime)> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                let text = fs::read_to_string(&path).unwrap();
                files.insert(
                    path.strip_prefix(folder).unwrap().to_owned(),
                    (text, modified),
                );
            }
        }
    }
    files
}

/// Puts a text in the place of another in the policy.
fn edit(folder: &Path, text: &str, by: &str) {
    let path = folder.join("policy.kdl");
    let policy = fs::read_to_string(&path).unwrap();
    assert_eq!(policy.matches(text).count(), 1, "{text}");
    fs::write(path, policy.replace(text, by)).unwrap();
}

#[test]
fn a_second_build_touches_no_file() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let first = tree(&folder.path().join("build/postfix"));
    assert!(first.contains_key(Path::new("etc/postfix/main.cf")));
    assert!(first.contains_key(Path::new("MANIFEST")));
    build(folder.path(), &[], 0);
    assert_eq!(tree(&folder.path().join("build/postfix")), first);
}

#[test]
fn the_same_policy_elsewhere_gives_the_same_bytes() {
    let texts = |folder: &TempDir| {
        build(folder.path(), &["--out", "there"], 0);
        let files = tree(&folder.path().join("there")).into_iter();
        files
            .map(|(path, (text, _))| (path, text))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(texts(&folder()), texts(&folder()));
}

#[test]
fn an_edited_file_is_kept_unless_forced() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let edited = folder.path().join("build/postfix/etc/postfix/main.cf");
    let text = fs::read_to_string(&edited).unwrap() + "# by hand\n";
    fs::write(&edited, &text).unwrap();
    edit(
        folder.path(),
        "alias \"postmaster\" \"john.doe\"",
        "alias \"postmaster\" \"jane.doe\"",
    );
    let before = tree(&folder.path().join("build/postfix"));
    let stderr = build(folder.path(), &[], 2);
    assert!(
        stderr.contains("main.cf") && stderr.contains("--force"),
        "{stderr}"
    );
    assert_eq!(
        tree(&folder.path().join("build/postfix")),
        before,
        "nothing else is written"
    );
    build(folder.path(), &["--force"], 0);
    assert!(!fs::read_to_string(&edited).unwrap().contains("by hand"));
}

#[test]
fn an_edited_file_that_did_not_change_in_the_build_is_kept_too() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let edited = folder.path().join("build/postfix/etc/postfix/transport");
    fs::write(&edited, "by hand\n").unwrap();
    build(folder.path(), &[], 2);
    assert_eq!(fs::read_to_string(&edited).unwrap(), "by hand\n");
}

#[test]
fn a_file_that_the_policy_needs_no_more_is_removed() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let sasl = folder
        .path()
        .join("build/postfix/etc/postfix/sasl/smtpd.conf");
    let other = folder.path().join("build/postfix/etc/postfix/notes");
    fs::write(&other, "mine\n").unwrap();
    assert!(sasl.is_file());
    edit(folder.path(), "spf \"soft\" header=\"both\"", "spf \"off\"");
    build(folder.path(), &[], 0);
    let spf = folder
        .path()
        .join("build/postfix/etc/postfix-policyd-spf-python");
    assert!(!spf.is_dir() || fs::read_dir(spf).unwrap().next().is_none());
    assert!(other.is_file(), "what no build wrote stays");
}

#[test]
fn the_files_of_another_target_are_not_taken_for_an_older_build() {
    let folder = folder();
    build(folder.path(), &["--out", "tree"], 0);
    let other = |more: &[&str]| {
        let arguments = ["build", "--target", "exim", "--out", "tree"];
        let output = mailpol(folder.path(), &[&arguments, more].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = other(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("holds the files of postfix"), "{said}");
    assert!(folder.path().join("tree/etc/postfix/main.cf").is_file());
    let (code, said) = other(&["--force"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" removed, in tree"), "{said}");
    assert!(!folder.path().join("tree/etc/postfix/main.cf").exists());
}

#[test]
fn a_scenario_that_comes_out_otherwise_writes_nothing() {
    let folder = folder();
    let path = folder.path().join("policy.kdl");
    let policy = fs::read_to_string(&path).unwrap();
    let scenario = |login: &str| {
        let text = format!(
            r#"{policy}
scenario "away from home" {{
    client "203.0.113.9"
    listener "submission"
    tls #true
    login "{login}"
    mail-from "john.doe@doe-family.com"
    rcpt-to "a@b.example"
    expect "accept"
}}
"#
        );
        fs::write(&path, text).unwrap();
    };
    scenario("john");
    build(folder.path(), &[], 0);
    let built = folder.path().join("build");
    let before = tree(&built);
    scenario("jane");
    let stderr = build(folder.path(), &["--force"], 1);
    let words = "`away from home` comes out otherwise: reject 553 5.7.1 (sender-limit)";
    assert!(stderr.contains(words), "{stderr}");
    assert_eq!(before, tree(&built));
}

#[test]
fn a_policy_with_errors_writes_nothing() {
    let folder = folder();
    edit(folder.path(), "may-send", "may-sned");
    build(folder.path(), &[], 1);
    assert!(!folder.path().join("build").exists());
}

#[test]
fn a_raw_setting_that_opens_the_relay_writes_nothing_and_shows_the_dialogue() {
    let folder = folder();
    let path = folder.path().join("policy.kdl");
    let policy = fs::read_to_string(&path).unwrap();
    let raw = "\ntarget \"postfix\" {\n    set \"mynetworks\" \"0.0.0.0/0\"\n}\n";
    fs::write(&path, policy + raw).unwrap();
    let stderr = build(folder.path(), &[], 1);
    assert!(!folder.path().join("build").exists());
    for words in [
        "no-open-relay",
        "RCPT TO:<",
        "main.cf",
        "accept 250",
        "reject 554",
    ] {
        assert!(stderr.contains(words), "{words}: {stderr}");
    }
}

#[test]
fn an_unknown_target_cannot_be_built() {
    let folder = folder();
    let output = mailpol(folder.path(), &["build", "--target", "sendmail"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("postfix")
    );
}

#[test]
fn a_file_in_the_way_of_a_folder_writes_nothing() {
    let folder = folder();
    fs::write(folder.path().join("out"), "in the way\n").unwrap();
    build(folder.path(), &["--out", "out"], 2);
    assert_eq!(
        fs::read_to_string(folder.path().join("out")).unwrap(),
        "in the way\n"
    );
}

/// The policy of MTA-STS stands in the tree, and the MANIFEST says who serves it, and as what.
#[test]
fn of_several_trees_none_is_written_if_one_cannot_be() {
    let folder = folder();
    let both = ["--target", "postfix,exim"];
    let build = |status| {
        let output = mailpol(folder.path(), &[&["build"], &both[..]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{told}");
        told
    };
    build(0);
    edit(folder.path(), "\"family\"", "\"everybody\"");
    let edited = folder.path().join("build/exim/etc/exim4/exim4.conf");
    let text = fs::read_to_string(&edited).unwrap();
    fs::write(&edited, text + "# mine\n").unwrap();
    let before = tree(&folder.path().join("build"));
    assert!(build(2).contains("so nothing was written"));
    assert!(before == tree(&folder.path().join("build")));
}

#[test]
fn nothing_is_written_through_what_lies_beside_a_file() {
    let folder = folder();
    let postfix = folder.path().join("build/postfix/etc/postfix");
    fs::create_dir_all(&postfix).unwrap();
    let precious = folder.path().join("precious");
    fs::write(&precious, "mine").unwrap();
    std::os::unix::fs::symlink(&precious, postfix.join("main.cf.mailpol-new")).unwrap();
    build(folder.path(), &[], 0);
    assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
    let made = fs::symlink_metadata(postfix.join("main.cf")).unwrap();
    assert!(made.is_file());
}

#[test]
fn where_a_file_cannot_be_put_in_place_the_manifest_stays_as_it_was() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let root = folder.path().join("build/postfix");
    let manifest = fs::read_to_string(root.join("MANIFEST")).unwrap();
    let addresses = root.join("etc/postfix/addresses");
    edit(folder.path(), "\"family\"", "\"everybody\"");
    let locked = Command::new("chattr").arg("+i").arg(&addresses).status();
    if !locked.is_ok_and(|status| status.success()) {
        // Past what catches the output of tests.
        let skipped = b"SKIPPED: no file can be kept from being replaced (chattr(1))\n";
        std::io::stderr().write_all(skipped).unwrap();
        return;
    }
    let told = build(folder.path(), &[], 2);
    let unlocked = Command::new("chattr").arg("-i").arg(&addresses).status();
    assert!(unlocked.unwrap().success());
    assert!(told.contains("cannot be written"), "{told}");
    assert_eq!(fs::read_to_string(root.join("MANIFEST")).unwrap(), manifest);
    let left = tree(&root).into_keys();
    let mut left = left.filter(|path| path.to_string_lossy().ends_with("mailpol-new"));
    assert_eq!(left.next(), None);
}

#[test]
fn a_manifest_that_is_no_file_is_not_opened() {
    let folder = folder();
    build(folder.path(), &[], 0);
    let manifest = folder.path().join("build/postfix/MANIFEST");
    fs::remove_file(&manifest).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &manifest).unwrap();
    assert!(build(folder.path(), &[], 2).contains("no regular file"));
}

#[test]
fn the_policy_of_mta_sts_is_written_and_its_web_server_named() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accept/publish/everything");
    for target in ["postfix", "exim"] {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(&case).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        let output = mailpol(folder.path(), &["build", "--target", target]);
        assert!(output.status.success(), "{output:?}");
        let built = folder.path().join("build").join(target);
        let file = "var/www/mta-sts.example.org/.well-known/mta-sts.txt";
        let text = fs::read_to_string(built.join(file)).unwrap();
        // RFC 8461 section 3.2: a pair a line, the version first.
        let pairs: Vec<(&str, &str)> = text
            .lines()
            .map(|line| line.split_once(": ").unwrap())
            .collect();
        let wanted = [
            ("version", "STSv1"),
            ("mode", "enforce"),
            ("mx", "mx.example.org"),
            ("mx", "mx.example.net"),
            ("max_age", "86400"),
        ];
        assert_eq!(pairs, wanted, "{target}");
        let manifest = fs::read_to_string(built.join("MANIFEST")).unwrap();
        let serve = format!(
            "serve {file} as https://mta-sts.example.org/.well-known/mta-sts.txt by www.example.org"
        );
        assert!(manifest.lines().any(|line| line == serve), "{manifest}");
        let listed = manifest
            .lines()
            .filter(|line| line.starts_with("file 0644 sha256 ") && line.ends_with(file));
        assert_eq!(listed.count(), 1, "{manifest}");
    }
}

/// Dovecot makes small letters of logins by default, and those are another login. Postfix
/// has none with capitals.
#[test]
fn what_dovecot_makes_of_capitals_is_to_be_checked() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accept/auth/dovecot");
    let text = fs::read_to_string(case.join("policy.kdl")).unwrap();
    let line =
        "Dovecot has auth_username_format = %u: its default, %Lu, takes Ann.Smith for ann.smith";
    for (login, wanted) in [("ann.smith", 0), ("Ann.Smith", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let text = text.replace("login=\"ann.smith\"", &format!("login=\"{login}\""));
        let text = text.replace("/var/spool/postfix/private", "/run/dovecot");
        fs::write(folder.path().join("policy.kdl"), text).unwrap();
        let output = mailpol(folder.path(), &["build", "--target", "exim"]);
        assert!(output.status.success(), "{output:?}");
        let manifest = fs::read_to_string(folder.path().join("build/exim/MANIFEST")).unwrap();
        assert_eq!(manifest.matches(line).count(), wanted, "{manifest}");
    }
}
