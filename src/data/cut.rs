//! What is to be said of numbers that a threshold cuts, in tables and in arrays.

use super::remark::Remark;

/// So many rows that all lie on one side of a model's threshold are hardly of its kind.
const SEVERAL: usize = 10;

/// The numbers of items, and the threshold that cuts them.
pub(crate) struct Cut<'a> {
    /// Least value that is read as 1.
    pub(crate) threshold: u8,
    /// The least and the largest number of each item.
    pub(crate) ranges: &'a [(f64, f64)],
    pub(crate) n_rows: usize,
}

impl Cut<'_> {
    /// Whether all numbers lie between 0 and 1.
    pub(crate) fn are_shares(&self) -> bool {
        self.ranges.iter().all(|(least, most)| *least >= 0.0 && *most <= 1.0)
    }

    /// That all rows lie on one side of a model's threshold, if they do.
    pub(crate) fn by_model(&self) -> Option<Remark> {
        let (threshold, are_shares) = (self.threshold, self.are_shares());
        let most = self.ranges.iter().fold(f64::NEG_INFINITY, |most, range| most.max(range.1));
        let least = self.ranges.iter().fold(f64::INFINITY, |least, range| least.min(range.0));
        let are_several = self.n_rows >= SEVERAL && least <= most;
        if most < f64::from(threshold) && (are_several || are_shares && most > 0.0) {
            return Some(Remark::BelowThreshold { threshold, are_shares });
        }
        let is_above = are_several && least >= f64::from(threshold);
        is_above.then_some(Remark::AboveThreshold(threshold))
    }

    /// That items are the same in all rows by the threshold alone, if some are: their numbers
    /// differ, or some are missing.
    pub(crate) fn cut_away(
        &self,
        has_missing: impl Fn(usize) -> bool,
        name: impl Fn(usize) -> String,
    ) -> Option<Remark> {
        let threshold = self.threshold;
        let is_cut_away = |&d: &usize| {
            let (least, most) = self.ranges[d];
            let is_constant = most < f64::from(threshold) || least >= f64::from(threshold);
            is_constant && (least < most || least == most && has_missing(d) && most > 0.0)
        };
        let items: Vec<String> = (0..self.ranges.len()).filter(is_cut_away).map(name).collect();
        (!items.is_empty()).then_some(Remark::CutAway { threshold, items })
    }
}

/// A threshold that parts `numbers`, each with how often it occurs: anything at all for counts,
/// else their median. `None` if it leaves them together, and for numbers between 0 and 1.
pub(crate) fn parting(mut numbers: Vec<(f64, usize)>) -> Option<u8> {
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (least, most) = (numbers.first()?.0, numbers.last()?.0);
    let mut n_left = numbers.iter().map(|(_, n)| n).sum::<usize>() / 2;
    let is_median = |(_, n): &&(f64, usize)| {
        let is_it = n_left < *n;
        n_left = n_left.saturating_sub(*n);
        is_it
    };
    let median = numbers.iter().find(is_median)?.0;
    let cut = match numbers.iter().find(|(number, _)| *number > least) {
        _ if least < 1.0 => 1,
        Some((second, _)) => median.max(*second) as u8,
        None => return None,
    };
    let are_shares = least >= 0.0 && most <= 1.0;
    (!are_shares && least < f64::from(cut) && f64::from(cut) <= most).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parted_at_their_median() {
        for (numbers, cut) in [
            (&[0.0, 2.0, 3.0][..], Some(1)),
            (&[1.0, 2.0, 3.0, 4.0, 5.0], Some(3)),
            (&[1.0, 9.0, 8.0, 9.0, 9.0], Some(9)),
            (&[1.0, 1.0, 1.0, 2.0, 5.0], Some(2)),
            (&[40.0, 300.0, 900.0, 1000.0], Some(255)),
            (&[1.0, 2.0], Some(2)),
            (&[-1.0, 1.0], Some(1)),
            (&[0.1, 0.25, 0.7], None),
            (&[300.0, 301.0], None),
            (&[4.0, 4.0], None),
            (&[], None),
        ] {
            let once = numbers.iter().map(|number| (*number, 1)).collect();
            assert_eq!(parting(once), cut, "{numbers:?}");
        }
        assert_eq!(parting(vec![(5.0, 1), (2.0, 30), (4.0, 40), (9.0, 1)]), Some(4));
    }
}
