//! The rows that a sweep trains on, the rows that it holds out, and their scores.

use crate::bits::BitMatrix;
use crate::cli::input::Input;
use crate::em::{self, FitParams, HeldOut, Observe, Sweep};
use crate::error::{Error, Result};

pub(super) struct Rows {
    pub(super) train: Input,
    /// Rows that no fit sees.
    pub(super) held: Option<Input>,
    folds: Option<Folds>,
    how: Option<String>,
}

/// Parts of the rows, each held out in turn.
struct Folds {
    /// A row for each case.
    cases: Input,
    parts: Vec<Vec<usize>>,
}

/// Cases that are parted at most: each takes a row while they are.
const MAX_CASES: f64 = (1u64 << 22) as f64;

/// The row of each case, ascending: a row that counts three times stands for three cases. Other
/// weights, which are not whole, count no cases.
fn rows_of_cases(input: &Input) -> Result<Vec<usize>> {
    let rows = 0..input.bits.n_samples();
    let Some(counts) = input.weights.as_ref().filter(|_| are_counts(input)) else {
        return Ok(rows.collect());
    };
    let n = counts.iter().sum::<f64>();
    if n > MAX_CASES {
        let allowed = "at most 4,194,304 cases in all to hold some out; if they are sampling weights, \
                       divide them by their mean: then rows are held out";
        return Err(Error::parameter("weights", format!("{n} in all"), allowed));
    }
    Ok(rows.flat_map(|i| std::iter::repeat_n(i, counts[i] as usize)).collect())
}

fn are_counts(input: &Input) -> bool {
    input.weights.as_ref().is_some_and(|weights| weights.iter().all(|w| w.fract() == 0.0))
}

/// Some rows of `input`, ascending; those that are counted count as often as they are named.
fn select(input: &Input, rows: &[usize]) -> Input {
    if !are_counts(input) {
        return input.select(rows);
    }
    let equal = || rows.chunk_by(|a, b| a == b);
    let distinct: Vec<usize> = equal().map(|rows| rows[0]).collect();
    let mut selected = input.select(&distinct);
    selected.weights = Some(equal().map(|rows| rows.len() as f64).collect());
    selected
}

impl Rows {
    /// Holds out a share of `input`, or folds of it in turn, else `test`, its test split. Cases are
    /// parted, not rows that stand for many. Fails for a share or a number of folds that does not
    /// suit the number of cases.
    pub(super) fn new(
        input: Input,
        test: Option<Input>,
        share: Option<f64>,
        n_folds: Option<usize>,
        seed: u64,
    ) -> Result<Self> {
        // A row without weight is neither trained on nor held out. One without any answer can be
        // predicted by every mixture alike.
        let weighs = |i: &usize| input.weights.as_ref().is_none_or(|weights| weights[*i] > 0.0);
        let answered = (share.is_some() || n_folds.is_some()).then(|| input.rows().answered());
        let is_known = |i: &usize| answered.as_ref().is_none_or(|answered| answered[*i]);
        let all = input.bits.n_samples();
        let kept: Vec<usize> = (0..all).filter(weighs).filter(is_known).collect();
        let input = if kept.len() < all { input.select(&kept) } else { input };
        let what = if are_counts(&input) { "cases" } else { "rows" };
        if let Some(share) = share {
            let rows = rows_of_cases(&input)?;
            let parts = em::hold_out(rows.len(), share, seed)?;
            let how = format!("{} of {} {what} by seed {seed}", parts[1].len(), rows.len());
            let of = |part: Vec<usize>| part.iter().map(|case| rows[*case]).collect::<Vec<_>>();
            let [train, held] = parts.map(|part| select(&input, &of(part)));
            return Ok(Self { train, held: Some(held), folds: None, how: Some(how) });
        }
        if let Some(n_folds) = n_folds {
            let rows = rows_of_cases(&input)?;
            let parts = em::folds(rows.len(), n_folds, seed)?;
            let how = format!("{n_folds} folds of {} {what} by seed {seed}", rows.len());
            let mut cases = input.select(&rows);
            cases.weights = cases.weights.filter(|_| !are_counts(&input));
            let folds = Some(Folds { cases, parts });
            return Ok(Self { train: input, held: test, folds, how: Some(how) });
        }
        let how =
            test.as_ref().map(|test| format!("the test split, {} rows", test.bits.n_samples()));
        Ok(Self { train: input, held: test, folds: None, how })
    }

    /// How rows are held out, in words; `None` if none are.
    pub(super) fn how_held_out(&self) -> Option<&str> {
        self.how.as_deref()
    }

    /// Checks that no fit has more clusters than distinct rows to train on.
    pub(super) fn check(&self, ks: &[usize]) -> Result<()> {
        em::check_distinct(&self.train.bits, ks, "distinct rows")?;
        let left = "distinct rows that a fold leaves to train on";
        self.of_folds().try_for_each(|train| em::check_distinct(&train, ks, left))
    }

    /// The number of distinct rows that every fit has to train on, counted up to `limit`.
    pub(super) fn n_distinct_up_to(&self, limit: usize) -> usize {
        let all = self.train.bits.n_distinct_up_to(limit);
        self.of_folds().map(|train| train.n_distinct_up_to(limit)).fold(all, usize::min)
    }

    /// What each fold leaves to train on.
    fn of_folds(&self) -> impl Iterator<Item = BitMatrix> {
        let of = |folds: &Folds, f| folds.cases.bits.select(&em::all_but(&folds.parts, f));
        let folds = self.folds.iter();
        folds.flat_map(move |folds| (0..folds.parts.len()).map(move |f| of(folds, f)))
    }

    /// How well the fits of each K predict what was held out; `None` if nothing was or interrupted.
    pub(super) fn held_out(
        &self,
        sweep: &Sweep,
        ks: &[usize],
        params: &FitParams,
        observe: &mut dyn Observe,
    ) -> Result<Option<Vec<HeldOut>>> {
        if let Some(folds) = &self.folds {
            return em::cross_validate(folds.cases.rows(), ks, params, &folds.parts, observe);
        }
        let Some(held) = &self.held else { return Ok(None) };
        let scores = sweep.fits.iter().map(|swept| HeldOut::new(&swept.fit.mixture, held.rows()));
        Ok(Some(scores.collect::<Result<_>>()?))
    }
}
