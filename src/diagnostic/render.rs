//! Diagnostics as text, the same on every machine.
//!
//! The handler is built by hand: left alone, miette asks the environment and changes its shape
//! under `CI` or `NO_COLOR`.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

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
    match handler.render_report(&mut text, diagnostic) {
        Ok(()) => text,
        // The only way to get here is a label outside its source; the message must not be lost.
        Err(_) => format!("{diagnostic}\n"),
    }
}
