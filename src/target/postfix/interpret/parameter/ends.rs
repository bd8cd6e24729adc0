//! Parameters that exist for every client address, service or transport, and set how much, how
//! often or how fast: what their names end with (qmgr(8), anvil(8), spawn(8), master(8) of 3.7.11).

use super::range;
use crate::target::digits::digits;

/// What the value of such a parameter must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// A number.
    Number,
    /// A number, at least so much.
    AtLeast(u64),
    /// A number, so much at most.
    AtMost(u64),
    /// A time, at least so many seconds and so many at most.
    Time(u64, u64),
    /// A number, at least so much, or 0, which is no limit: how many of something a
    /// client may have at once, or in `anvil_rate_time_unit`.
    OrNone(u64),
    /// A part of a connection: a number, or one by another, by `concurrency` or its root.
    Feedback,
}

use Value::{AtLeast, AtMost, Feedback, Number, OrNone, Time};

const HOUR: u64 = 3_600;
const NONE: u64 = u64::MAX;

/// What the names end with.
const ENDS: &[(&str, Value)] = &[
    ("_client_auth_rate_limit", OrNone(5)),
    ("_client_connection_count_limit", OrNone(5)),
    ("_client_connection_rate_limit", OrNone(5)),
    ("_client_message_rate_limit", OrNone(5)),
    ("_client_new_tls_session_rate_limit", OrNone(5)),
    ("_client_recipient_rate_limit", OrNone(100)),
    ("_delivery_slot_cost", Number),
    // A part of a hundred (qmgr.c).
    ("_delivery_slot_discount", AtMost(100)),
    ("_delivery_slot_loan", Number),
    ("_destination_concurrency_failed_cohort_limit", Number),
    ("_destination_concurrency_limit", Number),
    ("_destination_concurrency_negative_feedback", Feedback),
    ("_destination_concurrency_positive_feedback", Feedback),
    ("_destination_rate_delay", Time(0, 60)),
    ("_destination_recipient_limit", Number),
    ("_extra_recipient_limit", Number),
    ("_initial_destination_concurrency", AtLeast(1)),
    ("_minimum_delivery_slots", Number),
    // Of all messages together: with 0 qmgr(8) ends at its start (tried).
    ("qmgr_message_recipient_limit", AtLeast(1)),
    // Behind those that it is an end of (`qmgr_transport_create` in qmgr_transport.c).
    ("_recipient_limit", Number),
    ("_recipient_refill_delay", Time(1, HOUR)),
    ("_recipient_refill_limit", AtLeast(1)),
    ("_time_limit", Time(60, NONE)),
    ("_transport_rate_delay", Time(0, 60)),
];

/// Returns what the names end with, and which values are taken.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, String)> {
    let said = |value: &Value| match value {
        Number | Feedback => String::new(),
        AtLeast(least) | Time(least, NONE) => format!("at least {least}"),
        AtMost(most) | Time(0, most) => format!("at most {most}"),
        Time(least, most) => format!("{least} to {most}"),
        OrNone(least) => format!("at least {least}, or 0, which is no limit"),
    };
    ENDS.iter().map(move |(end, value)| (*end, said(value)))
}

/// Returns whether a parameter is one of these.
pub(super) fn is_held(name: &str) -> bool {
    value_of(name).is_some()
}

/// Says what is wrong with a value, with `$name` expanded.
pub(super) fn fault(name: &str, value: &str) -> Option<&'static str> {
    let kind = value_of(name)?;
    if kind == Feedback {
        return (!is_feedback(value)).then_some("it is no part of a connection");
    }
    let number = if matches!(kind, Time(..)) {
        range::time(value, 1)
    } else {
        digits(value)
    };
    let Some(number) = number.filter(|number| i32::try_from(*number).is_ok()) else {
        return Some("Postfix does not start with such a number");
    };
    match kind {
        AtLeast(least) | Time(least, _) if number < least => {
            Some("it is too small for mail to go through")
        }
        AtMost(most) if number > most => Some("Postfix does not start with such a number"),
        Time(_, most) if number > most => Some("mail would wait too long between two deliveries"),
        OrNone(least) if number < least && number > 0 => {
            Some("clients that the policy lets in would be turned away in ordinary use")
        }
        AtLeast(_) | AtMost(_) | Time(..) | OrNone(_) | Number | Feedback => None,
    }
}

fn value_of(name: &str) -> Option<Value> {
    let mut ends = ENDS.iter();
    ends.find(|(end, _)| name.ends_with(end))
        .map(|(_, value)| *value)
}

/// Returns whether a value is what qmgr(8) makes a feedback of.
fn is_feedback(value: &str) -> bool {
    let is_decimal = |text: &str| text.parse::<f64>().is_ok_and(|number| number > 0.0);
    let whole = value.split_once('/');
    match whole.map(|(part, by)| (part.trim_ascii(), by.trim_ascii())) {
        None => is_decimal(value.trim_ascii()),
        Some((part, "concurrency" | "sqrt_concurrency")) => is_decimal(part),
        Some((part, by)) => is_decimal(part) && is_decimal(by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held() {
        for (name, taken, refused) in [
            ("smtpd_client_message_rate_limit", "0", "x"),
            ("smtpd_client_auth_rate_limit", "5", "4"),
            ("smtpd_client_recipient_rate_limit", "100", "99"),
            ("smtp_destination_concurrency_limit", "20", "20x"),
            ("smtp_destination_recipient_limit", "50", "99999999999"),
            ("default_destination_rate_delay", "1m", "61"),
            ("policy_time_limit", "3600", "1s"),
            ("policy_time_limit", "1h", "99999999999"),
            ("smtp_destination_concurrency_limit", "20", "20s"),
            ("local_delivery_slot_discount", "100", "101"),
            ("qmgr_message_recipient_limit", "1", "0"),
            ("local_recipient_limit", "0", "x"),
            ("default_recipient_refill_delay", "1s", "0"),
            ("default_recipient_refill_delay", "60m", "61m"),
            (
                "default_destination_concurrency_negative_feedback",
                "1 / sqrt_concurrency",
                "all",
            ),
            (
                "default_destination_concurrency_positive_feedback",
                "0.5",
                "-1",
            ),
        ] {
            assert!(is_held(name), "{name}");
            assert_eq!(fault(name, taken), None, "{name} {taken}");
            assert!(fault(name, refused).is_some(), "{name} {refused}");
        }
        assert!(!is_held("smtpd_time_limits"));
    }
}
