//! Short texts, which are kept where they stand.

/// A text that is short nearly always: a local-part, a login.
///
/// A large policy has millions of them. One of up to 24 octets needs no memory of its own.
pub type Short = compact_str::CompactString;

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn a_local_part_needs_no_memory_of_its_own() {
        assert_eq!(size_of::<Option<Short>>(), 24);
        assert!(!Short::from("john.doe").is_heap_allocated());
    }
}
