//! Whatever a MANIFEST says, a build reads it, and touches nothing outside of its tree.

use proptest::prelude::*;

use super::*;

const HASH: &str = "6b74345c147dffb39004eab2a18afbd55c85e99404299834c67a11208639de72";

fn line() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        "[a-z ]{1,8}(/[a-z .]{1,4}){0,2}",
        Just("../outside".to_owned()),
        Just("etc/../../outside".to_owned()),
        Just("/etc".to_owned()),
        Just("etc".to_owned()),
        Just(String::new()),
    ];
    prop_oneof![
        4 => path.prop_map(|path| format!("file 0644 sha256 {HASH} {path}")),
        1 => "target [a-z .0-9]{0,12}",
        1 => "policy sha256 [a-z .0-9]{0,12}",
        1 => "(file |target |policy sha256 )?\\PC{0,20}",
        1 => "file [\0-\x7f]{0,20}",
    ]
}

/// What is read from a folder, and what a build that has nothing to write does there.
fn build(root: &Path) -> Option<Written> {
    let nothing = Artifacts::new();
    let strays = strays(root).ok();
    let named = (built_for(root), policy_of(root), differing(root, &nothing));
    assert!(
        named.0.is_some() || strays == Some(Vec::new()),
        "{strays:?}"
    );
    plan(root, "postfix", &nothing, Edited::Overwrite)
        .and_then(Plan::write)
        .ok()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_outside_of_a_tree_is_touched(lines in prop::collection::vec(line(), 0..6)) {
        let folder = tempfile::tempdir().expect("a folder is made");
        let (root, outside) = (folder.path().join("tree"), folder.path().join("outside"));
        fs::create_dir_all(root.join("etc")).expect("a folder is made");
        fs::write(&outside, "kept").expect("a file is written");
        fs::write(root.join("etc/mine"), "mine").expect("a file is written");
        let text = lines.join("\n");
        fs::write(root.join(MANIFEST), &text).expect("a file is written");
        let is_listed = listed(&text).any(|(path, _)| path == "etc/mine");
        build(&root);
        prop_assert_eq!(fs::read_to_string(&outside).expect("it is there"), "kept");
        prop_assert!(is_listed || root.join("etc/mine").exists());
    }

    #[test]
    fn what_is_listed_is_read(
        paths in prop::collection::vec("[!-~]{1,9}( [!-~]{1,9}){0,2}", 0..5),
    ) {
        let lines = paths.iter().map(|path| format!("file 0644 sha256 {HASH} {path}\n"));
        let text = format!("# A head.\ntarget postfix 3.7.11\n{}", lines.collect::<String>());
        let found: Vec<(&str, &str)> = listed(&text).collect();
        let wanted: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), HASH)).collect();
        prop_assert_eq!(found, wanted);
    }
}
