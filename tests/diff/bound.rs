//! Listeners that are bound to addresses, in trees.

use std::fs;

use super::cases::BOUND;
use super::sentences::{sentences, told_of};
use super::{changed, mailpol};

/// Where a tree listens is told too, though no envelope shows it; more addresses are a widening.
#[test]
fn a_tree_that_listens_elsewhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = changed(&[(" \"submission\" \"submissions\"", BOUND)]);
    fs::write(folder.path().join("policy.kdl"), text).unwrap();
    for (target, file, words, by) in [
        (
            "postfix",
            "postfix/master.cf",
            "192.168.0.1:submission",
            "submission",
        ),
        (
            "exim",
            "exim4/exim4.conf",
            "[192.168.0.1]:587",
            "[0.0.0.0]:587 ; [::0]:587",
        ),
    ] {
        let build = ["build", "policy.kdl", "--target", target, "--out", target];
        let (code, _, stderr) = mailpol(folder.path(), &build);
        assert_eq!(code, Some(0), "{stderr}");
        let path = folder.path().join(target).join("etc").join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(words, by, 1)).unwrap();
        let (_, json) = told_of(folder.path(), &["policy.kdl", "--against", target]);
        let told = sentences(&json);
        assert_eq!(
            told,
            ["`submission` is now open at 192.168.0.1 only"],
            "{target}"
        );
        let change = &json["result"]["decisions"];
        assert!(change.to_string().contains("\"narrows\":true"), "{change}");
    }
}
