//! How much files beside a policy may hold: as much as fits into memory with what is made of it.

use crate::syntax::node::BulkKind;

/// Octets that all files of one kind have together.
pub const BULK_OCTETS_MAX: usize = 128 << 20;
/// Rows of domains. Each takes some two thousand octets of memory.
const DOMAIN_ROWS_MAX: usize = 1_000_000;
/// Rows of mailboxes and aliases. Each takes some six hundred octets of memory.
const MAILBOX_ROWS_MAX: usize = 4_000_000;
/// Rows of networks.
const NETWORK_ROWS_MAX: usize = 1_000_000;

/// What is left for further files of a kind.
#[derive(Debug)]
pub(super) struct Room {
    octets: Left,
    rows: Left,
}

/// What is left of something, and how much there was.
#[derive(Debug)]
struct Left {
    left: usize,
    max: usize,
}

impl Left {
    fn all(max: usize) -> Self {
        Self { left: max, max }
    }

    /// Takes some. Where that is more than is left, nothing is left.
    fn take(&mut self, some: usize) -> bool {
        let left = self.left.checked_sub(some);
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}

impl Room {
    /// Returns what there is for a kind.
    pub(super) fn of(kind: BulkKind) -> Self {
        let rows = match kind {
            BulkKind::Domains => DOMAIN_ROWS_MAX,
            BulkKind::Mailboxes => MAILBOX_ROWS_MAX,
            BulkKind::Networks => NETWORK_ROWS_MAX,
        };
        Self {
            octets: Left::all(BULK_OCTETS_MAX),
            rows: Left::all(rows),
        }
    }

    /// Says what there is too much of, if nothing is left: then no further file is read.
    pub(super) fn is_left(&self) -> Result<(), String> {
        match (self.octets.left, self.rows.left) {
            (0, _) => Err(self.too_long()),
            (_, 0) => Err(self.too_many()),
            _ => Ok(()),
        }
    }

    /// Takes what a file has. Its first line has no row, and the last may lack its end.
    pub(super) fn take(&mut self, text: &str) -> Result<(), String> {
        if !self.octets.take(text.len()) {
            return Err(self.too_long());
        }
        let ends = text.bytes().filter(|octet| *octet == b'\n').count();
        let lines = ends + usize::from(!text.is_empty() && !text.ends_with('\n'));
        if !self.rows.take(lines.saturating_sub(1)) {
            return Err(self.too_many());
        }
        Ok(())
    }

    fn too_long(&self) -> String {
        let mebibytes = self.octets.max >> 20;
        format!("with the files of its kind before it, it has more than {mebibytes} MiB")
    }

    fn too_many(&self) -> String {
        let rows = self.rows.max;
        format!("with the files of its kind before it, it has more than {rows} rows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(octets: usize, rows: usize) -> Room {
        Room {
            octets: Left::all(octets),
            rows: Left::all(rows),
        }
    }

    #[track_caller]
    fn check(mut room: Room, texts: &[&str], expected: &[bool]) {
        let mut taken = |text: &&str| room.is_left().and_then(|()| room.take(text)).is_ok();
        let found: Vec<bool> = texts.iter().map(&mut taken).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn files_have_a_greatest_length_together() {
        let mebibyte = 1 << 20;
        let text = "x".repeat(mebibyte);
        check(room(mebibyte, 9), &[&text], &[true]);
        check(room(mebibyte - 1, 9), &[&text, "x"], &[false, false]);
        check(room(5, 9), &["ab", "cde", "f"], &[true, true, false]);
        check(room(5, 9), &["ab", "cdef", "g"], &[true, false, false]);
        let told = room(mebibyte, 9).take(&(text + "x"));
        let words = "with the files of its kind before it, it has more than 1 MiB";
        assert_eq!(told, Err(words.to_owned()));
    }

    #[test]
    fn files_have_so_many_rows_together() {
        check(room(99, 2), &["head\n1\n2\n"], &[true]);
        check(room(99, 2), &["head\n1\n2"], &[true]);
        check(room(99, 2), &["head\n1\n2\n3"], &[false]);
        check(room(99, 2), &["head\n1\n", "head\n2\n3\n"], &[true, false]);
        let told = room(99, 1).take("head\n1\n2\n");
        let words = "with the files of its kind before it, it has more than 1 rows";
        assert_eq!(told, Err(words.to_owned()));
    }

    #[test]
    fn each_kind_has_its_own() {
        let rows = |kind| Room::of(kind).rows.max;
        let kinds = [BulkKind::Domains, BulkKind::Mailboxes, BulkKind::Networks];
        assert_eq!(kinds.map(rows), [1_000_000, 4_000_000, 1_000_000]);
    }
}
