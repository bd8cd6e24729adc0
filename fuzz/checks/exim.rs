//! The reader of Exim.

/// See [`super::tree::check`].
pub(crate) fn check(data: &[u8]) {
    super::tree::check("exim", data);
}
