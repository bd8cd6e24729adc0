//! Makes a hosting provider's policy, to measure mailpol with.
//!
//! ```text
//! cargo run --release --example provider -- DOMAINS MAILBOXES NETWORKS OUT
//! ```
//!
//! Writes `OUT/policy.kdl` and the files of rows beside it. The same numbers make the same bytes.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "an example reads its arguments, writes files, and says what went wrong"
)]

mod site;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let made = match arguments.as_slice() {
        [domains, mailboxes, networks, out] => make([domains, mailboxes, networks], out),
        _ => Err("usage: provider DOMAINS MAILBOXES NETWORKS OUT".to_owned()),
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("provider: {why}");
            ExitCode::FAILURE
        }
    }
}

fn make(numbers: [&String; 3], out: &str) -> Result<(), String> {
    let number = |text: &String| text.parse().map_err(|_| format!("`{text}` is no number"));
    let [domains, mailboxes, networks] = numbers.map(number);
    let size = site::Size {
        domains: domains?,
        mailboxes: mailboxes?,
        networks: networks?,
    };
    let files = site::files(size)?;
    let out = Path::new(out);
    std::fs::create_dir_all(out).map_err(|error| error.to_string())?;
    for (name, text) in files {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
