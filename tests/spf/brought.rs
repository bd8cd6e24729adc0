//! Where the SPF tests find what `tests/spf/setup.sh` brought.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Returns the path of a file that `tests/spf/setup.sh` brings, or `None` after saying that the
/// test is skipped. With `MAILPOL_REQUIRE_SPF_SUITE` in the environment a missing file is a
/// failure.
#[expect(
    clippy::disallowed_methods,
    reason = "the gates ask through the environment"
)]
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/spf-suite")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("MAILPOL_REQUIRE_SPF_SUITE").is_some();
    assert!(
        !required,
        "{} is missing: run tests/spf/setup.sh",
        path.display()
    );
    let told = "SKIPPED: the SPF tests need what tests/spf/setup.sh brings";
    let told = format!("{told}: {} is missing\n", path.display());
    // Straight to the stream: the test harness would keep a printed line to itself.
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    None
}
