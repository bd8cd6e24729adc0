#![no_main]

#[expect(dead_code, reason = "each target has one check")]
#[path = "../checks/mod.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::published::check(data));
