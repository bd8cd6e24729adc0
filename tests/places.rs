//! Places of findings: the path as the user gave it, lines, and columns as an editor counts them;
//! the same for people, in JSON and in SARIF.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs mailpol in a folder, and returns its exit status and what it printed.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let output = command.args(arguments).current_dir(folder).output();
    let output = output.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (_, stdout, stderr) = run(folder, arguments);
    serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"))
}

fn doe() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join("examples/doe/policy.kdl")).unwrap()
}

/// Puts a policy into `mail/` of a folder of its own.
fn beside(policy: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mail")).unwrap();
    fs::write(folder.path().join("mail/policy.kdl"), policy).unwrap();
    folder
}

/// Checks that the only error of a policy stands there, in each format.
#[track_caller]
fn check(policy: &str, (line, column): (u64, u64), (end_line, end_column): (u64, u64)) {
    let folder = beside(policy);
    let check = ["check", "mail/policy.kdl"];
    let (code, _, told) = run(folder.path(), &check);
    assert_eq!(code, 1, "{told}");
    let place = format!("[mail/policy.kdl:{line}:{column}]");
    assert!(told.contains(&place), "{place} {told}");
    let document = json(folder.path(), &[&check[..], &["--format", "json"]].concat());
    let label = &document["diagnostics"][0]["labels"][0];
    assert_eq!(label["file"], "mail/policy.kdl");
    let number = |end: &str, key: &str| label[end][key].as_u64().unwrap();
    let of = |end: &str| (number(end, "line"), number(end, "column"));
    assert_eq!(of("start"), (line, column), "{label}");
    assert_eq!(of("end"), (end_line, end_column), "{label}");
    let log = json(
        folder.path(),
        &[&check[..], &["--format", "sarif"]].concat(),
    );
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "mail/policy.kdl");
    let number = |key: &str| place["region"][key].as_u64().unwrap();
    assert_eq!((number("startLine"), number("startColumn")), (line, column));
    assert_eq!(
        (number("endLine"), number("endColumn")),
        (end_line, end_column)
    );
}

#[test]
fn columns_count_characters() {
    let broken = doe().replace(
        "login=\"jimmy\"",
        "/* für Jürgen, 5 € */ foo=1 login=\"jimmy\"",
    );
    check(&broken, (19, 47), (19, 50));
}

#[test]
fn a_byte_order_mark_is_no_column() {
    let broken = doe().replace("mailpol version=1", "mailpol wersion=1 version=1");
    check(&format!("\u{feff}{broken}"), (1, 9), (1, 16));
}

#[test]
fn places_far_down_are_as_right() {
    let broken = format!("{}// {}\n\n    bar 1\n", doe(), "ü".repeat(3000));
    let line = u64::try_from(broken.lines().count()).unwrap();
    check(&broken, (line, 5), (line, 8));
}

#[test]
fn files_beside_a_policy_have_its_folder() {
    let policy = doe().replace(
        "domain \"doe-family.com\" {",
        "mailboxes file=\"more.tsv\"\n$0",
    );
    let policy = policy.replace("$0", "domain \"doe-family.com\" {");
    let folder = beside(&policy);
    let rows = "domain\tlocal-part\tlogin\ndoe-family.com\ta b\tnobody\n";
    fs::write(folder.path().join("mail/more.tsv"), rows).unwrap();
    let (code, _, told) = run(folder.path(), &["check", "mail/policy.kdl"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("[mail/more.tsv:2:"), "{told}");
    // Emitted files bear the short name, wherever the program was started.
    let folder = beside(&doe());
    let build = ["build", "mail/policy.kdl", "--target", "postfix"];
    assert_eq!(run(folder.path(), &build).0, 0);
    let main = folder.path().join("build/postfix/etc/postfix/main.cf");
    let main = fs::read_to_string(main).unwrap();
    assert!(
        main.contains("(policy.kdl:") && !main.contains("mail/policy.kdl"),
        "{main}"
    );
}

const OPEN: &str = "target \"postfix\" { set \"mynetworks\" \"0.0.0.0/0\"; }\n";

/// Returns the physical location of a place of SARIF, in few words.
fn words(place: &Value) -> String {
    let place = &place["physicalLocation"];
    let artifact = &place["artifactLocation"];
    let base = artifact["uriBaseId"].as_str();
    let uri = artifact["uri"].as_str().unwrap();
    format!(
        "{}{uri}:{}",
        base.map(|base| format!("{base}/")).unwrap_or_default(),
        place["region"]["startLine"]
    )
}

/// Returns the result that says that the server is an open relay.
fn refutation(log: &Value) -> &Value {
    let results = log["runs"][0]["results"].as_array().unwrap();
    let text = |one: &Value| one["message"]["text"].as_str().unwrap().to_owned();
    let mut results = results.iter();
    results
        .find(|one| text(one).starts_with("`no-open-relay`"))
        .unwrap()
}

#[test]
fn what_is_set_by_hand_and_refuted_stands_at_its_words_and_names_the_file() {
    let policy = doe() + OPEN;
    let set = policy.lines().position(|line| line.contains("mynetworks"));
    let folder = beside(&policy);
    let prove = [
        "prove",
        "mail/policy.kdl",
        "--target",
        "postfix",
        "--format",
        "sarif",
    ];
    let log = json(folder.path(), &prove);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 3);
    for result in results {
        let place = words(&result["locations"][0]);
        assert!(place.starts_with("mail/policy.kdl:"), "{result:#}");
    }
    let relay = refutation(&log);
    let place = format!("mail/policy.kdl:{}", set.unwrap() + 1);
    assert_eq!(words(&relay["locations"][0]), place);
    let related = words(&relay["relatedLocations"][0]);
    assert!(
        related.starts_with("SERVER_ROOT/etc/postfix/main.cf:"),
        "{related}"
    );
    let bases = &log["runs"][0]["originalUriBaseIds"];
    assert!(bases["SERVER_ROOT"].is_object(), "{bases}");
}

