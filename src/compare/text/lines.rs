//! Which lines of two texts are the same. A table of a million rows in which few differ is compared
//! in about the time that it takes to read it; and no clock has a say in what comes out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::FxBuildHasher;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use super::Places;

/// The shortest difference is looked for in blocks of this many pairs of lines. In larger ones,
/// lines that are there once in each text are paired first.
const PAIRS_MAX: usize = 4_000_000;

/// How often lines are paired inside of what lies between pairs; what is left then is replaced.
const DEPTH_MAX: usize = 64;

/// Returns how one text becomes the other, in operations on ranges of lines.
pub(super) fn compare(old: &[&str], new: &[&str], places: &Places) -> Vec<DiffOp> {
    let mut numbers: HashMap<Cow<'_, str>, u32, FxBuildHasher> = HashMap::default();
    let mut number = |line| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(places.without_numbers(line)).or_insert(next)
    };
    let old: Vec<u32> = old.iter().copied().map(&mut number).collect();
    let new: Vec<u32> = new.iter().copied().map(&mut number).collect();
    let mut ops = Ops::default();
    Block {
        old: &old,
        new: &new,
    }
    .compare(&(0..old.len(), 0..new.len()), 0, &mut ops);
    ops.0
}

/// Operations, in order.
#[derive(Default)]
struct Ops(Vec<DiffOp>);

impl Ops {
    fn push(&mut self, op: DiffOp) {
        if let (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) =
            (self.0.last_mut(), op)
        {
            *len += more;
        } else if op.old_range().len() + op.new_range().len() > 0 {
            self.0.push(op);
        }
    }

    fn equal(&mut self, old_index: usize, new_index: usize, len: usize) {
        self.push(DiffOp::Equal {
            old_index,
            new_index,
            len,
        });
    }
}

/// The lines of both texts, by numbers.
#[derive(Clone, Copy)]
struct Block<'l> {
    old: &'l [u32],
    new: &'l [u32],
}

type Ranges = (Range<usize>, Range<usize>);

impl Block<'_> {
    fn lines(&self, ranges: &Ranges) -> (&[u32], &[u32]) {
        (
            self.old.get(ranges.0.clone()).unwrap_or_default(),
            self.new.get(ranges.1.clone()).unwrap_or_default(),
        )
    }

    fn compare(&self, ranges: &Ranges, depth: usize, ops: &mut Ops) {
        let (old, new) = self.lines(ranges);
        let same = |(a, b): &(&u32, &u32)| a == b;
        let head = old.iter().zip(new).take_while(same).count();
        let left = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev());
        let tail = tail.take(left).take_while(same).count();
        ops.equal(ranges.0.start, ranges.1.start, head);
        let inner = (
            ranges.0.start + head..ranges.0.end - tail,
            ranges.1.start + head..ranges.1.end - tail,
        );
        self.compare_inner(&inner, depth, ops);
        ops.equal(inner.0.end, inner.1.end, tail);
    }

    /// Compares what neither begins nor ends alike.
    fn compare_inner(&self, ranges: &Ranges, depth: usize, ops: &mut Ops) {
        let (old, new) = self.lines(ranges);
        let (old_index, new_index) = (ranges.0.start, ranges.1.start);
        if old.len().saturating_mul(new.len()) <= PAIRS_MAX {
            for op in capture_diff_slices(Algorithm::Myers, old, new) {
                ops.push(moved(op, old_index, new_index));
            }
            return;
        }
        let pairs = in_order(&once_in_each(old, new));
        if pairs.is_empty() || depth == DEPTH_MAX {
            return ops.push(DiffOp::Replace {
                old_index,
                old_len: old.len(),
                new_index,
                new_len: new.len(),
            });
        }
        let (mut a, mut b) = (old_index, new_index);
        for (before, after) in pairs {
            let (before, after) = (old_index + before, new_index + after);
            // A pair ends each block, so that every block is shorter than the whole.
            self.compare(&(a..before, b..after), depth + 1, ops);
            ops.equal(before, after, 1);
            (a, b) = (before + 1, after + 1);
        }
        self.compare(&(a..ranges.0.end, b..ranges.1.end), depth + 1, ops);
    }
}

