//! KDL's words: texts, numbers, keywords, punctuation, comments, blanks (KDL 2, "Full Grammar").
//!
//! Every byte of a text belongs to one token, so that `format` can put it together again. Stricter
//! than KDL where that loses nothing, and linear in the length of the text.

/// A token: what it is, and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Blanks and tabs.
    Blank,
    /// The end of a line.
    Newline,
    /// `//` up to the end of the line, which is no part of it.
    LineComment,
    /// `/* */`.
    BlockComment,
    /// A backslash that continues the line: up to and with the end of the line, comments too.
    Continuation,
    /// `/-`.
    Slashdash,
    /// `;`
    Semicolon,
    /// `=`
    Equals,
    /// `{`
    Open,
    /// `}`
    Close,
    /// A text: quoted, raw, or bare.
    Text,
    /// A number or a keyword such as `#true`.
    Literal,
    /// What is none of these.
    Wrong(Wrong),
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A text in quotes that its line does not close.
    OpenText,
    /// A text of several lines that nothing closes, or whose lines do not fit its last.
    LongText,
    /// An escape that KDL does not have.
    Escape,
    /// A comment that nothing closes.
    OpenComment,
    /// A comment with more than [`COMMENTS_MAX`] inside each other.
    DeepComment,
    /// `true`, `false`, `null`, `inf`, `-inf` or `nan` without `#`.
    BareKeyword,
    /// A word that begins like a number and is none.
    Number,
    /// `#` and no keyword behind it.
    Keyword,
    /// A type annotation: `(`.
    Annotation,
    /// Any other character.
    Character,
}

/// The deepest nesting of comments in comments.
pub(super) const COMMENTS_MAX: usize = 8;

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = token(rest);
        let token = Token {
            kind,
            start,
            end: start + length,
        };
        start = token.end;
        Some(token)
    })
}

/// Returns the first token of a text that is not empty, and its length.
fn token(text: &str) -> (TokenKind, usize) {
    let first = text.chars().next().unwrap_or_default();
    match first {
        '\r' if text.starts_with("\r\n") => (TokenKind::Newline, 2),
        '\r' | '\n' => (TokenKind::Newline, 1),
        ';' => (TokenKind::Semicolon, 1),
        '=' => (TokenKind::Equals, 1),
        '{' => (TokenKind::Open, 1),
        '}' => (TokenKind::Close, 1),
        '(' => (TokenKind::Wrong(Wrong::Annotation), annotation(text)),
        '/' if text.starts_with("//") => (TokenKind::LineComment, line(text)),
        '/' if text.starts_with("/*") => block_comment(text),
        '/' if text.starts_with("/-") => (TokenKind::Slashdash, 2),
        '\\' => continuation(text),
        '"' if text.starts_with("\"\"\"") => long_text(text, 0),
        '"' => quoted(text),
        '#' => hash(text),
        _ if is_blank(first) => {
            let length = text.find(|c| !is_blank(c)).unwrap_or(text.len());
            (TokenKind::Blank, length)
        }
        _ if is_word(first) => word(text),
        _ => (TokenKind::Wrong(Wrong::Character), first.len_utf8()),
    }
}

/// Returns whether a character is a blank: "Whitespace" of KDL.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Returns whether a character may stand in a bare text, a number or a keyword.
fn is_word(character: char) -> bool {
    !is_blank(character) && !"\r\n\\/(){}[];\"#=\u{feff}".contains(character)
}

/// Returns the length of what stands before the end of the line.
fn line(text: &str) -> usize {
    text.find(['\r', '\n']).unwrap_or(text.len())
}

/// Returns the length of a type annotation; without an end it takes its line.
fn annotation(text: &str) -> usize {
    let end = text.find([')', '\r', '\n']).unwrap_or(text.len());
    let closed = text.get(end..).is_some_and(|rest| rest.starts_with(')'));
    end + usize::from(closed)
}

