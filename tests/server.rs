//! `--files`: a server's tree holds much that is not the MTA's. What the MTA's files name is read,
//! and nothing else is opened.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const DOE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");

/// Runs the program; what hangs is ended, with the status of timeout(1).
fn mailpol(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new("timeout")
        .args(["60", env!("CARGO_BIN_EXE_mailpol")])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Builds the Doe family's files.
fn built(target: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let out = root.display().to_string();
    let (code, _, stderr) = mailpol(&["build", DOE, "--target", target, "--out", &out]);
    assert_eq!(code, Some(0), "{stderr}");
    (folder, root)
}

fn prove(target: &str, root: &Path) -> (Option<i32>, String, String) {
    let files = root.display().to_string();
    mailpol(&["prove", DOE, "--target", target, "--files", &files])
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn proved(target: &str, root: &Path) {
    let (code, stdout, stderr) = prove(target, root);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
}

/// What is asked for and is no text is named, and is no proof; neither does anything hang.
fn refused(target: &str, root: &Path, words: &str) {
    let (code, stdout, stderr) = prove(target, root);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    let joined = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(words), "{words}: {stderr}");
}

/// Fills a tree with what a server has beside the MTA's files.
fn clutter(root: &Path, beside: &str) -> UnixListener {
    for folder in ["bin", "var/spool/postfix", "home"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for name in ["bin/sh", "etc/ld.so.cache"] {
        fs::write(root.join(name), b"\x7fELF\xff\xfe").unwrap();
    }
    fs::write(root.join(beside).join("aliases.lmdb"), b"\xde\xc0\xef\xbe").unwrap();
    fifo(&root.join(beside).join("pipe"));
    fifo(&root.join("var/spool/postfix/pickup"));
    symlink("nowhere", root.join("etc/dangling")).unwrap();
    symlink("around", root.join("etc/around")).unwrap();
    symlink("/", root.join("home/everything")).unwrap();
    UnixListener::bind(root.join("etc/socket")).unwrap()
}

#[test]
fn what_no_file_names_is_not_read() {
    for (target, beside) in [("postfix", "etc/postfix"), ("exim", "etc/exim4")] {
        let (_folder, root) = built(target);
        let _socket = clutter(&root, beside);
        proved(target, &root);
        let files = root.display().to_string();
        let (code, stdout, stderr) =
            mailpol(&["diff", DOE, "--target", target, "--against", &files]);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains("no file changes"), "{stdout}");
    }
}

#[test]
fn what_is_named_and_is_no_text_is_refused_by_name() {
    let (_folder, root) = built("postfix");
    let table = root.join("etc/postfix/senders");
    let text = fs::read(&table).unwrap();
    let named = "the file `/etc/postfix/senders`";
    fs::write(&table, b"jane\xff jane\n").unwrap();
    refused("postfix", &root, &format!("{named} is not UTF-8"));
    fs::remove_file(&table).unwrap();
    refused("postfix", &root, &format!("{named} is missing"));
    symlink("nowhere", &table).unwrap();
    refused("postfix", &root, &format!("{named} is missing"));
    fs::remove_file(&table).unwrap();
    symlink("senders", &table).unwrap();
    refused(
        "postfix",
        &root,
        &format!("{named} cannot be read: too many symbolic links"),
    );
    fs::remove_file(&table).unwrap();
    fifo(&table);
    refused("postfix", &root, &format!("{named} is no regular file"));
    fs::remove_file(&table).unwrap();
    let long = fs::File::create(&table).unwrap();
    long.set_len((1 << 28) + 1).unwrap();
    refused(
        "postfix",
        &root,
        &format!("{named} is longer than 268435456 octets"),
    );
    fs::write(&table, text).unwrap();
    proved("postfix", &root);
    fs::write(root.join("etc/postfix/main.cf"), b"\xff").unwrap();
    refused(
        "postfix",
        &root,
        "the file `etc/postfix/main.cf` is not UTF-8",
    );
}

/// Links lead where they lead on the server: a path from the root is one from the tree's root.
#[test]
fn links_are_followed_inside_of_the_tree() {
    let (_folder, root) = built("postfix");
    fs::create_dir_all(root.join("srv")).unwrap();
    fs::rename(root.join("etc/postfix"), root.join("srv/postfix")).unwrap();
    symlink("/srv/postfix", root.join("etc/postfix")).unwrap();
    let main = root.join("srv/postfix/main.cf");
    fs::rename(&main, root.join("srv/main")).unwrap();
    symlink("../main", &main).unwrap();
    proved("postfix", &root);
    fs::remove_file(&main).unwrap();
    // Out of the root there is no way. A path of this machine is none of the server's.
    symlink("/../../../../../../srv/main", &main).unwrap();
    proved("postfix", &root);
    fs::remove_file(&main).unwrap();
    symlink(root.join("srv/main"), &main).unwrap();
    refused(
        "postfix",
        &root,
        "the file `etc/postfix/main.cf` is missing",
    );
}

/// An index is what its source says, whatever stands in it; and what a reader would take as absent
/// is not absent because it cannot be read.
#[test]
fn the_indexes_of_exim_and_its_options() {
    let (_folder, root) = built("exim");
    let conf = root.join("etc/exim4/exim4.conf");
    let mut text = fs::read_to_string(&conf).unwrap();
    for table in ["aliases", "catch-all"] {
        let lookup = format!("lsearch{{/etc/exim4/{table}}}");
        assert!(text.contains(&lookup), "{lookup}");
        text = text.replace(&lookup, &format!("cdb{{/etc/exim4/{table}.cdb}}"));
        let index = root.join(format!("etc/exim4/{table}.cdb"));
        fs::write(index, b"\x00\x08\xff\xff").unwrap();
        // What an index is made of holds rows only.
        let source = root.join(format!("etc/exim4/{table}"));
        let rows = fs::read_to_string(&source).unwrap();
        let rows = rows.lines();
        let rows = rows.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rows: Vec<&str> = rows.collect();
        fs::write(&source, rows.join("\n")).unwrap();
    }
    fs::write(&conf, text).unwrap();
    proved("exim", &root);
    fs::write(root.join("etc/default/exim4"), "QUEUERUNNER='combined'\n").unwrap();
    proved("exim", &root);
    fs::write(
        root.join("etc/default/exim4"),
        b"COMMONOPTIONS='-oX \xff'\n",
    )
    .unwrap();
    refused("exim", &root, "the file `etc/default/exim4` is not UTF-8");
    fs::remove_file(root.join("etc/default/exim4")).unwrap();
    proved("exim", &root);
    // Without its source an index says nothing: it is the source that is missed.
    fs::remove_file(root.join("etc/exim4/aliases")).unwrap();
    refused("exim", &root, "the file `/etc/exim4/aliases` is missing");
}

#[test]
fn a_tree_that_is_no_folder_is_said() {
    for (path, why) in [("/nowhere", "No such file"), (DOE, "it is no folder")] {
        let (code, _, stderr) = prove("postfix", Path::new(path));
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    }
}

/// `build` looks at what stands where it writes, and opens no FIFO either.
#[test]
fn what_is_built_over_is_a_regular_file() {
    let (_folder, root) = built("postfix");
    let table = root.join("etc/postfix/senders");
    fs::remove_file(&table).unwrap();
    fifo(&table);
    let out = root.display().to_string();
    let (code, _, stderr) = mailpol(&["build", DOE, "--target", "postfix", "--out", &out]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("is no regular file"), "{stderr}");
}

#[test]
fn a_built_tree_is_a_side_of_a_comparison() {
    let (_folder, root) = built("postfix");
    let files = root.display().to_string();
    let diff = ["diff", DOE, "--target", "postfix", "--built", &files];
    let (code, stdout, stderr) = mailpol(&diff);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("No decision changes"), "{stdout}");
    let main = root.join("etc/postfix/main.cf");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, text + "# by hand\n").unwrap();
    let (code, stdout, stderr) = mailpol(&diff);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.contains("-# by hand"), "{stdout}");
}
