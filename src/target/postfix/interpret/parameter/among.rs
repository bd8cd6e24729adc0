//! Whether what a parameter says is one of the values that are judged.

/// What stands between words: blanks alone, or commas as well.
const BLANKS: [char; 3] = [' ', '\t', '\n'];

/// Returns whether a value is one of these: to the letter, since another case is another file,
/// owner or host. Blanks and commas between several words do not count, nor does the case of `yes`
/// and `no` (get_mail_conf_bool in mail_conf_bool.c of 3.7.11). Of what stands between commas
/// alone, as `ports=1, others=2`, the commas do.
pub(super) fn is_among(value: &str, values: &[&str]) -> bool {
    values.iter().any(|&allowed| match allowed {
        "yes" | "no" => value.eq_ignore_ascii_case(allowed),
        _ if allowed.contains('=') && allowed.contains(',') => parts(allowed) == parts(value),
        _ if words(allowed).len() > 1 => words(allowed) == words(value),
        _ => value == allowed,
    })
}

fn words(text: &str) -> Vec<&str> {
    let is_between = |c: char| c == ',' || BLANKS.contains(&c);
    text.split(is_between)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns what stands between commas (`register_known_tcp_ports`, known_tcp_ports.c of 3.7.11).
fn parts(text: &str) -> Vec<&str> {
    text.split(',')
        .map(|part| part.trim_matches(BLANKS))
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::is_among;

    #[test]
    fn values_are_taken_to_the_letter() {
        let file = ["", "/etc/ssl/certs/ca-certificates.crt"];
        assert!(is_among(file[1], &file));
        for other in [
            "/etc/ssl/certs/CA-certificates.crt",
            "/etc/ssl/certs/ca-certificates.crt,",
        ] {
            assert!(!is_among(other, &file), "{other}");
        }
        assert!(!is_among("HOSTNAME", &["", "hostname"]));
        assert!(!is_among("Postfix", &["postfix"]));
        assert!(!is_among("/usr/Sbin", &["/usr/sbin"]));
    }

    #[test]
    fn the_case_of_yes_and_no_and_what_is_between_words_do_not_count() {
        assert!(is_among("NO", &["no"]));
        assert!(is_among("normalize", &["normalize", "yes"]));
        assert!(is_among("fcntl dotlock", &["fcntl, dotlock"]));
        assert!(!is_among("dotlock fcntl", &["fcntl, dotlock"]));
        assert!(!is_among("Fcntl dotlock", &["fcntl, dotlock"]));
    }

    #[test]
    fn what_stands_between_commas_alone_has_them() {
        let ports = ["a=1, b=c=2"];
        assert!(is_among("a=1,b=c=2", &ports));
        assert!(is_among("a=1 ,\n\tb=c=2", &ports));
        for other in ["a=1 b=c=2", "a = 1, b=c=2", "b=c=2, a=1", "a=1, b=c=2 d"] {
            assert!(!is_among(other, &ports), "{other}");
        }
    }
}
