//! How Debian starts the daemon: `etc/default/exim4`, whose options count before the
//! configuration's (spec 4.96, chapter 5: `-oX` adds ports, `-D` defines macros).

use std::sync::Arc;

use super::characters;
use super::reader::Reader;
use super::shape::time;
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

/// Ways to start that leave one daemon which listens and runs the queue, or two (`exim4` of
/// `/etc/init.d`).
const RUNNERS: [&str; 2] = ["combined", "separate"];

/// The longest time between two runs of the queue, in seconds. What could not be delivered at once
/// is tried again in a run only, and so is all that is queued at first (`queue_only` and its like);
/// RFC 5321 section 4.5.4.1 asks for two tries in the first hour.
const INTERVAL_MAX: u64 = 3_600;

/// The way to start that leaves a daemon which runs the queue, and does not listen. All others
/// leave none.
const QUEUE_ONLY: &str = "queueonly";

impl Reader<'_> {
    /// Refuses options of the command line, if the tree has any.
    pub(super) fn daemon(&mut self) {
        let Some(artifact) = self.artifacts.get(FILE) else {
            return;
        };
        let source = Arc::clone(&artifact.source);
        if characters::check(&source, self.diagnostics).is_err() {
            return;
        }
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
            let reason = match (name, unquoted(value)) {
                (name, None) if !OPTIONS.contains(&name) => "it is not one word to the shell",
                ("EX4DEF_VERSION", _) => continue,
                ("QUEUERUNNER", Some(word)) if RUNNERS.contains(&word) => {
                    self.has_daemon = true;
                    continue;
                }
                ("QUEUERUNNER", Some(QUEUE_ONLY)) => {
                    self.has_daemon = false;
                    continue;
                }
                ("QUEUERUNNER", _) => "no daemon would listen, or none would run the queue",
                ("QUEUEINTERVAL", Some(word)) => match time(word) {
                    Some(1..=INTERVAL_MAX) => continue,
                    Some(0) | None => "this is no time between two runs of the queue",
                    Some(_) => {
                        "what could not be delivered at once would wait for more than an hour (RFC \
                         5321 section 4.5.4.1)"
                    }
                },
                (name, Some("")) if OPTIONS.contains(&name) => continue,
                _ => "options of the command line are not followed",
            };
            self.refuse(name, reason, &text.at());
        }
    }
}

/// Returns a value as the shell takes it, if it is one plain word, in quotes or not.
fn unquoted(value: &str) -> Option<&str> {
    let inner = ['\'', '"']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let word = inner.unwrap_or(value);
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn values_are_one_word() {
        for (value, expected) in [
            ("'combined'", Some("combined")),
            ("\"30m\"", Some("30m")),
            ("", Some("")),
            ("''", Some("")),
            ("'a' B='c'", None),
            ("a;B=c", None),
            ("$X", None),
            ("'a", None),
            ("a\\", None),
        ] {
            assert_eq!(unquoted(value), expected, "{value}");
        }
    }
}
