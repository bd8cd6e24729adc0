//! What a reader says that it models, it asks for: a setting that is listed and passed over would
//! be read as if it did nothing.

use super::none;
use super::tree::rust_files;

/// The table of the parameters that Postfix's reader models, and where it stands.
const DEFAULTS: &str = "src/target/postfix/interpret/parameter/default.rs";
/// Names that tell it nothing: the list of all parameters there are.
const NAMES: &str = "src/target/postfix/interpret/parameter/names.rs";

#[test]
fn every_modelled_parameter_is_asked_for() {
    let reader: Vec<_> = rust_files("src/target/postfix/interpret/")
        .into_iter()
        .collect();
    let table = reader.iter().find(|file| file.path == DEFAULTS);
    let table = table.map_or("", |file| file.text.as_str());
    let rows = table
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("(\""));
    let names: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once('"')?.0))
        .collect();
    assert!(names.len() > 50, "the table of {DEFAULTS} is not found");
    let asks = |name: &str| {
        let quoted = format!("\"{name}\"");
        let mut others = reader.iter();
        others
            .any(|file| file.path != DEFAULTS && file.path != NAMES && file.text.contains(&quoted))
    };
    let faults: Vec<String> = names
        .iter()
        .filter(|name| !asks(name))
        .map(|name| format!("{DEFAULTS}: {name}"))
        .collect();
    none(
        &faults,
        "A parameter that is modelled is asked for; one that only may be so is fixed.",
    );
}
