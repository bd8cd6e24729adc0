//! DNS: the records that a policy needs published, and who answers what is published.

mod arithmetic;
mod published;
mod record;
mod records;
mod resolver;
mod reverse;
mod update;
mod zone;

pub use arithmetic::{Arithmetic, arithmetic, tell_cost};
pub use published::{Finding, Standing, is_key, published, same_key};
pub use record::{Record, RecordData, Request};
pub use records::{RecordError, STS_PATH, StsFile, dkim_name, records, requests, sts_files};
pub use resolver::{Live, LiveError, Resolver, WrongZone, ZONE_OCTETS_MAX, read_zone};
pub use reverse::reverse_name;
pub use update::update;
pub use zone::{in_memory, zone};
