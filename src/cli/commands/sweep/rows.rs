//! The rows that a sweep trains on, the rows that it holds out, and their scores.

use crate::bits::BitMatrix;
use crate::cli::input::Input;
use crate::em::{self, FitParams, HeldOut, Observe, Sweep};
use crate::error::Result;

pub(super) struct Rows {
    pub(super) train: Input,
    /// Rows that no fit sees.
    pub(super) held: Option<Input>,
    /// Parts of `train`, each held out in turn.
    folds: Option<Vec<Vec<usize>>>,
    how: Option<String>,
}

impl Rows {
    /// Holds out a share of `input`, or folds of it in turn, else `test`, its test split. Fails for
    /// a share or a number of folds that does not suit the number of rows.
    pub(super) fn new(
        input: Input,
        test: Option<Input>,
        share: Option<f64>,
        n_folds: Option<usize>,
        seed: u64,
    ) -> Result<Self> {
        // A row without weight is neither trained on nor held out.
        let weighs = |i: &usize| input.weights.as_ref().is_none_or(|weights| weights[*i] > 0.0);
        let all = input.bits.n_samples();
        let kept: Vec<usize> = (0..all).filter(weighs).collect();
        let input = if kept.len() < all { input.select(&kept) } else { input };
        let n = kept.len();
        if let Some(share) = share {
            let [train, held] = em::hold_out(n, share, seed)?;
            let how = format!("{} of {n} rows by seed {seed}", held.len());
            let (train, held) = (input.select(&train), input.select(&held));
            return Ok(Self { train, held: Some(held), folds: None, how: Some(how) });
        }
        let folds = n_folds.map(|n_folds| em::folds(n, n_folds, seed)).transpose()?;
        let how = match (&folds, &test) {
            (Some(folds), _) => Some(format!("{} folds by seed {seed}", folds.len())),
            (None, Some(test)) => Some(format!("the test split, {} rows", test.bits.n_samples())),
            (None, None) => None,
        };
        Ok(Self { train: input, held: test, folds, how })
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
        let folds = self.folds.as_deref().unwrap_or_default();
        (0..folds.len()).map(move |f| self.train.bits.select(&em::all_but(folds, f)))
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
            return em::cross_validate(self.train.rows(), ks, params, folds, observe);
        }
        let Some(held) = &self.held else { return Ok(None) };
        let scores = sweep.fits.iter().map(|swept| HeldOut::new(&swept.fit.mixture, held.rows()));
        Ok(Some(scores.collect::<Result<_>>()?))
    }
}
