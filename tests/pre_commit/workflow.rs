//! The workflow of `examples/ci/mail-policy.yml`: its steps, run one after the other as the runner
//! of the service runs them, on a repository with a change.

use std::fs;

use serde_json::Value;

use crate::{Repository, doe, pre_commit, root};

/// A step that has commands.
struct Step {
    name: String,
    run: String,
}

/// What the workflow takes for what was before.
const BASE: &str =
    "${{ github.base_ref && format('origin/{0}', github.base_ref) || github.event.before }}";

/// What a push to a new branch says that it was before.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// Returns the steps with commands, but for those that install what is here already. The reader of
/// YAML is pre-commit's own.
fn steps(repository: &Repository) -> Vec<Step> {
    let python = repository.pre_commit.with_file_name("python");
    let workflow = root().join("examples/ci/mail-policy.yml");
    let convert = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let python = python.display().to_string();
    let workflow = workflow.display().to_string();
    let json = repository.ran(&repository.mail(), &python, &["-c", convert, &workflow]);
    let json: Value = serde_json::from_str(&json).unwrap();
    // PyYAML reads the key `on` as true.
    assert_eq!(
        json["true"].to_string(),
        r#"{"pull_request":null,"push":{"branches":["main"]}}"#
    );
    let job = &json["jobs"]["policy"];
    assert_eq!(
        job["env"].to_string(),
        serde_json::json!({ "BASE": BASE }).to_string()
    );
    let all = job["steps"].as_array().unwrap();
    for step in all {
        assert!(step["env"].is_null() && matches!(step["if"].as_str(), None | Some("always()")));
    }
    let commands = all.iter().filter(|step| step["run"].is_string());
    let mut found = commands.map(|step| Step {
        name: step["name"].as_str().unwrap().to_owned(),
        run: step["run"].as_str().unwrap().to_owned(),
    });
    // What is installed from the submodule `mailpol` is checked out before.
    let checkout = all
        .iter()
        .find(|step| step["uses"] == "actions/checkout@v4");
    let with = &checkout.unwrap()["with"];
    assert_eq!(
        (&with["submodules"], &with["fetch-depth"]),
        (&true.into(), &0.into())
    );
    let rust = found.next().unwrap();
    assert!(rust.run.starts_with("rustup toolchain install stable"));
    let install = found.next().unwrap();
    assert_eq!(install.run, "cargo install --locked --path mailpol");
    found.collect()
}

/// Runs the steps on a pull request.
fn pull_request(repository: &Repository) -> Result<String, (String, String)> {
    run(repository, "origin/main")
}

/// Runs the steps, with what was before. Returns the name of the first that fails with what it
/// said, or what stands on the run's page.
fn run(repository: &Repository, base: &str) -> Result<String, (String, String)> {
    let mail = repository.mail();
    let page = repository.path().join("page.md");
    fs::write(&page, "").unwrap();
    for step in steps(repository) {
        let shell = format!(
            "export GITHUB_STEP_SUMMARY='{}' BASE='{base}'\n",
            page.display()
        );
        // The runner's own flags: bash -e, and a failing part of a pipe counts.
        let (ok, said) = repository.run(
            &mail,
            "bash",
            &["-eo", "pipefail", "-c", &(shell + &step.run)],
        );
        if !ok {
            return Err((step.name, said));
        }
    }
    Ok(fs::read_to_string(page).unwrap())
}

/// A repository whose first commit is what `origin/main` is.
fn repository() -> Option<Repository> {
    let repository = Repository::new(pre_commit()?);
    let mail = repository.mail();
    repository.ran(
        &mail,
        "git",
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    );
    Some(repository)
}

#[test]
fn a_harmless_change_passes_and_is_shown() {
    let Some(repository) = repository() else {
        return;
    };
    repository.write(&doe().replace("spf \"soft\"", "spf \"strict\""));
    repository.build();
    repository.commit_all(&repository.mail(), "Strict");
    let page = pull_request(&repository).unwrap();
    assert!(page.contains("softfail"), "{page}");
    let sarif = fs::read_to_string(repository.mail().join("mailpol.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn a_widening_stops_the_last_step() {
    let Some(repository) = repository() else {
        return;
    };
    repository.write(&doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\""));
    repository.build();
    repository.commit_all(&repository.mail(), "A new office");
    let (step, said) = pull_request(&repository).unwrap_err();
    assert_eq!(step, "Nobody may do more, and the tree is built");
    assert!(
        said.contains("clients in 10.3.0.0/16 may now send"),
        "{said}"
    );
}

#[test]
fn a_broken_policy_stops_the_first_step() {
    let Some(repository) = repository() else {
        return;
    };
    repository.write(&doe().replace("\"family\" \"john.doe\"", "\"family\" \"jon.doe\""));
    repository.commit_all(&repository.mail(), "A slip");
    let (step, _) = pull_request(&repository).unwrap_err();
    assert_eq!(step, "Findings");
    let sarif = fs::read_to_string(repository.mail().join("mailpol.sarif")).unwrap();
    assert!(sarif.contains("mailpol::alias::unlisted"), "{sarif}");
}

/// A push is held to the same, compared with what the branch was before.
#[test]
fn a_push_is_checked_as_a_pull_request_is() {
    let Some(repository) = repository() else {
        return;
    };
    let mail = repository.mail();
    let last = "Nobody may do more, and the tree is built";
    let wide = doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"");
    let head = || {
        let head = repository.ran(&mail, "git", &["rev-parse", "HEAD"]);
        head.trim().to_owned()
    };
    let before = head();
    repository.write(&doe().replace("spf \"soft\"", "spf \"strict\""));
    repository.commit_all(&mail, "A stale tree");
    let (step, said) = run(&repository, &before).unwrap_err();
    assert_eq!(step, last);
    assert!(
        said.contains("not what the policy makes: build/postfix"),
        "{said}"
    );
    repository.write(&wide);
    repository.build();
    repository.commit_all(&mail, "A new office");
    let (step, said) = run(&repository, &before).unwrap_err();
    assert_eq!(step, last);
    assert!(
        said.contains("clients in 10.3.0.0/16 may now send"),
        "{said}"
    );
    // As it is, it may stay so.
    let page = run(&repository, &head()).unwrap();
    assert!(page.contains("No decision changes"), "{page}");
    // A branch that was not there before, and one whose past is gone.
    let (step, said) = run(&repository, NOTHING).unwrap_err();
    assert_eq!(step, last);
    assert!(said.contains("`policy.kdl` is new"), "{said}");
    let gone = "0123456789012345678901234567890123456789";
    let (_, said) = run(&repository, gone).unwrap_err();
    assert!(said.contains("git knows no commit"), "{said}");
}
