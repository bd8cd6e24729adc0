//! Files of OpenDKIM: one physical line is one setting or row; nothing continues it
//! (`config_load_level` in opendkim/config.c and `dkimf_db_open` in opendkim/opendkim-db.c of
//! 2.11.0).

use std::sync::Arc;

use crate::source::{Loc, Source};

/// Octets of a line of a data set that are read as one, its end among them; what is behind them
/// is a row of its own (`BUFRSZ` of opendkim-db.c, less the octet that ends a string).
const LINE_MAX: usize = 1_023;

/// A line that says something.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its first word.
    pub(super) name: String,
    /// What stands behind it, without the blanks around.
    pub(super) value: String,
    /// Where it stands.
    pub(super) at: Loc,
}

/// What keeps a file from being read: the line, and why.
type Fault = (Loc, &'static str);

/// Returns the lines of the configuration that say something. A comment begins at any `#`.
pub(super) fn lines(source: &Arc<Source>) -> Result<Vec<Line>, Fault> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in source.text().split_inclusive('\n') {
        let whole = line.strip_suffix('\n').unwrap_or(line);
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        if whole.contains('\r') {
            let at = Loc::new(source, start, start + whole.len());
            return Err((at, "it has a carriage return inside"));
        }
        let said = whole.split('#').next().unwrap_or_default();
        let trimmed = said.trim_matches([' ', '\t']);
        if !trimmed.is_empty() {
            let first = start + said.len() - said.trim_start_matches([' ', '\t']).len();
            let (name, value) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
            lines.push(Line {
                name: name.to_owned(),
                value: value.trim_matches([' ', '\t']).to_owned(),
                at: Loc::new(source, first, first + trimmed.len()),
            });
        }
        start += line.len();
    }
    Ok(lines)
}

/// Returns the rows of a data set.
pub(super) fn rows(source: &Arc<Source>) -> Result<Vec<Line>, Fault> {
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        if line.len() > LINE_MAX {
            let at = Loc::new(source, start, start + line.trim_ascii_end().len());
            return Err((at, "OpenDKIM reads so long a line as several"));
        }
        start += line.len();
    }
    lines(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indented_line_is_a_line_of_its_own() {
        let source = Source::new("opendkim.conf", "Syslog yes\n  Mode v # a\n#b\n\t\nX\r\n");
        let found = lines(&source).unwrap();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|line| (line.name.as_str(), line.value.as_str()))
            .collect();
        assert_eq!(found, [("Syslog", "yes"), ("Mode", "v"), ("X", "")]);
    }

    #[test]
    fn a_long_line_of_a_data_set_is_no_row() {
        let of = |length: usize| {
            let text = format!("#{}\n", "x".repeat(length - 2));
            rows(&Source::new("hosts", text)).is_ok()
        };
        assert!(of(LINE_MAX));
        assert!(!of(LINE_MAX + 1));
        assert!(rows(&Source::new("hosts", "a\rb\n")).is_err());
    }
}