fn block_comment(text: &str) -> (TokenKind, usize) {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(next) = rest.find(['/', '*'])
    {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
        if depth == 0 {
            return (TokenKind::BlockComment, at);
        }
        if depth > COMMENTS_MAX {
            return (TokenKind::Wrong(Wrong::DeepComment), line(text));
        }
    }
    (TokenKind::Wrong(Wrong::OpenComment), line(text))
}

/// Reads a backslash: behind it blanks, perhaps comments, and the end of the line.
fn continuation(text: &str) -> (TokenKind, usize) {
    let mut at = 1;
    // Only what may stand here is looked at: each byte twice at most.
    while let Some(rest) = text.get(at..)
        && rest.starts_with(|c| is_blank(c) || matches!(c, '/' | '\r' | '\n'))
    {
        match token(rest) {
            (TokenKind::Newline, length) => return (TokenKind::Continuation, at + length),
            (TokenKind::Blank | TokenKind::BlockComment | TokenKind::LineComment, length) => {
                at += length;
            }
            _ => break,
        }
    }
    (TokenKind::Wrong(Wrong::Character), 1)
}

fn quoted(text: &str) -> (TokenKind, usize) {
    let mut at = 1;
    let mut wrong = false;
    while let Some(rest) = text.get(at..)
        && let Some(next) = rest.find(['"', '\\', '\r', '\n'])
    {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with('"') {
            let kind = if wrong {
                TokenKind::Wrong(Wrong::Escape)
            } else {
                TokenKind::Text
            };
            return (kind, at + 1);
        }
        if !rest.starts_with('\\') {
            return (TokenKind::Wrong(Wrong::OpenText), at);
        }
        let (good, length) = escape(rest);
        wrong |= !good;
        at += length;
    }
    (TokenKind::Wrong(Wrong::OpenText), text.len())
}

/// Returns whether an escape is one of KDL's, and its length. `text` begins with the backslash.
fn escape(text: &str) -> (bool, usize) {
    let rest = text.get(1..).unwrap_or_default();
    let Some(first) = rest.chars().next() else {
        return (false, 1);
    };
    if is_blank(first) {
        // Blanks behind a backslash are left out.
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        return (true, 1 + blanks);
    }
    if first != 'u' {
        // A line end is no escape here, and stays where it is: it closes the text.
        let length = if matches!(first, '\r' | '\n') {
            0
        } else {
            first.len_utf8()
        };
        return ("\"\\bfnrts".contains(first), 1 + length);
    }
    let digits = rest.get(2..).unwrap_or_default();
    let count = digits
        .bytes()
        .take_while(u8::is_ascii_hexdigit)
        .take(7)
        .count();
    let number = digits
        .get(..count)
        .filter(|_| (1..=6).contains(&count) && rest.starts_with("u{"))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let closed = digits
        .get(count..)
        .is_some_and(|rest| rest.starts_with('}'));
    if closed && number.and_then(char::from_u32).is_some() {
        (true, count + 4)
    } else {
        (false, 2)
    }
}

/// Reads what begins with `#`: a raw text or a keyword.
fn hash(text: &str) -> (TokenKind, usize) {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let rest = text.get(hashes..).unwrap_or_default();
    if rest.starts_with("\"\"\"") {
        return long_text(text, hashes);
    }
    if rest.starts_with('"') {
        return raw(text, hashes);
    }
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let keyword = rest.get(..length).unwrap_or_default();
    let good = hashes == 1 && matches!(keyword, "true" | "false" | "null" | "inf" | "-inf" | "nan");
    let kind = if good {
        TokenKind::Literal
    } else {
        TokenKind::Wrong(Wrong::Keyword)
    };
    (kind, hashes + length)
}

