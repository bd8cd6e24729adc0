//! Lines as text.

use super::layout::{Item, Node, Part};

/// The widest line that a block may stand on.
const WIDTH_MAX: usize = 100;
/// The blanks of one level.
const INDENT: &str = "    ";

/// Writes the items of a block, each on lines of its own.
pub(super) fn print(items: &[Item], depth: usize, text: &mut String) {
    let indent = INDENT.repeat(depth);
    for item in items {
        match item {
            Item::Empty => {}
            Item::Comment(comment) => {
                text.push_str(&indent);
                text.push_str(comment);
            }
            Item::Node(node) => print_node(node, depth, text),
        }
        text.push('\n');
    }
}

fn print_node(node: &Node, depth: usize, text: &mut String) {
    text.push_str(&INDENT.repeat(depth));
    if node.dashed {
        text.push_str("/- ");
    }
    let mut blank = "";
    for part in &node.parts {
        text.push_str(blank);
        blank = " ";
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Break(comments) => {
                text.push('\\');
                for comment in comments {
                    text.push(' ');
                    text.push_str(comment);
                }
                text.push('\n');
                text.push_str(&INDENT.repeat(depth + 1));
                blank = "";
            }
            Part::Block {
                dashed,
                inline,
                items,
            } => print_block(*dashed, *inline, items, depth, text),
        }
    }
    if let Some(comment) = &node.comment {
        text.push(' ');
        text.push_str(comment);
    }
}

fn print_block(dashed: bool, inline: bool, items: &[Item], depth: usize, text: &mut String) {
    if dashed {
        text.push_str("/-");
    }
    if items.is_empty() {
        text.push_str("{}");
        return;
    }
    if let Some(flat) = flat(inline, items) {
        let column = text.chars().rev().take_while(|c| *c != '\n').count();
        if column + flat.chars().count() <= WIDTH_MAX {
            text.push_str(&flat);
            return;
        }
    }
    text.push_str("{\n");
    print(items, depth + 1, text);
    text.push_str(&INDENT.repeat(depth));
    text.push('}');
}

/// Returns a block on one line, if it stood on one.
fn flat(inline: bool, items: &[Item]) -> Option<String> {
    if !inline {
        return None;
    }
    let mut nodes = Vec::new();
    for item in items {
        let Item::Node(node) = item else {
            return None;
        };
        let mut line = String::new();
        print_node(node, 0, &mut line);
        nodes.push(line);
    }
    let line = format!("{{ {} }}", nodes.join("; "));
    (!line.contains('\n')).then_some(line)
}
