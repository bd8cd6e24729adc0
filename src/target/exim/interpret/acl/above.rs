//! Conditions that something is more than a number.

/// Reads `${if >{TERM}{NUMBER}}`, however it is spaced; none if it is another condition, or the
/// number has a unit or a sign.
pub(super) fn above(text: &str, term: &str) -> Option<u64> {
    let rest = text.trim().strip_prefix("${if")?.trim_start();
    let rest = rest.strip_prefix('>')?.trim_start();
    let rest = rest.strip_prefix('{')?.strip_prefix(term)?;
    let rest = rest.strip_prefix('}')?.trim_start();
    let (number, rest) = rest.strip_prefix('{')?.split_once('}')?;
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && rest.trim() == "}").then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn one_condition_is_read_however_it_is_spaced() {
        for (text, wanted) in [
            ("${if >{$received_count}{50}}", Some(50)),
            ("${if > {$received_count} {30} }", Some(30)),
            ("${if >={$received_count}{50}}", None),
            ("${if <{$received_count}{50}}", None),
            ("${if >{$received_count}{50}{no}{yes}}", None),
            ("${if >{$received_count}{}}", None),
            ("${if >{$received_count}{5K}}", None),
            ("${if >{$received_count}{4294967296}}", None),
            ("${if >{$received_counts}{50}}", None),
            ("${if >{$message_size}{50}}", None),
        ] {
            assert_eq!(above(text, "$received_count"), wanted, "{text}");
        }
        let name = "${strlen:$sender_helo_name}";
        let text = "${if >{${strlen:$sender_helo_name}}{255}}";
        assert_eq!(above(text, name), Some(255));
        assert_eq!(above("${if >{${strlen:$sender_address}}{255}}", name), None);
    }
}
