//! Trees in which one file is another.

use mailpol::diagnostic::Diagnostics;
use mailpol::simulate::{CATALOGUE, attack};

use super::{site::Site, told};

/// The first line is the path of the file that the rest is; what is no path of the tree is nothing
/// to try. The reader takes the tree or refuses it; of what it takes, every envelope is answered.
pub(crate) fn check(site: &Site, data: &[u8]) {
    let Some((path, text)) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return;
    };
    if site.tree.get(path).is_none() {
        return;
    }
    let mut tree = site.tree.clone();
    tree.add(path, 0o644, text);
    let mut diagnostics = Diagnostics::new();
    let reading = site.target.interpret(&tree, &mut diagnostics);
    let Some(reading) = told(reading, &diagnostics) else {
        return;
    };
    let answerer = site.answerer(reading.decider.as_ref());
    for one in CATALOGUE {
        attack(one, &site.policy, &answerer).expect("every envelope is answered");
    }
}
