//! Numbers and names in running text: counts, lists, and figures that read well whatever they are.

/// `1 row`, `2 rows`.
pub(crate) fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// `a, b, c`, or the first `most` names and how many more there are.
pub(crate) fn some(names: &[String], most: usize) -> String {
    match names.len().saturating_sub(most) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..most].join(", ")),
    }
}

/// Leaves six of many ascending values: two from the front, the middle and the end each. The middle
/// tells where a threshold may lie, the end which may stand for missing ones.
pub(crate) fn shorten<T>(values: &mut Vec<T>) {
    let (n, middle) = (values.len(), values.len() / 2);
    if n > 6 {
        values.drain(middle + 2..n - 2);
        values.drain(2..middle);
    }
}

/// `value` to so many decimal places. What rounds to zero has no sign.
pub(crate) fn fixed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let is_zero = text.chars().all(|c| "-0.".contains(c));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// `value` to three digits, and to more in a whole number: `0.067`, `16.1`, `1234`. Below 0.001 and
/// from a million on it has an exponent: `1.6e-9`. Zeros at the end are left out.
pub(crate) fn brief(value: f64) -> String {
    let text = format!("{value:.2e}");
    let Some((digits, exponent)) = text.split_once('e') else { return value.to_string() };
    match exponent.parse::<i32>() {
        Ok(power) if (-3..6).contains(&power) => {
            trimmed(&fixed(value, (2 - power).max(0) as usize)).to_owned()
        }
        _ => format!("{}e{exponent}", trimmed(digits)),
    }
}

/// `value` as it is, unless that takes more than 12 digits: then as [`brief`] writes it.
pub(crate) fn plain(value: f64) -> String {
    let text = value.to_string();
    if text.len() > 12 { brief(value) } else { text }
}

/// A number without the zeros behind its point, and without a point at its end.
pub(crate) fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!([-0.0, -4e-5, -5.1e-5].map(|v| fixed(v, 4)), ["0.0000", "0.0000", "-0.0001"]);
        assert_eq!([-0.4, -1.0, 10.0].map(|v| fixed(v, 0)), ["0", "-1", "10"]);
        assert_eq!(fixed(f64::NEG_INFINITY, 4), "-inf");
    }

    #[test]
    fn six_of_many_values_are_left() {
        let of = |n: usize| {
            let mut values = (1..=n).collect();
            shorten(&mut values);
            values
        };
        assert_eq!(of(6), [1, 2, 3, 4, 5, 6]);
        assert_eq!(of(7), [1, 2, 4, 5, 6, 7]);
        assert_eq!(of(100), [1, 2, 51, 52, 99, 100]);
    }

    #[test]
    fn brief_numbers_have_three_digits_and_no_idle_exponent() {
        let plain = [0.0, -0.0, 1.0, 16.1, 100.0, 123456.7, 0.067, 0.00123, -0.5, 999_999.9];
        let texts = ["0", "0", "1", "16.1", "100", "123457", "0.067", "0.00123", "-0.5", "1e6"];
        assert_eq!(plain.map(brief), texts);
        assert_eq!(
            [1e-4, 1.6e-9, 1.606e7, -2e-5].map(brief),
            ["1e-4", "1.6e-9", "1.61e7", "-2e-5"]
        );
        assert_eq!([f64::INFINITY, f64::NEG_INFINITY].map(brief), ["inf", "-inf"]);
        assert_eq!([0.0999, 0.01999, 9.999].map(brief), ["0.0999", "0.02", "10"]);
        let numbers = [20260131.0, -2.5, 1e300, 0.1 + 0.2, 1.0 / 150.0];
        assert_eq!(numbers.map(super::plain), ["20260131", "-2.5", "1e300", "0.3", "0.00667"]);
    }
}
