//! The codes.
/// x
#[derive(Debug)]
pub struct Code;
/// x
pub static CODES: &[Code] = &[];
