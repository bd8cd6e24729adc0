//! DNS: the records that a policy needs published, and who answers what is published.

mod published;
mod record;
mod records;
mod resolver;
mod zone;

pub use published::{Finding, Standing, published};
pub use record::{Record, RecordData};
pub use records::{RecordError, records};
pub use resolver::{Live, LiveError, Resolver, WrongZone, ZONE_OCTETS_MAX, read_zone};
pub use zone::{in_memory, zone};
