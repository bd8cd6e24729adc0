//! Sorting a million texts: what they begin with, as numbers.

/// Returns the first bytes of a text in parts, as a number: of two that differ, the texts stand in
/// the same order.
pub(super) fn head(parts: &[&str]) -> u128 {
    let mut head = [0; 16];
    let bytes = parts.iter().flat_map(|part| part.bytes());
    for (slot, byte) in head.iter_mut().zip(bytes) {
        *slot = byte;
    }
    u128::from_be_bytes(head)
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn heads_stand_in_the_order_of_texts() {
        let texts = [
            "",
            "a",
            "a@",
            "a@b.example",
            "aa",
            "box1@other.example",
            "é",
        ];
        for one in texts {
            for other in texts {
                let (first, second) = (head(&[one]), head(&[other]));
                assert!(first == second || first.cmp(&second) == one.cmp(other));
            }
        }
        assert_eq!(head(&["a", "@", "b.example"]), head(&["a@b.example"]));
        assert_eq!(
            head(&["0123456789abcdef"]),
            head(&["0123456789", "abcdefg"])
        );
    }
}
