//! The words of a master file: blanks, comments, quotes, escapes, parentheses
//! (RFC 1035 section 5.1).

use std::ops::Range;

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) help: Option<&'static str>,
    pub(super) at: Range<usize>,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>, at: Range<usize>) -> Self {
        Self {
            what: what.into(),
            help: None,
            at,
        }
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

/// An octet of a word; an escaped one has no meaning of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Octet {
    pub(super) value: u8,
    pub(super) escaped: bool,
}

/// A word, or a quoted string.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) octets: Vec<Octet>,
    pub(super) quoted: bool,
    pub(super) at: Range<usize>,
}

impl Word {
    /// Returns the word's text, if it is one: ASCII, neither quoted nor escaped.
    pub(super) fn plain(&self) -> Option<String> {
        let plain = |octet: &Octet| {
            let plain = !octet.escaped && octet.value.is_ascii_graphic();
            plain.then(|| char::from(octet.value))
        };
        if self.quoted {
            return None;
        }
        self.octets.iter().map(plain).collect()
    }

    /// Returns the octets.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.octets.iter().map(|octet| octet.value).collect()
    }
}

/// A line, or several that parentheses hold together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whether it begins with a blank, so that the owner is the one before.
    pub(super) indented: bool,
    pub(super) words: Vec<Word>,
}

/// Returns the entries of a text in order. A line with a fault is left out.
pub(super) fn entries(text: &str) -> impl Iterator<Item = Result<Entry, Fault>> {
    let mut cursor = Cursor {
        bytes: text.as_bytes(),
        at: 0,
    };
    // They are taken one by one: the words of a large zone are larger than its text.
    std::iter::from_fn(move || {
        while cursor.peek().is_some() {
            match cursor.entry() {
                Ok(entry) if entry.words.is_empty() => {}
                Ok(entry) => return Some(Ok(entry)),
                Err(fault) => {
                    cursor.skip_line();
                    return Some(Err(fault));
                }
            }
        }
        None
    })
}

struct Cursor<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Stops in front of the line end.
    fn skip_line(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    /// Reads up to a line end outside of parentheses.
    fn entry(&mut self) -> Result<Entry, Fault> {
        let indented = matches!(self.peek(), Some(b' ' | b'\t'));
        let mut words = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b';' => self.skip_line(),
                b'\n' => {
                    self.at += 1;
                    if open.is_empty() {
                        break;
                    }
                }
                b'(' => {
                    open.push(self.at);
                    self.at += 1;
                }
                b')' => {
                    if open.pop().is_none() {
                        let at = self.at..self.at + 1;
                        return Err(Fault::new("nothing is open that this could close", at));
                    }
                    self.at += 1;
                }
                b'"' => words.push(self.quoted()?),
                _ => words.push(self.word()?),
            }
        }
        match open.pop() {
            Some(at) => Err(Fault::new("this parenthesis is never closed", at..at + 1)),
            None => Ok(Entry { indented, words }),
        }
    }

    /// Reads up to the next blank or character with a meaning.
    fn word(&mut self) -> Result<Word, Fault> {
        let start = self.at;
        let mut octets = Vec::new();
        while let Some(byte) = self.peek() {
            if matches!(
                byte,
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' | b'"'
            ) {
                break;
            }
            octets.push(self.octet(byte)?);
        }
        Ok(Word {
            octets,
            quoted: false,
            at: start..self.at,
        })
    }

    /// Reads up to the closing quotation mark, which stands on the same line.
    fn quoted(&mut self) -> Result<Word, Fault> {
        let start = self.at;
        self.at += 1;
        let mut octets = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => break,
                None | Some(b'\n') => {
                    let fault = Fault::new("this string is never closed", start..start + 1);
                    return Err(fault.help("a string ends on its own line, with `\"`"));
                }
                Some(byte) => octets.push(self.octet(byte)?),
            }
        }
        self.at += 1;
        Ok(Word {
            octets,
            quoted: true,
            at: start..self.at,
        })
    }

    /// Reads an octet: itself, `\X` for a character without its meaning, or `\DDD` in decimal.
    fn octet(&mut self, byte: u8) -> Result<Octet, Fault> {
        self.at += 1;
        if byte != b'\\' {
            return Ok(Octet {
                value: byte,
                escaped: false,
            });
        }
        let start = self.at - 1;
        let fault = |end| {
            Fault::new("this is no escape", start..end)
                .help("write `\\` and a character, or `\\` and three digits up to 255")
        };
        let value = match self.peek() {
            None | Some(b'\n' | b'\r') => return Err(fault(self.at)),
            Some(first) if first.is_ascii_digit() => {
                let digits = self.bytes.get(self.at..self.at + 3);
                let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_digit));
                let number = digits.and_then(|digits| std::str::from_utf8(digits).ok());
                let value = number.and_then(|number| number.parse::<u8>().ok());
                let value = value.ok_or_else(|| fault(self.at + 1))?;
                self.at += 3;
                value
            }
            Some(other) => {
                self.at += 1;
                other
            }
        };
        Ok(Octet {
            value,
            escaped: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows entries as their words, those of one entry divided by `|`, with `>` where the owner
    /// is left out and quotation marks around what is quoted.
    fn shown(text: &str) -> Vec<String> {
        let word = |word: &Word| {
            let text = String::from_utf8_lossy(&word.bytes()).into_owned();
            if word.quoted {
                format!("\"{text}\"")
            } else {
                text
            }
        };
        let one = |entry: Result<Entry, Fault>| match entry {
            Ok(entry) => {
                let words: Vec<String> = entry.words.iter().map(word).collect();
                let head = if entry.indented { ">" } else { "" };
                format!("{head}{}", words.join("|"))
            }
            Err(fault) => format!("! {} {:?}", fault.what, fault.at),
        };
        entries(text).map(one).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn words_are_divided_by_blanks_and_comments() {
        check("", &[]);
        check("\n  \n; all of it\n \t; more\r\n", &[]);
        check("a b\tc;d\n e", &["a|b|c", ">e"]);
        check("a \"b ; ( c\" d\r\n", &["a|\"b ; ( c\"|d"]);
        check("\"a\"\"b\"c", &["\"a\"|\"b\"|c"]);
        check("\"\"", &["\"\""]);
    }

    #[test]
    fn parentheses_hold_lines_together() {
        check("a ( b ; c\n d\n\n) e\nf", &["a|b|d|e", "f"]);
        check("a ((b\n) c\n) d", &["a|b|c|d"]);
        check("a (b\nc", &["! this parenthesis is never closed 2..3"]);
        check(
            "a ) b\nc",
            &["! nothing is open that this could close 2..3", "c"],
        );
    }

    #[test]
    fn escapes_have_two_forms() {
        check("a\\;b \\\"c \"d\\\"e\\\\\"", &["a;b|\"c|\"d\"e\\\""]);
        check("\\065\\066 \"\\104\\105\"", &["AB|\"hi\""]);
        check("\\ a", &[" a"]);
        for bad in ["\\25", "\\256", "\\", "\\1x2"] {
            assert_eq!(shown(bad).len(), 1, "{bad}");
            assert!(shown(bad)[0].starts_with("! this is no escape"), "{bad}");
        }
        check("\"a\nb", &["! this string is never closed 0..1", "b"]);
    }

    #[test]
    fn only_plain_words_are_plain() {
        let plain = |text: &str| entries(text).next().unwrap().unwrap().words[0].plain();
        assert_eq!(plain("TXT"), Some("TXT".to_owned()));
        for other in ["\"TXT\"", "TX\\T", "T\u{e9}"] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
