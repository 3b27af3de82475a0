//! Numbers that often stand for a missing answer, and which numbers of a column may be such codes.

use std::collections::BTreeSet;

/// The codes of surveys and of statistics programs.
const CODES: [i32; 34] = [
    9, 77, 88, 97, 98, 99, 255, 777, 888, 997, 998, 999, 7777, 8888, 9997, 9998, 9999, 99999, -1,
    -2, -3, -7, -8, -9, -77, -88, -97, -98, -99, -888, -999, -8888, -9999, -99999,
];

/// What 255 stands for where other numbers are counts: an answer on a grey scale is no code.
const GREY_CODE: i32 = 255;

/// The code that `number` may be.
fn code(number: f64) -> Option<i32> {
    CODES.into_iter().find(|code| f64::from(*code) == number)
}

/// Whether `number` is a code, whatever the numbers beside it.
pub(crate) fn is_code(number: f64) -> bool {
    code(number).is_some()
}

/// The codes among `numbers` that lie far from the others.
pub(crate) fn among(numbers: impl IntoIterator<Item = f64>) -> Vec<i32> {
    let mut spread = Spread::default();
    numbers.into_iter().for_each(|number| spread.meet(number));
    spread.far()
}

/// Numbers that were met: the codes, and how far the others reach.
#[derive(Debug, Clone)]
pub(crate) struct Spread {
    least: f64,
    most: f64,
    codes: BTreeSet<i32>,
}

impl Default for Spread {
    fn default() -> Self {
        Self { least: f64::INFINITY, most: f64::NEG_INFINITY, codes: BTreeSet::new() }
    }
}

impl Spread {
    pub(crate) fn meet(&mut self, number: f64) {
        match code(number) {
            Some(code) => drop(self.codes.insert(code)),
            None => (self.least, self.most) = (self.least.min(number), self.most.max(number)),
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        (self.least, self.most) = (self.least.min(other.least), self.most.max(other.most));
        self.codes.extend(&other.codes);
    }

    /// The codes that lie far from the other numbers: below 0 beside none that is, or above them
    /// by more than they differ among themselves, about.
    pub(crate) fn far(&self) -> Vec<i32> {
        self.codes.iter().copied().filter(|code| self.is_far(*code)).collect()
    }

    fn is_far(&self, code: i32) -> bool {
        if self.least > self.most {
            return false;
        }
        let gap = f64::from(code) - self.most;
        if code < 0 {
            self.least >= 0.0
        } else {
            gap >= f64::max(4.0, (self.most - self.least) / 1.5)
        }
    }

    /// The codes of this column that may stand for missing answers, in a table whose columns hold
    /// `all`. Where numbers are `many`, as grey values are, those of one column show too little.
    pub(crate) fn suspects(&self, all: &Self, are_many: bool) -> Vec<i32> {
        let is_alone = self.least >= self.most;
        let is_suspect = |code: &i32| {
            let is_far = self.is_far(*code) || is_alone && all.is_far(*code);
            let is_odd = *code < 0 || !are_many || all.is_far(*code);
            is_far && is_odd && (*code != GREY_CODE || (2.0..32.0).contains(&all.most))
        };
        self.codes.iter().copied().filter(is_suspect).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_far_from_the_answers() {
        for (numbers, codes) in [
            (&[0.0, 1.0, 9.0][..], &[9][..]),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 99.0], &[9, 99]),
            (&[0.0, 3.0, -9.0, 8888.0], &[-9, 8888]),
            (&[-3.0, 0.0, 1.0], &[-3]),
            // Answers, and nothing else.
            (&[5.0, 6.0, 7.0, 8.0, 9.0], &[]),
            (&[-5.0, -1.0, 0.0, 4.0], &[]),
            (&[18.0, 40.0, 80.0, 99.0], &[]),
            (&[9.0, 99.0], &[]),
        ] {
            assert_eq!(among(numbers.iter().copied()), codes, "{numbers:?}");
        }
        assert!(is_code(-1.0) && !is_code(2.0) && !is_code(9.5));
    }

    #[test]
    fn grey_values_are_no_codes() {
        let spread = |numbers: &[f64]| {
            let mut spread = Spread::default();
            numbers.iter().for_each(|number| spread.meet(*number));
            spread
        };
        let all = spread(&[0.0, 1.0, 254.0, 99.0, 255.0]);
        assert!(spread(&[0.0, 1.0, 99.0, 255.0]).suspects(&all, true).is_empty());
        let few = spread(&[0.0, 255.0]);
        assert!(few.suspects(&few, false).is_empty());
        let counts = spread(&[0.0, 3.0, 255.0]);
        assert_eq!(counts.suspects(&counts, false), [255]);
        // A column of one answer is judged by the others.
        let all = spread(&[1.0, 5.0, 99.0]);
        assert_eq!(spread(&[99.0]).suspects(&all, false), [99]);
    }
}
