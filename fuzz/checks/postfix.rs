//! The reader of Postfix.

/// See [`super::tree::check`].
pub(crate) fn check(data: &[u8]) {
    super::tree::check("postfix", data);
}
