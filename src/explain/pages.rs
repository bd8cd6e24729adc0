//! The pages of diagnostics, by code.

/// Every page: a code, and its text.
pub const PAGES: &[(&str, &str)] = &[];

/// Returns the page of a code; the leading `mailpol::` may be left out.
pub fn page(code: &str) -> Option<&'static str> {
    let code = code.strip_prefix("mailpol::").unwrap_or(code);
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}
