//! Numbers in sentences.

/// Returns a number with its noun: `1 file`, `2 files`, `12,000 files`.
pub fn count(number: u128, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// Returns a number as people read it: one of five digits or more in groups of three.
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{count, grouped};

    #[test]
    fn long_numbers_are_in_groups() {
        let all = [0, 999, 9_999, 10_000, 100_000, 1_234_567, 20_935_622_400];
        let told = all.map(grouped);
        let expected = [
            "0",
            "999",
            "9999",
            "10,000",
            "100,000",
            "1,234,567",
            "20,935,622,400",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn one_has_its_own_noun() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(12_000, "file", "files"), "12,000 files");
    }
}
