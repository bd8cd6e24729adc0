//! Layers: a module imports only from a lower row.

use super::none;
use super::paths::{module, named};
use super::tree::rust_files;

/// The modules of the library, lowest first. Of one row, none imports another.
const LAYERS: &[&[&str]] = &[
    &["source", "threads"],
    &["diagnostic", "mail"],
    &["spf"],
    &["syntax", "decision"],
    &["policy"],
    &["dns"],
    &["prove"],
    &["target", "simulate"],
    &["compile", "compare", "explain"],
];

fn row(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

#[test]
fn a_module_imports_only_from_lower_rows() {
    let mut faults = Vec::new();
    for file in rust_files("src/") {
        let own = module(&file.path);
        // The binary is a crate of its own, and `lib.rs` names every module.
        let Some(own) = own.first().filter(|own| *own != "cli") else {
            continue;
        };
        let Some(own_row) = row(own) else {
            faults.push(format!("{}: `{own}` is in no row", file.path));
            continue;
        };
        for path in named(&file) {
            let other = path
                .segments
                .first()
                .map(String::as_str)
                .unwrap_or_default();
            let lower = row(other).is_some_and(|other| other < own_row);
            if other != own && !other.is_empty() && !lower {
                faults.push(format!(
                    "{}:{}: `{own}` may not import `{}`",
                    file.path,
                    path.line,
                    path.text()
                ));
            }
        }
    }
    none(
        &faults,
        "A module imports only from a lower row (`LAYERS` in tests/tidy/layers.rs). Move the \
         thing down to what both know, or pass it in; a new row is a matter of design.",
    );
}

#[test]
fn the_library_names_its_modules_in_reading_order() {
    let mut rows = Vec::new();
    for file in rust_files("src/lib.rs") {
        for line in file.text.lines() {
            let name = line.trim_start_matches("pub ").strip_prefix("mod ");
            rows.extend(name.and_then(|name| row(name.trim_end_matches(';'))));
        }
    }
    assert!(!rows.is_empty(), "src/lib.rs names no module of a row");
    assert!(
        rows.is_sorted(),
        "the `mod` lines of src/lib.rs come in the order of the rows, lowest first: {rows:?}"
    );
}
