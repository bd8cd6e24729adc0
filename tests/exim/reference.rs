//! Compare.
use libtest_mimic::Failed;
use crate::policies::Case;
pub(crate) fn compare(_case: &Case) -> Result<(), Failed> { Ok(()) }
