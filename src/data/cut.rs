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
