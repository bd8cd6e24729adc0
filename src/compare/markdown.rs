//! Text in Markdown: what stands there is what is read, and nothing of it is markup.

use std::fmt::Write as _;

/// Returns text that Markdown shows as it is, but for code spans: what is between two runs of as
/// many backticks stays code (CommonMark 0.31.2 section 6.1). A run without its like is text.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let (before, from) = rest.split_at(start);
        plain(before, &mut escaped);
        let (run, behind) = from.split_at(backticks(from));
        if let Some(end) = like(run, behind) {
            let (code, left) = behind.split_at(end + run.len());
            escaped.push_str(run);
            escaped.push_str(code);
            rest = left;
        } else {
            escaped.extend(run.chars().flat_map(|tick| ['\\', tick]));
            rest = behind;
        }
    }
    plain(rest, &mut escaped);
    escaped
}

/// Returns how many backticks a text begins with.
fn backticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// Returns where the first run of just these backticks begins.
fn like(run: &str, text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        at += rest.find('`')?;
        let length = backticks(text.get(at..)?);
        if length == run.len() {
            return Some(at);
        }
        at += length;
    }
}

/// Appends text that is no code.
fn plain(text: &str, escaped: &mut String) {
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '*' | '_' | '[' | ']' | '#' | '|' | '~' | '\\' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
}

/// Returns text as it stands inside HTML, where Markdown's own signs mean nothing.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Appends a fenced block; the fence is longer than any in the text.
pub(super) fn fenced(language: &str, body: &str, text: &mut String) {
    let mut fence = "```".to_owned();
    while body.contains(&fence) {
        fence.push('`');
    }
    let end = if body.ends_with('\n') { "" } else { "\n" };
    // Writing to a string does not fail.
    let _ = write!(text, "{fence}{language}\n{body}{end}{fence}\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
    use pulldown_cmark::{Event, Options, Parser};

    use super::escape;

    /// Returns what a reader sees of a line, and the events that are more than words and code.
    fn seen(markdown: &str) -> (String, Vec<String>) {
        let (mut text, mut more) = (String::new(), Vec::new());
        for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
            if let Event::Text(words) = event {
                text.push_str(&words);
            } else if let Event::Code(code) = event {
                text.push('`');
                text.push_str(&code);
                text.push('`');
            } else {
                more.push(format!("{event:?}"));
            }
        }
        (text, more)
    }

    #[track_caller]
    fn check(text: &str, escaped: &str) {
        assert_eq!(escape(text), escaped, "{text}");
    }

    #[test]
    fn code_lasts_to_as_many_backticks() {
        check("a `b_c` d_e", "a `b_c` d\\_e");
        check("network ```<s>x`", "network \\`\\`\\`&lt;s>x\\`");
        check("``<s>` ``", "``<s>` ``");
        check("`a``<details>`", "`a``<details>`");
        check("`` <b>", "\\`\\` &lt;b>");
        check(
            "*a* [b](c) <d> &amp;",
            "\\*a\\* \\[b\\](c) &lt;d> &amp;amp;",
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// By CommonMark's own rules a line is one paragraph of words and code, and all that is no
        /// code span is read as it was written.
        #[test]
        fn no_markup_comes_of_a_text(text in "x[`<>a&;*_~|#/!\\\\\\[\\]()-]{0,24}x") {
            let (found, more) = seen(&format!("- {}", escape(&text)));
            let frame = ["Start(List(None))", "Start(Item)", "End(Item)", "End(List(false))"];
            prop_assert_eq!(more, frame);
            let bare = |text: &str| text.replace('`', "");
            prop_assert_eq!(bare(&found), bare(&text));
        }
    }
}
