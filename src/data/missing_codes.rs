//! Numbers that often stand for a missing answer, and which numbers of a column may be such codes.

use std::collections::BTreeSet;

/// The codes of surveys and of statistics programs.
const CODES: [i32; 42] = [
    6, 7, 8, 9, 66, 77, 88, 96, 97, 98, 99, 255, 666, 777, 888, 996, 997, 998, 999, 7777, 8888,
    9996, 9997, 9998, 9999, 99999, -1, -2, -3, -7, -8, -9, -77, -88, -97, -98, -99, -888, -999,
    -8888, -9999, -99999,
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
    /// by more than they differ among themselves, about. A code near the others is an answer.
    pub(crate) fn far(&self) -> Vec<i32> {
        if self.least > self.most {
            return Vec::new();
        }
        let mut most = self.most;
        let mut is_far = |code: &i32| {
            let number = f64::from(*code);
            if number < 0.0 {
                return self.least >= 0.0;
            }
            let gap = f64::max(LEAST_GAP, (most - self.least) / 1.5);
            let is_answer = number - most < gap || self.is_six_alone(*code);
            most = f64::max(most, if is_answer { number } else { most });
            !is_answer
        };
        self.codes.iter().copied().filter(|code| is_far(code)).collect()
    }

    /// Whether this code ends in 6 and the next one is not there: 6 is a code beside 7 only.
    fn is_six_alone(&self, code: i32) -> bool {
        code % 10 == 6 && !self.codes.contains(&(code + 1))
    }

    fn is_far(&self, code: i32) -> bool {
        self.far().contains(&code)
    }

    /// Whether this code is an answer here: it is near the other numbers.
    fn is_answer(&self, code: i32) -> bool {
        self.codes.contains(&code) && self.least < self.most && !self.is_far(code)
    }

    /// The codes of this column that may stand for missing answers, in a table whose columns hold
    /// `all`. Where numbers are `many`, as grey values are, those of one column show too little.
    fn suspects(&self, all: &Self, are_many: bool) -> Vec<i32> {
        let is_alone = self.least >= self.most;
        let is_suspect = |code: &i32| {
            let is_small = (0..LEAST_ALONE).contains(code);
            let is_far = match is_alone {
                true if is_small => all.is_far(*code),
                true => self.is_far(*code) || all.is_far(*code),
                false => self.is_far(*code),
            };
            let is_odd = *code < 0 || !are_many || all.is_far(*code);
            is_far && is_odd && (*code != GREY_CODE || (2.0..32.0).contains(&all.most))
        };
        self.codes.iter().copied().filter(is_suspect).collect()
    }
}

/// For each column the codes that may stand for missing answers. What is an answer in as many
/// columns is none.
pub(crate) fn suspects(columns: &[Spread], are_many: bool) -> Vec<Vec<i32>> {
    let mut all = Spread::default();
    columns.iter().for_each(|column| all.add(column));
    let mut found: Vec<Vec<i32>> =
        columns.iter().map(|column| column.suspects(&all, are_many)).collect();
    let is_answer = |code: i32| {
        let n_far = found.iter().filter(|codes| codes.contains(&code)).count();
        columns.iter().filter(|column| column.is_answer(code)).count() >= n_far
    };
    let answers: BTreeSet<i32> =
        all.codes.iter().copied().filter(|code| *code >= 0 && is_answer(*code)).collect();
    found.iter_mut().for_each(|codes| codes.retain(|code| !answers.contains(code)));
    found
}

/// From so many different numbers on, those of one column are not all.
pub(crate) const MANY: usize = 64;
/// A code lies this far above the answers, at least.
const LEAST_GAP: f64 = 3.0;
/// Beside one other number, a smaller code may be an answer of a scale.
const LEAST_ALONE: i32 = 9;

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
            (&[1.0, 2.0, 8.0, 9.0], &[8, 9]),
            (&[0.0, 1.0, 6.0, 7.0, 8.0, 9.0], &[6, 7, 8, 9]),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 9.0], &[8, 9]),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 97.0, 98.0, 99.0], &[97, 98, 99]),
            (&[0.0, 1.0, 77.0, 88.0, 99.0], &[77, 88, 99]),
            // Answers, and nothing else.
            (&[5.0, 6.0, 7.0, 8.0, 9.0], &[]),
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], &[]),
            (&[0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 8.0, 9.0, 12.0], &[]),
            (&[0.0, 1.0, 2.0, 3.0, 6.0], &[]),
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

    #[test]
    fn answers_of_other_columns_are_no_codes() {
        let spread = |numbers: &[f64]| {
            let mut spread = Spread::default();
            numbers.iter().for_each(|number| spread.meet(*number));
            spread
        };
        let (few, scale) = (&[1.0, 2.0, 3.0, 7.0][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0][..]);
        assert_eq!(suspects(&[spread(few), spread(scale)], false), [[]; 2] as [[i32; 0]; 2]);
        assert_eq!(suspects(&[spread(few), spread(&[1.0, 2.0])], false), [vec![7], vec![]]);
        // One row of a scale shows no code.
        let row = [1.0, 2.0, 5.0, 7.0].map(|number| spread(&[number]));
        assert!(suspects(&row, false).iter().all(Vec::is_empty));
    }
}
