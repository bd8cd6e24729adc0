//! Fences: what single modules may not name, so that the check does not check itself.

use super::none;
use super::paths::{Named, module, named, names_crate};
use super::tree::{File, rust_files};

/// What a reader may import, besides itself.
const READER_KNOWS: &[&str] = &[
    "source",
    "threads",
    "diagnostic",
    "mail",
    "spf",
    "decision",
    "target::Artifact",
    "target::Artifacts",
    "target::Reading",
    "target::FoundLimit",
    "target::FoundLimits",
    "target::FoundListener",
    // A reader of its own, of a file that both MTAs depend on; held to this list itself.
    "target::saslauthd",
    // What a number of digits is: it knows texts alone.
    "target::digits",
    // The nearest of some names: it knows texts alone.
    "syntax::suggest",
];

/// Crates, and the places that may name them. A place is a file, or a folder with its `/`.
const CRATES: &[(&str, &[&str])] = &[
    ("kdl", &["src/syntax/"]),
    ("minijinja", &["src/target/render.rs"]),
    ("mail_auth", &["src/dns/"]),
    (
        "hickory_resolver",
        &["src/dns/resolver/live.rs", "src/dns/resolver/live/"],
    ),
    ("rsa", &["src/mail/dkim.rs", "src/cli/command/dkim.rs"]),
    ("ed25519_dalek", &["src/cli/command/dkim.rs"]),
    ("x509_cert", &["src/mail/certificate.rs"]),
    ("base64ct", &["src/mail/dkim.rs", "src/cli/command/dkim.rs"]),
    ("similar", &["src/compare/text.rs", "src/compare/text/"]),
    ("clap", &["src/main.rs", "src/cli/"]),
    ("clap_complete", &["src/cli/"]),
    ("clap_mangen", &["src/cli/"]),
];

/// The targets: folders of `target` that implement it. Others hold what targets share.
fn targets() -> Vec<String> {
    rust_files("src/target/")
        .iter()
        .filter(|file| file.text.contains("impl Target for"))
        .filter_map(|file| module(&file.path).get(1).cloned())
        .collect()
}

fn faults(
    files: impl IntoIterator<Item = File>,
    forbidden: impl Fn(&File, &Named) -> bool,
) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        for path in named(&file) {
            if forbidden(&file, &path) {
                let (name, line) = (&file.path, path.line);
                faults.push(format!("{name}:{line}: names `{}`", path.text()));
            }
        }
    }
    faults
}

/// Returns the module of the reader that a file belongs to, `target::NAME::interpret`, or the one
/// that readers share.
fn reader(file: &File) -> Option<String> {
    let module = module(&file.path);
    if let [target, shared] = module.as_slice()
        && target == "target"
        && shared == "saslauthd"
    {
        return Some(module.join("::"));
    }
    let head = module.get(..3)?;
    let [target, _, interpret] = head else {
        return None;
    };
    (target == "target" && interpret == "interpret").then(|| head.join("::"))
}

#[test]
fn a_reader_sees_nothing_of_policies_and_emitters() {
    let forbidden = |file: &File, path: &Named| {
        reader(file).is_some_and(|own| {
            !path.is_in(&own) && !READER_KNOWS.iter().any(|known| path.is_in(known))
        })
    };
    none(
        &faults(rust_files("src/target/"), forbidden),
        "A reader (`interpret`) that knows the policy or its emitter would check itself. It \
         imports only what READER_KNOWS in tests/tidy/fences.rs lists.",
    );
}

#[test]
fn an_emitter_decides_nothing() {
    let forbidden = |file: &File, path: &Named| {
        let module = module(&file.path);
        let emitter = module
            .get(2)
            .is_some_and(|part| part == "emit" || part == "view");
        emitter && path.is_in("decision")
    };
    none(
        &faults(rust_files("src/target/"), forbidden),
        "`emit` and `view` write what a policy says; what files decide is the reader's to say.",
    );
}

#[test]
fn a_target_does_not_know_another() {
    let targets = targets();
    let forbidden = |file: &File, path: &Named| {
        let own = module(&file.path).get(1).cloned().unwrap_or_default();
        let mut others = targets.iter().filter(|target| **target != own);
        targets.contains(&own) && others.any(|other| path.is_in(&format!("target::{other}")))
    };
    none(
        &faults(rust_files("src/target/"), forbidden),
        "What two MTAs share is a folder of its own below src/target/.",
    );
}

#[test]
fn obligations_stand_on_their_own_feet() {
    const OF_OBLIGATIONS: &[&str] = &[
        "src/prove/obligations/",
        "src/prove/obligation.rs",
        "src/prove/declared/",
        "src/prove/statement.rs",
    ];
    let forbidden = |file: &File, path: &Named| {
        let obligation = OF_OBLIGATIONS.iter().any(|place| file.is_below(place));
        let reference = ["policy::PolicyDecider", "policy::decide", "policy::tables"];
        obligation && reference.iter().any(|reference| path.is_in(reference))
    };
    none(
        &faults(rust_files("src/prove/"), forbidden),
        "An obligation that asks the reference decider checks the policy against itself. It says \
         what it needs from `Declared`, by a plain scan of what was written.",
    );
}

#[test]
fn syntax_is_read_by_lowering_only() {
    let forbidden = |file: &File, path: &Named| {
        let lowering = file.path == "src/policy/lower.rs" || file.is_below("src/policy/lower/");
        file.is_below("src/policy/") && !lowering && path.is_in("syntax")
    };
    none(
        &faults(rust_files("src/"), forbidden),
        "Only src/policy/lower/ knows how a policy is written; the rest knows what it means.",
    );
}

#[test]
fn a_crate_is_named_only_where_it_belongs() {
    let mut faults = Vec::new();
    for file in rust_files("src/") {
        for (name, places) in CRATES {
            if places.iter().any(|place| file.is_below(place)) {
                continue;
            }
            for line in names_crate(&file, name) {
                let places = places.join(", ");
                faults.push(format!("{}:{line}: `{name}` is for {places}", file.path));
            }
        }
    }
    none(
        &faults,
        "A dependency that one place names can be replaced in one place.",
    );
}

#[test]
fn the_library_does_no_input_or_output() {
    const OUTSIDE: &[&str] = &[
        "src/main.rs",
        "src/cli/",
        "src/dns/resolver/live.rs",
        "src/dns/resolver/live/",
    ];
    const WORLD: &[&str] = &[
        "std::fs",
        "std::env",
        "std::process",
        "SystemTime",
        "Instant",
        "TcpStream",
        "UdpSocket",
        "TcpListener",
        "UnixStream",
        "stdin",
        "stdout",
        "stderr",
    ];
    let mut faults = Vec::new();
    for file in rust_files("src/") {
        if OUTSIDE.iter().any(|place| file.is_below(place)) {
            continue;
        }
        let words = super::tree::words(&file.text);
        for (at, word) in words.iter().enumerate() {
            let path: String = words
                .iter()
                .skip(at)
                .take(3)
                .map(|word| &*word.text)
                .collect();
            let named = |world: &&&str| word.is(world) || (word.is("std") && path == **world);
            if let Some(world) = WORLD.iter().find(named) {
                faults.push(format!("{}:{}: names `{world}`", file.path, word.line));
            }
        }
    }
    none(
        &faults,
        "The library reads no file, no clock and no environment, and starts no program: the \
         binary does, and hands it what it read.",
    );
}
