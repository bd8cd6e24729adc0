//! Master files take time in proportion to their length, whoever has the records.

use std::fmt::Write;
use std::time::{Duration, Instant};

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::read_zone;
use mailpol::source::Source;

/// Two hundred thousand records of one name are read in seconds. Were all of them looked through
/// for each, that would be twenty thousand million looks.
#[test]
fn many_records_of_one_name_are_read_at_once() {
    let mut text = String::new();
    for number in 0..200_000 {
        let (high, middle, low) = (number >> 16, number >> 8 & 255, number & 255);
        writeln!(text, "a.example. A 10.{high}.{middle}.{low}").unwrap();
    }
    let source = Source::new("zone", text);
    #[expect(clippy::disallowed_methods, reason = "this is about time")]
    let begin = Instant::now();
    let zone = read_zone(&source, &mut Diagnostics::new()).unwrap();
    assert!(begin.elapsed() < Duration::from_mins(1));
    let addresses = mailpol::spf::Dns::a(&zone, "a.example").unwrap();
    assert_eq!(addresses.len(), 200_000);
}
