//! SPF (RFC 7208): results.

mod result;
pub use result::SpfResult;
