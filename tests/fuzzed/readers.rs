//! What reads text from outside, and the check that tries it.

use std::fs;
use std::path::{Path, PathBuf};

/// Who tries a reader.
#[derive(Clone, Copy)]
enum By {
    /// The check of this name.
    Check(&'static str),
    /// Tests with made inputs in the file itself: the program's own modules are reached from
    /// nowhere else.
    Beside,
    /// Nobody, for this reason.
    Nobody(&'static str),
}

use By::{Beside, Check, Nobody};

/// Files of `src` that read, and who tries them. Of several the longest path counts.
const READERS: &[(&str, By)] = &[
    (
        "src/cli/command/diff/declared.rs",
        Nobody("splits the words of a policy that was read"),
    ),
    ("src/cli/command/init/", Beside),
    ("src/cli/command/diff/print.rs", Nobody("writes")),
    ("src/cli/command/prove.rs", Nobody("writes")),
    (
        "src/cli/command/listed.rs",
        Nobody("arguments, against a list"),
    ),
    ("src/cli/command/manual/", Nobody("our own help")),
    (
        "src/cli/command/mod.rs",
        Nobody("hands a tree to the readers of targets"),
    ),
    ("src/cli/git.rs", Beside),
    (
        "src/cli/input.rs",
        Nobody("octets to text; each has its reader"),
    ),
    ("src/cli/tree.rs", Beside),
    (
        "src/compare/",
        Nobody("texts line by line, whatever they are"),
    ),
    (
        "src/compile.rs",
        Nobody("hands a tree to the readers of targets"),
    ),
    (
        "src/compile/",
        Nobody("hands a tree to the readers of targets"),
    ),
    ("src/decision/", Nobody("no text")),
    ("src/dns/published", Check("published")),
    ("src/dns/records/", Nobody("reads back what we publish")),
    (
        "src/dns/resolver/live",
        Nobody("answers, which the resolver's library has read"),
    ),
    ("src/dns/resolver/zone_file", Check("zone")),
    ("src/explain", Nobody("no text from outside")),
    ("src/mail/address.rs", Check("path")),
    ("src/mail/certificate.rs", Check("certificate")),
    ("src/mail/client.rs", Check("policy")),
    ("src/mail/dkim.rs", Check("dkim")),
    ("src/mail/domain.rs", Check("path")),
    ("src/mail/listener.rs", Check("envelopes")),
    ("src/mail/path/", Check("path")),
    ("src/mail/reply.rs", Check("postfix")),
    ("src/mail/short.rs", Nobody("keeps a text as it is")),
    ("src/policy/", Check("policy")),
    ("src/policy/lower/bulk", Check("bulk")),
    ("src/policy/lower/recipients", Check("bulk")),
    ("src/policy/lower/table.rs", Check("bulk")),
    (
        "src/prove/",
        Nobody("files that were emitted, and no others"),
    ),
    ("src/simulate/", Check("envelopes")),
    ("src/source", Nobody("keeps a text as it is")),
    ("src/spf/", Check("spf")),
    ("src/syntax/", Check("policy")),
    ("src/syntax/format/", Check("format")),
    ("src/syntax/node/scenario.rs", Check("scenarios")),
    ("src/target/exim/", Check("exim")),
    ("src/target/exim/emit/", Nobody("writes")),
    ("src/target/exim/emit/version.rs", Check("policy")),
    ("src/target/postfix/", Check("postfix")),
    ("src/target/postfix/emit/", Nobody("writes")),
    ("src/target/postfix/emit/version.rs", Check("policy")),
    ("src/target/saslauthd.rs", Check("postfix")),
];

/// How functions are named that read text.
const NAMES: [&str; 12] = [
    "fn entries(",
    "fn from_der(",
    "fn from_pem(",
    "fn from_str(",
    "fn lines(",
    "fn parse",
    "fn read",
    "fn rows(",
    "fn tags(",
    "fn tokens(",
    "fn unquote",
    "fn words(",
];

pub(crate) fn hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (reader, by) in READERS {
        let is_some = below(&root.join("src")).iter().any(|file| {
            let file = file.strip_prefix(root).unwrap().to_str().unwrap();
            file.starts_with(reader)
        });
        assert!(is_some, "{reader}: there is no such file");
        if let Check(name) = by {
            let check = root.join(format!("fuzz/checks/{name}.rs"));
            let is_check = fs::read_to_string(check).is_ok_and(|it| it.contains("fn check(data:"));
            assert!(is_check, "{reader}: there is no check `{name}`");
        }
    }
    let mut unknown = Vec::new();
    for path in below(&root.join("src")) {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        if name.ends_with("tests.rs") || !NAMES.iter().any(|one| code.contains(one)) {
            continue;
        }
        let readers = READERS
            .iter()
            .filter(|(reader, _)| name.starts_with(reader));
        match readers.max_by_key(|(reader, _)| reader.len()) {
            None => unknown.push(format!("{name}: nobody says who tries it")),
            Some((_, Beside)) if !has_tests(&path) => {
                unknown.push(format!("{name}: no made inputs beside it"));
            }
            Some((_, Nobody(why))) => assert!(!why.is_empty()),
            Some(_) => {}
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Tells whether tests beside a module make inputs for it.
fn has_tests(module: &Path) -> bool {
    let folder = match module.file_stem() {
        Some(name) if name != "mod" => module.with_extension(""),
        _ => module.parent().unwrap().to_path_buf(),
    };
    let tests = fs::read_to_string(folder.join("tests.rs"));
    tests.is_ok_and(|text| text.contains("proptest!"))
}

/// Returns the Rust files below a folder.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
