//! What the emitter decides, on small policies made by hand.

mod house;

use self::house::{House, address, spanned};
use super::*;
use crate::policy::{OwnDomain, SpfPolicy};

#[track_caller]
fn emitted(house: &House) -> Artifacts {
    let mut diagnostics = Diagnostics::new();
    let artifacts = emit_policy(&house.policy, &mut diagnostics);
    let told: Vec<String> = diagnostics.sorted().iter().map(|d| d.to_string()).collect();
    artifacts.unwrap_or_else(|_| panic!("{told:?}"))
}

#[test]
#[ignore = "writes trees"]
fn dump() {
    for (name, house) in [("doe", House::doe())] {
        let artifacts = emitted(&house);
        for (path, artifact) in artifacts.files() {
            let path = std::path::Path::new("/tmp/emit-trees")
                .join(name)
                .join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, artifact.source.text()).unwrap();
        }
        println!(
            "{:?} {:?} {:?} {:?}",
            artifacts.packages, artifacts.required_files, artifacts.commands, artifacts.restarts
        );
    }
}
