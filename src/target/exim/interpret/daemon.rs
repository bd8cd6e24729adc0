//! How Debian starts the daemon: `etc/default/exim4`, whose options count before the
//! configuration's (spec 4.96, chapter 5: `-oX` adds ports, `-D` defines macros).

use std::sync::Arc;

use super::reader::Reader;
use super::text::Text;

/// The file, below the server's root.
const FILE: &str = "etc/default/exim4";

/// Variables that hold options of the command line.
const OPTIONS: [&str; 4] = [
    "COMMONOPTIONS",
    "QUEUERUNNEROPTIONS",
    "QFLAGS",
    "SMTPLISTENEROPTIONS",
];

/// Variables that say when the queue is run.
const HARMLESS: [&str; 3] = ["EX4DEF_VERSION", "QUEUERUNNER", "QUEUEINTERVAL"];

impl Reader<'_> {
    /// Refuses options of the command line, if the tree has any.
    pub(super) fn daemon(&mut self) {
        let Some(artifact) = self.artifacts.get(FILE) else {
            return;
        };
        let source = Arc::clone(&artifact.source);
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let mut text = Text::empty(&source, start);
            text.push_source(line, start);
            start += line.len();
            let text = text.trim();
            let words = text.as_str();
            if words.is_empty() || words.starts_with('#') {
                continue;
            }
            let (name, value) = words.split_once('=').unwrap_or((words, "?"));
            let is_empty = value.trim_matches(['\'', '"']).is_empty();
            let known = HARMLESS.contains(&name) || (OPTIONS.contains(&name) && is_empty);
            if !known {
                let reason = "options of the command line are not followed";
                self.refuse(name, reason, &text.at());
            }
        }
    }
}
