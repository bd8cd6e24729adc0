//! Diagnostics as text, the same on every machine.
//!
//! The handler is built by hand: left alone, miette asks the environment and changes its shape
//! under `CI` or `NO_COLOR`.

use std::error::Error;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
};

use crate::source::{SPAN_BYTES_MAX, shown};

/// How text is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used. They never carry meaning alone.
    pub colour: bool,
    /// The width in columns.
    pub width: usize,
}

impl Style {
    /// The style of tests and files: no colour, 80 columns.
    pub const PLAIN: Self = Self {
        colour: false,
        width: 80,
    };
}

/// Returns the text of one diagnostic.
pub fn render(diagnostic: &dyn Diagnostic, style: Style) -> String {
    let theme = if style.colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false);
    let mut text = String::new();
    match handler.render_report(&mut text, &Clipped(diagnostic)) {
        Ok(()) => text,
        // The only way to get here is a label outside its source; the message must not be lost.
        Err(_) => format!("{diagnostic}\n"),
    }
}

/// A diagnostic that can be shown: of a label that is too long stays where it begins, and in no
/// word that it took from a file is anything that would change the terminal.
struct Clipped<'d>(&'d dyn Diagnostic);

fn plain(text: String) -> String {
    shown(&text).unwrap_or(text)
}

impl fmt::Debug for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.0.to_string()))
    }
}

impl Error for Clipped<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl Diagnostic for Clipped<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.0.help()?;
        Some(Box::new(plain(help.to_string())))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.url()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.0.labels()?;
        Some(Box::new(labels.map(|label| {
            let text = label.label().map(|text| plain(text.to_owned()));
            let is_short = label.len() <= SPAN_BYTES_MAX;
            let length = if is_short { label.len() } else { 1 };
            let span = (label.offset(), length);
            if label.primary() {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.0.related()
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.0.diagnostic_source()
    }
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error, Diagnostic)]
    #[error("message {0}")]
    #[diagnostic(help("help {0}"))]
    struct Words(
        String,
        #[label("label {0}")] (usize, usize),
        #[source_code] String,
    );

    #[test]
    fn no_word_of_a_file_changes_the_terminal() {
        let odd = "a\u{13}b\u{1b}[2Jc\u{202e}d".to_owned();
        let told = render(&Words(odd, (0, 4), "text".to_owned()), Style::PLAIN);
        for part in ["message", "label", "help: help"] {
            let shown = format!("{part} a?b?[2Jc\u{fffd}d");
            assert!(told.contains(&shown), "{told}");
        }
        for hidden in ['\u{13}', '\u{1b}', '\u{202e}'] {
            assert!(!told.contains(hidden), "{told:?}");
        }
    }
}
