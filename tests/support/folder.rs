//! The files beside a policy on disk.

use std::path::PathBuf;
use std::sync::Arc;

use mailpol::source::{Files, Source};

/// The files beside a policy.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        let text = std::fs::read_to_string(self.0.join(name));
        text.map(|text| Source::new(name, text))
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            })
    }
}