fn moved(op: DiffOp, old: usize, new: usize) -> DiffOp {
    let (tag, before, after) = op.as_tag_tuple();
    let (old_index, new_index) = (before.start + old, after.start + new);
    let (old_len, new_len) = (before.len(), after.len());
    match tag {
        DiffTag::Equal => DiffOp::Equal {
            old_index,
            new_index,
            len: old_len,
        },
        DiffTag::Delete => DiffOp::Delete {
            old_index,
            old_len,
            new_index,
        },
        DiffTag::Insert => DiffOp::Insert {
            old_index,
            new_index,
            new_len,
        },
        DiffTag::Replace => DiffOp::Replace {
            old_index,
            old_len,
            new_index,
            new_len,
        },
    }
}

/// Returns where lines stand that are once in each, in the order of the first.
fn once_in_each(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    // How often a line is in each, and where it was seen last.
    let mut seen: HashMap<u32, [(u32, usize); 2], FxBuildHasher> = HashMap::default();
    for (side, lines) in [old, new].into_iter().enumerate() {
        for (at, line) in lines.iter().enumerate() {
            if let Some(seen) = seen.entry(*line).or_default().get_mut(side) {
                *seen = (seen.0 + 1, at);
            }
        }
    }
    let pair = |(at, line): (usize, &u32)| match seen.get(line) {
        Some([(1, _), (1, there)]) => Some((at, *there)),
        _ => None,
    };
    old.iter().enumerate().filter_map(pair).collect()
}

/// Returns as many pairs as can be kept such that both rise.
fn in_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // By length: the last pair of such a row, the one that ends lowest; and whom each follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut follows: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |number: &usize| pairs.get(*number).map_or(0, |(_, second)| *second);
    for (number, (_, there)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) < *there);
        let before = length.checked_sub(1).and_then(|last| ends.get(last));
        follows.push(before.copied());
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    let mut row = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(number) = next {
        row.extend(pairs.get(number).copied());
        next = follows.get(number).copied().flatten();
    }
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use super::{compare, in_order};
    use crate::compare::text::Places;
    use similar::{DiffOp, DiffTag};

    /// Puts the new text together from the old one.
    #[track_caller]
    fn check(old: &[&str], new: &[&str], most_changed: usize) {
        let ops = compare(old, new, &Places::default());
        let (mut a, mut b, mut changed) = (0, 0, 0);
        for op in ops {
            assert_eq!((op.old_range().start, op.new_range().start), (a, b));
            (a, b) = (op.old_range().end, op.new_range().end);
            if op.tag() == DiffTag::Equal {
                assert_eq!(old[op.old_range()], new[op.new_range()]);
            } else {
                changed += op.old_range().len() + op.new_range().len();
            }
        }
        assert_eq!((a, b), (old.len(), new.len()));
        assert!(changed <= most_changed, "{changed}");
    }

    #[test]
    fn large_texts_are_compared_by_the_lines_that_are_there_once() {
        let rows: Vec<String> = (0..9000).map(|row| format!("row {row}\n")).collect();
        let old: Vec<&str> = rows.iter().map(String::as_str).collect();
        let mut new = old.clone();
        new[8000] = "another\n";
        new.remove(4000);
        new.insert(3, "more\n");
        check(&old, &new, 4);
        let turned: Vec<&str> = old.iter().rev().copied().collect();
        check(&old, &turned, 2 * 9000);
        let others: Vec<String> = (0..9000).map(|row| format!("other {row}\n")).collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        check(&old, &others, 2 * 9000);
        check(&old, &[], 9000);
        // Every line is there thrice.
        let threefold = [&old[..], &old[..], &old[..]].concat();
        check(&threefold, &threefold[1..], 1);
    }

    #[test]
    fn the_longest_row_is_found() {
        assert_eq!(
            in_order(&[(0, 5), (1, 1), (2, 2), (3, 0)]),
            [(1, 1), (2, 2)]
        );
        assert!(in_order(&[]).is_empty());
    }

    #[test]
    fn same_lines_are_one_operation() {
        let ops = compare(&["a", "b"], &["a", "b"], &Places::default());
        assert!(matches!(ops.as_slice(), [DiffOp::Equal { len: 2, .. }]));
    }
}
