//! What is said of tokens that are none.

use super::lexer::{COMMENTS_MAX, Wrong};

impl Wrong {
    /// Returns what is wrong with a token, and what to do. `words` are the token as it was written.
    pub(super) fn explain(self, words: &str) -> (String, String) {
        match self {
            Self::OpenText => (
                "this text is not closed".to_owned(),
                "write `\"` at its end; texts of several lines stand between `\"\"\"`".to_owned(),
            ),
            Self::LongText => (
                "this text of several lines is no such text".to_owned(),
                "begin and end it with `\"\"\"` on lines of their own, indented as its last line"
                    .to_owned(),
            ),
            Self::Escape => (
                "this text has an escape that KDL does not have".to_owned(),
                "write `\\\\` for a backslash, or a raw text: `#\"...\"#`".to_owned(),
            ),
            Self::OpenComment => (
                "this comment is not closed".to_owned(),
                "write `*/` at its end".to_owned(),
            ),
            Self::DeepComment => (
                format!("comments are nested more than {COMMENTS_MAX} deep"),
                "take some `/*` out, with their `*/`".to_owned(),
            ),
            Self::BareKeyword => (
                format!("`{words}` is not a value"),
                format!("write `#{words}`, or `\"{words}\"` for the word"),
            ),
            Self::Number => (
                format!("`{words}` is no number"),
                format!("write `\"{words}\"` for the text"),
            ),
            Self::Keyword => (
                format!("`{words}` is no keyword"),
                "the keywords are `#true`, `#false` and `#null`; a comment begins with `//`"
                    .to_owned(),
            ),
            Self::Annotation | Self::Character => (
                format!("`{words}` cannot stand here"),
                "write texts in quotes".to_owned(),
            ),
        }
    }
}
