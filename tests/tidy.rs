//! The rules of the house that the compiler does not know: layers, fences, sizes, words.
//!
//! Each rule is one test, and its failure says what to do. The rules themselves are explained in
//! `ARCHITECTURE.md` and `CONTRIBUTING.md`.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file; this test reads all of them"
)]

#[path = "tidy/fences.rs"]
mod fences;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/modelled.rs"]
mod modelled;
#[path = "tidy/package.rs"]
mod package;
#[path = "tidy/paths.rs"]
mod paths;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/text.rs"]
mod text;
#[path = "tidy/tree.rs"]
mod tree;

/// Fails with every fault, one a line, and with what to do about them.
#[track_caller]
fn none(faults: &[String], advice: &str) {
    assert!(
        faults.is_empty(),
        "{} found:\n  {}\n{advice}",
        faults.len(),
        faults.join("\n  ")
    );
}