#[test]
fn what_a_tree_refutes_stands_in_its_file() {
    let folder = beside(&doe());
    let policy = "mail/policy.kdl";
    let build = [
        "build",
        policy,
        "--target",
        "postfix",
        "--out",
        "mail/postfix",
    ];
    assert_eq!(run(folder.path(), &build).0, 0);
    let main = folder.path().join("mail/postfix/etc/postfix/main.cf");
    let text = fs::read_to_string(&main).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("mynetworks ="))
        .unwrap();
    fs::write(&main, text.replace(line, "mynetworks = 0.0.0.0/0")).unwrap();
    let prove = [
        "prove",
        policy,
        "--target",
        "postfix",
        "--files",
        "mail/postfix",
    ];
    let (code, _, _) = run(folder.path(), &prove);
    assert_eq!(code, 1);
    let log = json(
        folder.path(),
        &[&prove[..], &["--format", "sarif"]].concat(),
    );
    let relay = refutation(&log);
    let place = words(&relay["locations"][0]);
    assert!(
        place.starts_with("mail/postfix/etc/postfix/main.cf:"),
        "{place}"
    );
    assert_eq!(words(&relay["relatedLocations"][0]), "mail/policy.kdl:9");
}

/// What follows from a misspelt name is no error of its own; what is wrong besides is told at once.
#[test]
fn a_misspelt_node_is_told_alone() {
    let told = |policy: &str| {
        let folder = beside(policy);
        let document = json(
            folder.path(),
            &["check", "mail/policy.kdl", "--format", "json"],
        );
        let all = document["diagnostics"].as_array().unwrap();
        let messages = all
            .iter()
            .map(|one| one["message"].as_str().unwrap().to_owned());
        messages.collect::<Vec<String>>()
    };
    let hosts = doe().replace("host \"", "hosts \"");
    assert_eq!(told(&hosts), ["there is no node `hosts`"]);
    let both = hosts.replace("address \"198.51.100.25\"", "address \"198.51.100.256\"");
    assert_eq!(both.matches(".256").count(), 1);
    let [first, second] = &told(&both)[..] else {
        panic!("{:?}", told(&both));
    };
    assert_eq!(first, "there is no node `hosts`");
    assert!(second.contains("198.51.100.256"), "{second}");
    for (right, wrong) in [
        ("domain \"", "domian \""),
        ("network \"", "netwrok \""),
        ("mailpol version", "mailpöl version"),
        ("    listen \"", "    lissten \""),
        ("    cidr \"", "    cdir \""),
        ("auth \"", "auht \""),
    ] {
        let name = wrong.trim().split(' ').next().unwrap();
        let all = told(&doe().replacen(right, wrong, 1));
        let [only] = &all[..] else {
            panic!("{wrong}: {all:?}");
        };
        assert!(
            only.starts_with(&format!("there is no node `{name}`")),
            "{only}"
        );
    }
    // Where nothing like it is known, what is missing is told.
    let server = doe().replace("host \"", "server \"");
    assert!(told(&server).contains(&"the policy has no `host`".to_owned()));
}
