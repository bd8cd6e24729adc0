//! The text of emitted files: typed views printed by templates.
//!
//! There is one environment. What is undefined is an error, and every printed value passes one
//! gate that refuses what could end its line or be expanded. It is the second line: values are of
//! types that hold nothing of the kind (`lexical`). Not here: any decision, and any MTA.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use serde::Serialize;

use super::diagnostics::BrokenTemplate;
use crate::diagnostic::{Diagnostics, Reported};

/// The data of one template, and nothing else.
pub(crate) trait View: Serialize {
    /// The template's name below `templates/`.
    const NAME: &'static str;
    /// The template's text.
    const TEXT: &'static str;
    /// Who reads the result.
    const SYNTAX: Syntax;
}

/// Who reads a printed value, so what it must not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Lines of a configuration in which `$` may be expanded.
    Lines,
    /// Lines whose words are separated by blanks, with `{` and `}` around words (master(5)).
    Words,
    /// Assignments that a shell reads.
    Shell,
}

/// Returns the text of a view.
pub(crate) fn render<V: View>(view: V, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    print(view).map_err(|error| {
        diagnostics.error(BrokenTemplate {
            file: V::NAME,
            why: error.to_string(),
        })
    })
}

fn print<V: View>(view: V) -> Result<String, Error> {
    #[cfg(test)]
    check(&view)?;
    let environment = environment(V::NAME, V::TEXT, V::SYNTAX)?;
    environment.get_template(V::NAME)?.render(Serde(view))
}

fn environment(
    name: &'static str,
    text: &'static str,
    syntax: Syntax,
) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::empty();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(move |out, state, value| gate(syntax, out, state, value));
    environment.add_template(name, text)?;
    Ok(environment)
}

/// Prints a value, or refuses it.
fn gate(
    syntax: Syntax,
    out: &mut Output<'_>,
    _state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if !matches!(value.kind(), ValueKind::String | ValueKind::Number) {
        let why = format!("a value of kind {} was printed", value.kind());
        return Err(Error::new(ErrorKind::BadEscape, why));
    }
    let text = value.to_string();
    let unsafe_here = |c: char| {
        c.is_control()
            || c == '$'
            || matches!(c, '\u{2028}' | '\u{2029}')
            || match syntax {
                Syntax::Lines => false,
                Syntax::Words => matches!(c, '{' | '}'),
                Syntax::Shell => !(c.is_alphanumeric() || " ._-/:?".contains(c)),
            }
    };
    match text.chars().find(|c| unsafe_here(*c)) {
        Some(c) => {
            let why = format!("{c:?} was to be printed in `{text}`");
            Err(Error::new(ErrorKind::BadEscape, why))
        }
        None => out
            .write_str(&text)
            .map_err(|_| ErrorKind::WriteFailure.into()),
    }
}

/// Returns an error unless a template's variables are exactly its view's fields. In tests, every
/// view that is rendered is checked.
#[cfg(test)]
fn check<V: View>(view: &V) -> Result<(), Error> {
    use std::collections::BTreeSet;
    let environment = environment(V::NAME, V::TEXT, V::SYNTAX)?;
    let template = environment.get_template(V::NAME)?;
    let used: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
    let fields = Value::from(Serde(view));
    let fields: BTreeSet<String> = fields.try_iter()?.map(|field| field.to_string()).collect();
    if used == fields {
        return Ok(());
    }
    let why = format!("{}: uses {used:?}, has {fields:?}", V::NAME);
    Err(Error::new(ErrorKind::UndefinedError, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Line<'a> {
        value: &'a str,
    }

    impl View for Line<'_> {
        const NAME: &'static str = "line";
        const TEXT: &'static str = "a = {{ value }}\n";
        const SYNTAX: Syntax = Syntax::Lines;
    }

    #[derive(Serialize)]
    struct Unused {
        value: u8,
    }

    impl View for Unused {
        const NAME: &'static str = "unused";
        const TEXT: &'static str = "a\n";
        const SYNTAX: Syntax = Syntax::Lines;
    }

    #[derive(Serialize)]
    struct Missing {}

    impl View for Missing {
        const NAME: &'static str = "missing";
        const TEXT: &'static str = "{{ nothing }}";
        const SYNTAX: Syntax = Syntax::Lines;
    }

    #[test]
    fn a_value_never_adds_a_line_nor_is_expanded() {
        assert_eq!(print(Line { value: "x {y}" }).unwrap(), "a = x {y}\n");
        for value in ["x\nmynetworks = 0.0.0.0/0", "x\r", "$x", "\u{2028}", "\0"] {
            assert!(print(Line { value }).is_err(), "{value:?}");
        }
    }

    #[test]
    fn what_is_undefined_or_unused_is_an_error() {
        assert!(check(&Unused { value: 0 }).is_err());
        assert!(print(Missing {}).is_err());
        assert!(check(&Missing {}).is_err());
        assert!(check(&Line { value: "" }).is_ok());
    }
}
