//! DNS: the records that a policy needs published.
//!
//! Not here: asking DNS.

mod record;
mod records;
mod zone;

pub use record::{Record, RecordData};
pub use records::{RecordError, records};
pub use zone::zone;
