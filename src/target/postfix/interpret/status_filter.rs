//! `smtp_delivery_status_filter`: failures that become others (postconf(5); `dsn_filter_lookup` in
//! dsn_filter.c, `bounce_append` and `defer_append` in bounce.c and defer.c of 3.7.11).
//!
//! It is asked for `STATUS TEXT`, and its answer stands in the place of both: so `5.x.y` that
//! becomes `4.x.y` waits in the queue, and `4.x.y` that becomes `5.x.y` comes back. The text may be
//! what the other host says. Taken are rows by which mail waits for failures of a next hop's host
//! in smtp(8)'s own words: of a host that is anybody's these are final, and its sender is to know.
//!
//! A table that cannot be read changes nothing (dict_surrogate(3)), and is refused like any other.

use super::diagnostics::{UnjudgedParameter, UnjudgedTable};
use super::master_cf::Service;
use super::next_hop::{self, Way};
use super::parameter::{Main, Settings};
use super::table::{self, Files, Table};
use crate::diagnostic::Diagnostics;

const NAME: &str = "smtp_delivery_status_filter";

/// How a pattern begins: a status for good, whatever it is (dsn_util.c).
const BEGIN: &str = "/^5(\\.[0-9]+\\.[0-9]+ ";
/// How a rule ends: all of the text stays.
const ENDS: [&str; 2] = [".*)$/", ")$/"];
const RESULT: &str = "4$1";

/// What smtp(8) says of a host, each behind the status. What a host says of a message begins with
/// `host NAME[ADDRESS] said: ` or with `Protocol error: ` (smtp_proto.c, smtp_trouble.c), and none
/// of these can match that: a name has no blank, and the address is fast to it.
const TEXTS: [&str; 10] = [
    // `dns_query` and `dns_lookup_x` in dns_lookup.c, by `smtp_addr_one` in smtp_addr.c.
    "Host or domain name not found\\. Name service error for ",
    "Name service error for ",
    "Name service initialization failure",
    "Name server loop for ",
    // `smtp_addr_one`, where `smtp_host_lookup` has `native`.
    "unable to look up host ",
    "[^ ]+: host not found",
    // `smtp_host_addr` in smtp_addr.c, `smtp_helo` in smtp_proto.c.
    "mail for [^ ]+ loops back to myself",
    // `smtp_helo`.
    "host [^ ]+ refused to talk to me: ",
    "TLS is required, but host [^ ]+ refused to start TLS: ",
    // `smtp_sasl_authenticate` in smtp_sasl_glue.c.
    "SASL authentication failed; server [^ ]+ said: ",
];

/// Returns whether an `-o` is the filter of a service that may be for one host alone.
pub(super) fn is_it(service: &Service, name: &str) -> bool {
    next_hop::is_sender(service) && name == NAME
}

/// Refuses what is no such table, and one of a service that some way leads to without a next hop.
pub(super) fn judge(
    main: &Main,
    services: &[Service],
    ways: &[Way],
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) {
    let filters = |one: &&Service| next_hop::is_sender(one) && one.overrides.contains_key(NAME);
    for service in services.iter().filter(filters) {
        let settings = Settings::new(main, service.overrides.clone());
        let tables = settings.text(NAME, diagnostics);
        let name = service.name.as_str();
        let leads = |way: &Way| way.channel == name && way.next.is_none();
        if !tables.as_str().is_empty() && ways.iter().any(leads) {
            let reason = "failures of anybody's host could be made to look like delays";
            diagnostics.error(UnjudgedParameter::new(NAME, reason, &settings.place(NAME)));
            continue;
        }
        for spec in tables.words() {
            let rows = match table::open(&spec, artifacts, diagnostics) {
                Ok(Table::Patterns(rows)) => rows,
                Ok(Table::Rows { .. } | Table::Cidr(_) | Table::Static(_)) => {
                    let reason = "failures could be made to look like delays, or delays like \
                                  failures";
                    diagnostics.error(UnjudgedParameter::new(NAME, reason, &spec.at()));
                    continue;
                }
                Err(_) => continue,
            };
            for row in rows.iter().filter(|row| !is_known(&row.value)) {
                let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
                diagnostics.error(UnjudgedTable::new(&row.value, reason, &row.at));
            }
        }
    }
}

/// Returns whether a rule makes mail wait for a failure of the host, and keeps its text.
fn is_known(rule: &str) -> bool {
    // Without a blank they are options, and a rule with one that is unknown is skipped.
    let rule = rule.trim_ascii_end();
    let Some((pattern, blank)) = rule
        .strip_suffix(RESULT)
        .map(|rest| (rest.trim_ascii_end(), rest.ends_with([' ', '\t'])))
    else {
        return false;
    };
    let text = pattern.strip_prefix(BEGIN);
    let text = text.and_then(|text| ENDS.iter().find_map(|end| text.strip_suffix(end)));
    blank && text.is_some_and(|text| TEXTS.contains(&text))
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn rows_are_known_by_their_exact_text() {
        let whole = "/^5(\\.[0-9]+\\.[0-9]+ host [^ ]+ refused to talk to me: .*)$/ 4$1";
        assert!(is_known(whole));
        for (from, to) in [
            ("4$1", "2$1"),
            ("4$1", "5$1"),
            ("4$1", "4$1 and more"),
            (" 4$1", "4$1"),
            ("/ 4", "/i 4"),
            ("/^", "/"),
            ("/^5", "/^4"),
            ("refused to talk to me", "said"),
            ("[^ ]+", ".*"),
        ] {
            let other = whole.replace(from, to);
            assert_ne!(other, whole);
            assert!(!is_known(&other), "{other}");
        }
    }
}
