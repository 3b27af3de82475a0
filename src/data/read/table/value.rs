//! What a cell says: nothing, a number, or a word.

use std::collections::BTreeSet;

/// The value of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Missing,
    /// `true` and `false` are 1 and 0.
    Number(f64),
    Word(&'a str),
}

/// Whether a number may have a comma in the place of its point.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Comma {
    /// Never: it stands between cells.
    #[default]
    Separator,
    /// As between semicolons.
    Decimal,
    /// Unless three digits follow, which may be thousands.
    Unclear,
}

impl Comma {
    fn replaced(self, cell: &str) -> Option<String> {
        let may_be_thousands = || cell.rsplit_once(',').is_some_and(|(_, rest)| rest.len() == 3);
        let is_decimal = match self {
            Self::Separator => false,
            Self::Decimal => true,
            Self::Unclear => !may_be_thousands(),
        };
        is_decimal.then(|| cell.replacen(',', ".", 1))
    }
}

/// How cells are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) comma: Comma,
    /// What else stands for a missing value: as written, and as numbers.
    missing: Vec<String>,
    missing_numbers: Vec<f64>,
}

/// A table has no more codes for missing values.
const MOST_CODES: usize = 6;

/// What stands for a missing value, in upper or lower case: in R, pandas, Excel, SAS, Weka, SQL.
const MISSING: [&str; 11] =
    ["", "na", "nan", "n/a", "#n/a", "#na", "<na>", ".", "?", "null", "none"];

impl Reading {
    /// With further texts for missing values. A number stands for itself, however it is written.
    pub(super) fn new(comma: Comma, missing: &[String]) -> Self {
        let mut reading = Self { comma, ..Self::default() };
        let number = |text: &String| reading.number(text);
        reading.missing_numbers = missing.iter().filter_map(number).collect();
        reading.missing = missing.to_vec();
        reading
    }

    /// Codes for missing values: those that the user named, and those found with `first`. If they
    /// are too many, `first` stands for them.
    pub(super) fn with_given(&self, mut found: BTreeSet<String>, first: &str) -> Vec<String> {
        if found.len() > MOST_CODES {
            found.clear();
        }
        found.insert(first.to_owned());
        self.missing.iter().cloned().chain(found).collect()
    }

    /// Whether the user said that blank cells are missing.
    pub(super) fn are_blanks_missing(&self) -> bool {
        self.missing.iter().any(String::is_empty)
    }

    pub(super) fn value<'a>(&self, cell: &'a str) -> Value<'a> {
        // Without blanks of other scripts, such as those that do not break a line.
        let cell = cell.trim();
        if is_missing(cell) || self.missing.iter().any(|code| code == cell) {
            return Value::Missing;
        }
        match self.number(cell) {
            Some(number) if self.missing_numbers.contains(&number) => Value::Missing,
            Some(number) => Value::Number(number),
            None => Value::Word(cell),
        }
    }

    /// The number in a cell. What is missing is none.
    pub(super) fn number(&self, cell: &str) -> Option<f64> {
        if let [digit] = *cell.as_bytes() {
            return digit.is_ascii_digit().then(|| f64::from(digit - b'0'));
        }
        let number = match cell {
            _ if cell.eq_ignore_ascii_case("true") => 1.0,
            _ if cell.eq_ignore_ascii_case("false") => 0.0,
            _ if cell.contains(',') => self.comma.replaced(cell)?.parse().ok()?,
            _ => cell.parse::<f64>().ok()?,
        };
        // No number is -0.
        (!number.is_nan()).then_some(number + 0.0)
    }

    /// The value as one text, however it is written; `None` for a missing one.
    pub(super) fn canonical(&self, cell: &str) -> Option<String> {
        (self.value(cell) != Value::Missing).then(|| self.key(cell))
    }

    /// A number or word as one text, whatever its digits, case and blanks.
    pub(super) fn key(&self, text: &str) -> String {
        let text = text.trim();
        match self.number(text) {
            Some(number) => number.to_string(),
            None => text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// Whether a cell says by itself that its value is missing.
pub(super) fn is_missing(cell: &str) -> bool {
    cell.len() <= 4 && MISSING.iter().any(|text| cell.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_what_they_say_however_written() {
        let reading = Reading::new(Comma::Decimal, &["9".into(), "refused".into(), "-1,5".into()]);
        for missing in ["", "NA", "nan", "N/A", "#N/A", ".", "?", "NULL", "None", "<NA>"] {
            assert_eq!(reading.value(missing), Value::Missing, "{missing}");
        }
        for missing in ["9", "9.0", "09", "9,0", "refused", "-1.5"] {
            assert_eq!(reading.value(missing), Value::Missing, "{missing}");
        }
        for (cell, number) in
            [("0", 0.0), ("-0", 0.0), ("1,5", 1.5), ("TRUE", 1.0), ("false", 0.0), ("2e2", 200.0)]
        {
            assert_eq!(reading.value(cell), Value::Number(number), "{cell}");
        }
        for word in ["yes", "1,2,3", "a.b", "nothing", "Refused"] {
            assert_eq!(reading.value(word), Value::Word(word));
        }
        assert_eq!(reading.value("1,250"), Value::Number(1.25));
        assert_eq!(Reading::default().value("1,5"), Value::Word("1,5"));
        let unclear = Reading::new(Comma::Unclear, &[]);
        assert_eq!(unclear.value("1,25"), Value::Number(1.25));
        assert_eq!(unclear.value("1,250"), Value::Word("1,250"));
        let plain = Reading::default();
        assert_eq!(plain.canonical("1.00").as_deref(), Some("1"));
        for yes in ["Yes", "YES", " yes\u{a0}"] {
            assert_eq!(plain.canonical(yes).as_deref(), Some("yes"));
        }
        assert_eq!(plain.canonical("Not\u{a0} Known").as_deref(), Some("not known"));
        assert_eq!((plain.value("\u{a0}1"), plain.canonical("\u{a0}")), (Value::Number(1.0), None));
    }
}
