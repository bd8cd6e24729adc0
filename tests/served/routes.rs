//! Routes, on the real Postfix.

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::machine;
use crate::support::job::{Job, Mta};
use crate::{Test, routed};

pub(crate) const TESTS: &[Test] = &[
    ("everything goes by the route", || routed::verified(job)),
    ("a route with TLS from the first byte", || {
        routed::wrapped(job)
    }),
    ("a route to an address", || routed::to_an_address(job)),
    ("a route is no impostor's", || routed::impostor(job)),
    ("a route goes not without TLS", || routed::stripped(job)),
];

fn job(policy: &str) -> Result<(TempDir, Job), Failed> {
    machine::job(&machine::subject(policy, Mta::Postfix)?)
}