/// Reads a raw text: in quotes with as many `#` around them.
fn raw(text: &str, hashes: usize) -> (TokenKind, usize) {
    let mut at = hashes + 1;
    while let Some(rest) = text.get(at..)
        && let Some(next) = rest.find(['"', '\r', '\n'])
    {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        let Some(behind) = rest.strip_prefix('"') else {
            return (TokenKind::Wrong(Wrong::OpenText), at);
        };
        at += 1;
        let closing = behind
            .bytes()
            .take(hashes)
            .take_while(|byte| *byte == b'#')
            .count();
        if closing == hashes {
            return (TokenKind::Text, at + hashes);
        }
        at += closing;
    }
    (TokenKind::Wrong(Wrong::OpenText), text.len())
}

/// Reads a text of several lines: `"""`, or raw with as many `#` around it.
fn long_text(text: &str, hashes: usize) -> (TokenKind, usize) {
    let close = format!("\"\"\"{}", "#".repeat(hashes));
    let open = hashes + 3;
    let mut at = open;
    let mut escapes_good = true;
    while let Some(rest) = text.get(at..)
        && let Some(next) = rest.find(['"', '\\'])
    {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(&close) {
            let inner = text.get(open..at).unwrap_or_default();
            let kind = if !escapes_good {
                TokenKind::Wrong(Wrong::Escape)
            } else if is_dedented(inner) {
                TokenKind::Text
            } else {
                TokenKind::Wrong(Wrong::LongText)
            };
            return (kind, at + close.len());
        }
        if hashes == 0 && rest.starts_with('\\') {
            // An end of line that is escaped would change what the indentation is: not taken.
            let (good, length) = escape(rest);
            let continues = rest
                .get(1..)
                .is_some_and(|rest| rest.starts_with(|c| is_blank(c) || matches!(c, '\r' | '\n')));
            escapes_good &= good && !continues;
            at += length;
        } else {
            at += 1;
        }
    }
    (TokenKind::Wrong(Wrong::LongText), line(text))
}

/// Returns whether every line begins with the blanks that stand before the closing quotes.
fn is_dedented(inner: &str) -> bool {
    let mut lines = inner.split('\n');
    let opening = lines
        .next()
        .is_some_and(|first| first.trim_end_matches('\r').is_empty());
    let lines: Vec<&str> = lines.collect();
    let Some((last, lines)) = lines.split_last() else {
        return false;
    };
    opening
        && last.chars().all(is_blank)
        && lines
            .iter()
            .all(|line| line.starts_with(last) || line.trim_end_matches('\r').chars().all(is_blank))
}

/// Reads a bare text or a number.
fn word(text: &str) -> (TokenKind, usize) {
    let length = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let word = text.get(..length).unwrap_or_default();
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let unpointed = unsigned.strip_prefix('.').unwrap_or(unsigned);
    let kind = if matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan") {
        TokenKind::Wrong(Wrong::BareKeyword)
    } else if !unpointed.starts_with(|c: char| c.is_ascii_digit()) {
        TokenKind::Text
    } else if is_number(unsigned) {
        TokenKind::Literal
    } else {
        return (TokenKind::Wrong(Wrong::Number), no_number(text));
    };
    (kind, length)
}

/// Returns where a word ends that is no number. A prefix has a `/`, which no bare word holds.
fn no_number(text: &str) -> usize {
    let ends = |(at, c): &(usize, char)| {
        let rest = text.get(*at..).unwrap_or_default();
        let comment = rest.starts_with("//") || rest.starts_with("/*");
        comment || (*c != '/' && !is_word(*c))
    };
    text.char_indices()
        .find(ends)
        .map_or(text.len(), |(at, _)| at)
}

/// Returns whether a word is a number; only whole ones and fractions of few digits are taken.
fn is_number(unsigned: &str) -> bool {
    /// Digits of a number that is read; longer ones are no number of the language.
    const DIGITS_MAX: usize = 30;
    let (whole, fraction) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let digits = |text: &str| {
        (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits(whole) && fraction.is_none_or(digits)
}
