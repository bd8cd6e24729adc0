//! Diagnostics as text, the same on every machine.
//!
//! The handler is built by hand: left alone, miette asks the environment and changes its shape
//! under `CI` or `NO_COLOR`.

use std::error::Error;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
};

use crate::source::SPAN_BYTES_MAX;

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

/// A diagnostic whose labels can be shown: of one that is too long stays where it begins.
struct Clipped<'d>(&'d dyn Diagnostic);

impl fmt::Debug for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
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
        self.0.help()
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
            if label.len() <= SPAN_BYTES_MAX {
                return label;
            }
            let text = label.label().map(str::to_owned);
            let span = (label.offset(), 1);
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
