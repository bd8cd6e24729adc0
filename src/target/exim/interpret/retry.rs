//! Retry rules (spec 4.96, chapter 32; `readconf_retries` of readconf.c): how long mail is kept
//! that cannot be delivered now. Without a rule for an address it comes back at the first failure.

use super::reader::Reader;
use super::section::Sections;
use super::shape::time;
use super::text::Text;
use crate::source::Loc;

/// A day, in seconds: mail that is kept for less comes back though its host was only down for a
/// night. RFC 5321 section 4.5.4.1 asks for four to five.
const DAY: u64 = 86_400;

/// Whoever wrote a message hears of it within this time, in seconds.
const LONG: u64 = 30 * DAY;

/// By what a time between two tries may grow. Exim keeps a thousand times as much, takes the time
/// that many times, and what an `int` does not hold is another number (`readconf_readfixed` of
/// readconf.c, `retry_update` of retry.c).
const FACTOR_MAX: u32 = 20;

/// Failures that a rule may be for (section 32.3), beside `*` and those with a code or a time.
const FAILURES: [&str; 11] = [
    "*",
    "auth_failed",
    "lost_connection",
    "refused",
    "refused_A",
    "refused_MX",
    "timeout",
    "timeout_A",
    "timeout_MX",
    "timeout_connect",
    "tls_required",
];

impl Reader<'_> {
    /// Judges the retry rules.
    pub(super) fn retries(&mut self, sections: &Sections, start: &Loc) {
        let Some(lines) = sections.others.get("retry") else {
            let reason = "without retry rules mail comes back at the first failure";
            self.refuse("retry", reason, start);
            return;
        };
        let mut for_all = false;
        for line in lines {
            match rule(line.as_str()) {
                Ok(Rule { all, last }) => {
                    for_all |= all;
                    if last > LONG {
                        self.retries_long.get_or_insert_with(|| line.at());
                    }
                }
                Err(reason) => {
                    self.refuse("retry", reason, &line.at());
                }
            }
        }
        if !for_all {
            let at = lines.last().map_or_else(|| start.clone(), Text::at);
            let reason = "no rule is for every address and every failure: other mail comes back \
                          at the first one";
            self.refuse("retry", reason, &at);
        }
    }
}

/// A rule by which mail is kept long enough.
#[derive(Debug)]
struct Rule {
    /// Whether it is for every address and every failure.
    all: bool,
    /// For how long a host is tried, in seconds.
    last: u64,
}

/// Reads `PATTERN FAILURE PARAMETERS`.
fn rule(line: &str) -> Result<Rule, &'static str> {
    if line.contains('"') || line.contains("senders") {
        return Err("mailpol follows neither quotes nor senders in a rule");
    }
    let blank = |c: char| c.is_ascii_whitespace();
    let (pattern, rest) = line.split_once(blank).unwrap_or((line, ""));
    // Any other is an item of an address list, which is expanded: it may run a program, and where
    // it cannot be read the delivery ends (`retry_find_config` in retry.c of 4.96).
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-_@".contains(c);
    let plain = pattern.strip_prefix('*').unwrap_or(pattern);
    if !plain.chars().all(is_name) || plain.starts_with('@') {
        return Err("mailpol reads `*`, names and addresses as the patterns of a rule");
    }
    let rest = rest.trim_start();
    let (failure, parameters) = rest.split_once(blank).unwrap_or((rest, ""));
    if !FAILURES.contains(&failure) {
        return Err("mailpol knows no such failure");
    }
    let mut last = 0;
    for parameter in parameters.trim().split(';').map(str::trim) {
        last = kept(parameter)?;
    }
    if last < DAY {
        return Err("mail would come back within a day (RFC 5321 section 4.5.4.1)");
    }
    let all = (pattern, failure) == ("*", "*");
    Ok(Rule { all, last })
}

/// Returns for how long mail is tried by `F,2h,15m` or `G,16h,1h,1.5` or `H` of the same form.
fn kept(parameter: &str) -> Result<u64, &'static str> {
    const ODD: &str = "Exim does not run with such a rule: mailpol reads `F,TIME,TIME` and \
                       `G,TIME,TIME,NUMBER`";
    // Behind a comma there may be blanks, before one there are none (`retry_arg` of readconf.c).
    let words: Vec<&str> = parameter.split(',').map(str::trim_start).collect();
    let (until, interval, factor) = match words.as_slice() {
        ["F" | "f", until, interval] => (until, interval, "1"),
        ["G" | "g" | "H" | "h", until, interval, factor] => (until, interval, *factor),
        [] | [""] => return Err("without parameters mail comes back at the first failure"),
        _ => return Err(ODD),
    };
    let (whole, fraction) = factor.split_once('.').unwrap_or((factor, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let grows = is_digits(fraction)
        && is_digits(whole)
        && whole
            .parse()
            .is_ok_and(|one| (1..=FACTOR_MAX).contains(&one));
    match (time(until), time(interval)) {
        (Some(until), Some(1..=DAY)) if until > 0 && grows => Ok(until),
        _ => Err(ODD),
    }
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn mail_is_kept_for_a_day() {
        for (line, all) in [
            ("*   *   F,2h,15m; G,16h,1h,1.5; F,4d,6h", true),
            ("* * F,1d,1h", true),
            ("* * F, 1d, 1h", true),
            ("*.example * f,5d,1h", false),
            ("* timeout_A H,2d,1h,2", false),
        ] {
            assert_eq!(rule(line).map(|one| one.all), Ok(all), "{line}");
        }
        for line in [
            "",
            "*",
            "* *",
            "* * F,2h",
            "* * F,2h,15m",
            "* * F,4d,0s",
            "* * F,4d,2d",
            "* * F,4d,6h; G,16h,1h,1.5",
            "* * F,4d,6h;",
            "* * G,4d,6h",
            "* * G,4d,6h,0.5",
            "* * G,4d,6h,3000000.5",
            "* * G,4d,6h,21",
            "* * F ,4d,6h",
            "* * F,4d ,6h",
            "* * G,4d,6h ,1.5",
            "* * X,4d,6h",
            "* nonsense F,4d,6h",
            "* * senders=: F,4d,6h",
            "\"*\" * F,4d,6h",
            "${run{/bin/true}} * F,4d,6h",
            "^( * F,4d,6h",
            "@@lsearch;/x * F,4d,6h",
            "!a.example * F,4d,6h",
            "+list * F,4d,6h",
            "a:b * F,4d,6h",
        ] {
            assert!(rule(line).is_err(), "{line}");
        }
    }
}
