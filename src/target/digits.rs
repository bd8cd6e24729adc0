//! Numbers as both MTAs write them.

use std::str::FromStr;

/// Returns the number that a text of decimal digits is. None for everything else, a sign too:
/// both MTAs take `+25` for a name where a port stands (alldig(3) of Postfix 3.7).
pub(super) fn digits<T: FromStr>(text: &str) -> Option<T> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_and_a_sign_is_none() {
        assert_eq!(digits::<u16>("25"), Some(25));
        assert_eq!(digits::<u16>("025"), Some(25));
        for text in ["", "+25", "-25", " 25", "25 ", "65536", "0x19"] {
            assert_eq!(digits::<u16>(text), None, "{text}");
        }
    }
}
