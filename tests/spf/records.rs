//! Zones from JSON: a record is `[name, type, value]`.
//!
//! Texts of TXT records are octets, written as the characters of the same numbers. A record of
//! the type FAIL lets questions for the type that is its value fail.

use mailpol::spf::{RecordType, Zone};
use serde_json::Value;

pub(crate) fn zone(records: &[Value]) -> Zone {
    let mut zone = Zone::new();
    for record in records {
        add(&mut zone, record);
    }
    zone
}

pub(crate) fn add(zone: &mut Zone, record: &Value) {
    let name = record[0].as_str().unwrap();
    let value = &record[2];
    let text = || value.as_str().unwrap();
    match record[1].as_str().unwrap() {
        "A" => zone.add_a(name, text().parse().unwrap()),
        "AAAA" => zone.add_aaaa(name, text().parse().unwrap()),
        "CNAME" => zone.set_cname(name, text()),
        "MX" => {
            let preference = value[0].as_u64().unwrap().try_into().unwrap();
            zone.add_mx(name, preference, value[1].as_str().unwrap());
        }
        "PTR" => zone.add_ptr(name, text()),
        "TXT" => zone.add_txt(name, octets(text())),
        "FAIL" => {
            let failing = RecordType::ALL
                .into_iter()
                .filter(|found| found.to_string() == text());
            failing.for_each(|record_type| zone.fail_type(name, record_type));
        }
        other => panic!("there is no record type {other}"),
    }
}

fn octets(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect()
}
