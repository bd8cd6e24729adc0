//! `milter_header_checks`: headers that Milters add or write anew, and that are left out
//! (postconf(5), header_checks(5); `cleanup_milter_header_checks`, `cleanup_add_header`,
//! `cleanup_ins_header` and `cleanup_patch_header` in cleanup_milter.c of 3.7.11).
//!
//! No other header is looked at: what a client wrote, and what smtpd(8) puts in front, stays. What
//! decides is the header as the Milter has it, its folded lines together, and `^` is its begin
//! (regexp_table(5)). A table that cannot be read puts all mail off that a Milter adds to.

use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::parameter::Settings;
use super::table::{self, Files, Table};
use crate::diagnostic::Diagnostics;

const NAME: &str = "milter_header_checks";

/// Without it nothing is signed.
const SIGNATURE: &str = "DKIM-Signature";

/// Refuses every row but those that leave out one header by its name, no signature.
pub(super) fn judge(settings: &Settings<'_>, artifacts: &Files<'_>, diagnostics: &mut Diagnostics) {
    for spec in settings.text(NAME, diagnostics).words() {
        let rows = match table::open(&spec, artifacts, diagnostics) {
            Ok(Table::Patterns(rows)) => rows,
            Ok(Table::Rows { .. } | Table::Cidr(_) | Table::Static(_)) => {
                let reason = "the header would decide, and may redirect";
                diagnostics.error(UnjudgedParameter::new(NAME, reason, &spec.at()));
                continue;
            }
            Err(_) => continue,
        };
        for row in &rows {
            let reason = match left_out(&row.value) {
                Some(header) if header.eq_ignore_ascii_case(SIGNATURE) => {
                    "what is signed would leave without the signature"
                }
                Some(_) => continue,
                None => "the pattern is not on the closed list of docs/targets/postfix.md",
            };
            diagnostics.error(UnjudgedTable::new(&row.value, reason, &row.at));
        }
    }
}

/// Returns the header that a rule leaves out: `/^NAME:/ IGNORE`.
fn left_out(rule: &str) -> Option<&str> {
    let (header, action) = rule.strip_prefix("/^")?.split_once(":/")?;
    let is_octet = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    let is_name = !header.is_empty() && header.bytes().all(is_octet);
    // Without a blank they are options, and a rule with one that is unknown is skipped.
    let leaves_out = action.starts_with([' ', '\t']) && action.trim_ascii() == "IGNORE";
    (is_name && leaves_out).then_some(header)
}
