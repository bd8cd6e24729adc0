//! What Exim looks at where it only passes over an expansion.
//!
//! Behind the part of an `or` that decides, and in the branch of an `${if` that is not taken, it
//! still judges what a `bool` and the pattern of an `${sg` are, without what variables, operators
//! and inner conditions come to (`expand_string_internal` and `eval_condition` in expand.c of 4.96;
//! tried): of `y${lc:ES}` is left `y`, which is neither yes nor no, so that all of it fails, and a
//! list with it is put off. Of an item with two texts the second is left (`process_yesno`).

/// The items of which the second text is left.
const ITEMS: [&str; 3] = ["extract", "if", "lookup"];

/// Second texts that a `bool` takes.
const WORDS: [&str; 5] = ["{no}", "{false}", "{yes}", "{true}", "{}"];

/// Returns whether the text of a `bool`, with the braces around it, is written out, is one
/// variable, or is one item whose second text is a word that it takes.
pub(super) fn is_sound(braced: &str) -> bool {
    let inside = braced.trim().strip_prefix('{');
    let Some(inside) = inside.and_then(|rest| rest.strip_suffix('}')) else {
        return false;
    };
    let Some(item) = inside.trim().strip_prefix('$') else {
        return !inside.contains('$');
    };
    let Some(rest) = item.strip_prefix('{') else {
        return is_name(item);
    };
    let Some(text) = rest.strip_suffix('}') else {
        return false;
    };
    let is_item = ITEMS.iter().any(|name| {
        let behind = text.strip_prefix(name);
        behind.is_some_and(|rest| rest.starts_with(['{', ' ', '\t']))
    });
    let ends_in_word = WORDS.iter().any(|word| {
        let before = text.trim_end().strip_suffix(word).map(str::trim_end);
        before.is_some_and(|rest| rest.ends_with('}') && !rest.ends_with("\\}"))
    });
    end(rest) == Some(rest.len()) && (is_name(text) || is_item && ends_in_word)
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns where an expansion ends whose first brace was read.
fn end(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    let mut chars = text.char_indices();
    let mut is_verbatim = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => is_verbatim ^= chars.next().is_some_and(|(_, next)| next == 'N'),
            '{' if !is_verbatim => depth += 1,
            '}' if !is_verbatim => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_yes_or_no() {
        for sound in [
            "{yes}",
            "{ $acl_m_x }",
            "{${acl_m_x}}",
            "{${lookup{a}lsearch{/b}{yes}{no}}}",
            "{${lookup{\\N}}\\N\\}}lsearch{/b}{yes}{no}}}",
            "{${if eq{a}{b}{yes}{}}}",
        ] {
            assert!(is_sound(sound), "{sound}");
        }
        for other in [
            "{y${lc:ES}}",
            "{${lc:Y}es}",
            "{${lc:YES}}",
            "{$a$b}",
            "{${lc:\\{}y${lc:}}}",
            "{${a}${b}}",
            "{${if eq{a}{a}{yes}{maybe}}}",
            "{${if eq{a}{a}{yes}{n${lc:O}}}}",
            "{${if eq{a}{a}{yes}{maybe\\{no}}}",
            "{${if eq{a}{a}{yes\\}{no}}}",
            "{${sg{x}{y}{no}}}",
            "{${lookup{a}lsearch{/b}{yes}{no}}${if eq{a}{a}{yes}{no}}}",
        ] {
            assert!(!is_sound(other), "{other}");
        }
    }
}
