//! Fits over a range of K, each with starts of its own and with warm starts from its neighbours.

use crate::bits::BitMatrix;
use crate::em::report::{Fit, RunnerUp, SAME_OPTIMUM};
use crate::em::rows::{Rows, gathered};
use crate::em::search::policy::Policy;
use crate::em::search::split_merge::neighbours::{merge, split};
use crate::em::{init::Init, observe::Observe, params::FitParams, search::fit_view, view::View};
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::parallel;
use crate::record::StopReason;
use std::fmt;

/// Warm starts from the next smaller K: each splits another one of its components.
pub(crate) const N_SPLITS: usize = 3;

/// How often warm starts go down and up again at most, as long as anything improves.
const MAX_ROUNDS: usize = 3;

/// The fits of a sweep, by ascending K.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sweep {
    /// One for each K; if interrupted, those that were there by then, at least that of K = 1.
    pub fits: Vec<SweptFit>,
    /// Whether the observer ended the sweep early.
    pub interrupted: bool,
}

/// The best fit that a sweep found for one K.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SweptFit {
    /// The fit; warm starts are in its report too, after the others.
    pub fit: Fit,
    /// Where the best optimum was found first.
    pub origin: Origin,
}

/// Where an optimum came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A start of its own.
    Start,
    /// The fit of so many components, of which some were split.
    Split(usize),
    /// The fit of so many components, of which some were merged.
    Merge(usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Split(k) => write!(f, "split of K = {k}"),
            Self::Merge(k) => write!(f, "merge of K = {k}"),
        }
    }
}

/// Fits a mixture of every K in `ks`, and of K = 1, to `rows`: see [`fit`](crate::em::fit).
///
/// Each K is fitted as [`fit`](crate::em::fit) does with `params`, whose own K does not matter.
/// Then warm starts follow: from the fit of the next smaller K with components [`split`], and from
/// that of the next larger K with components [`merge`]d. They go up and down as long as one of them
/// finds another, better optimum. For each K the best objective of all is kept: it is never below
/// that of [`fit`](crate::em::fit) alone. Without smoothing the log-likelihood does not fall with
/// K, but by what EM can lose from one split start.
///
/// # Errors
/// As [`fit`](crate::em::fit), and [`Error::Parameter`] as [`check_distinct`] says.
pub fn sweep<'a>(
    rows: impl Into<Rows<'a>>,
    ks: &[usize],
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Sweep> {
    let rows = &rows.into();
    let mut ks = [&[1], ks].concat();
    ks.sort_unstable();
    ks.dedup();
    check_distinct(&rows.data, &ks, "distinct rows")?;
    rows.check(rows.label_of.len())?;
    let tried = vec![Tried::default(); ks.len()];
    let sweep = Sweep { fits: Vec::new(), interrupted: false };
    let few = gathered(rows);
    // All of it sees the features that vary: others would change what is split.
    let view = View::new(&few, params.alpha);
    let mut sweeper = Sweeper { view: &view, params, observe, tried, sweep };
    parallel::within_threads(|| {
        sweeper.fit_alone(&ks).and_then(|()| sweeper.fit_from_neighbours())
    })?;
    let Sweep { fits, interrupted } = sweeper.sweep;
    let restored =
        |SweptFit { fit, origin }: SweptFit| Ok(SweptFit { fit: view.restored_fit(fit)?, origin });
    Ok(Sweep { fits: fits.into_iter().map(restored).collect::<Result<_>>()?, interrupted })
}

/// Checks that the largest K is not above the number of distinct rows.
///
/// # Errors
/// [`Error::Parameter`] with both numbers; `rows` says what was counted.
pub fn check_distinct(data: &BitMatrix, ks: &[usize], rows: &str) -> Result<()> {
    let largest = ks.iter().max().copied().unwrap_or(1);
    let n = data.n_distinct_up_to(largest);
    if largest <= n {
        return Ok(());
    }
    Err(Error::parameter("n_components", largest, format!("at most {n}, the number of {rows}")))
}

/// The states of its neighbours that a fit was started from, and how often its optimum improved.
#[derive(Debug, Clone, Default)]
struct Tried {
    splits_of: Option<usize>,
    merge_of: Option<usize>,
    n_improved: usize,
}

struct Sweeper<'a> {
    view: &'a View<'a>,
    params: &'a FitParams,
    observe: &'a mut dyn Observe,
    tried: Vec<Tried>,
    sweep: Sweep,
}

impl Sweeper<'_> {
    /// Every K by itself.
    fn fit_alone(&mut self, ks: &[usize]) -> Result<()> {
        for &n_components in ks {
            let params = FitParams { n_components, ..self.params.clone() };
            let fit = self.fit(&params)?;
            self.sweep.interrupted = fit.report.stop == StopReason::Interrupted;
            // An interrupted fit is kept only where there is no other.
            if !self.sweep.interrupted || self.sweep.fits.is_empty() {
                self.sweep.fits.push(SweptFit { fit, origin: Origin::Start });
            }
            if self.sweep.interrupted {
                break;
            }
        }
        Ok(())
    }

    /// From neighbours: up, then down and up while that helps.
    fn fit_from_neighbours(&mut self) -> Result<()> {
        self.up()?;
        for _ in 0..MAX_ROUNDS {
            if !self.down()? {
                break;
            }
            self.up()?;
        }
        Ok(())
    }

    fn up(&mut self) -> Result<()> {
        for i in 1..self.sweep.fits.len() {
            let state = Some(self.tried[i - 1].n_improved);
            if std::mem::replace(&mut self.tried[i].splits_of, state) == state {
                continue;
            }
            let smaller = self.mixture(i - 1).clone();
            let k = smaller.n_components();
            for rank in 0..N_SPLITS.min(k) {
                let start = split(&smaller, self.mixture(i).n_components(), rank)?;
                self.attempt(i, start, Origin::Split(k))?;
            }
        }
        Ok(())
    }

    /// Whether anything improved.
    fn down(&mut self) -> Result<bool> {
        let mut has_improved = false;
        // K = 1 has one optimum.
        for i in (1..self.sweep.fits.len().saturating_sub(1)).rev() {
            let state = Some(self.tried[i + 1].n_improved);
            if std::mem::replace(&mut self.tried[i].merge_of, state) == state {
                continue;
            }
            let larger = self.mixture(i + 1);
            let origin = Origin::Merge(larger.n_components());
            let start = merge(larger, self.mixture(i).n_components())?;
            has_improved |= self.attempt(i, start, origin)?;
        }
        Ok(has_improved)
    }

    /// Whether a fit from `start` ends in another, better optimum.
    fn attempt(&mut self, i: usize, start: BernoulliMixture, origin: Origin) -> Result<bool> {
        if self.sweep.interrupted {
            return Ok(false);
        }
        let n_components = start.n_components();
        let params = FitParams { n_components, init: Init::From(start), ..self.params.clone() };
        let warm = self.fit(&params)?;
        if warm.report.stop == StopReason::Interrupted {
            self.sweep.interrupted = true;
            return Ok(false);
        }
        let has_improved = self.sweep.fits[i].merge_in(warm, origin, &self.view.rows)?;
        self.tried[i].n_improved += usize::from(has_improved);
        Ok(has_improved)
    }

    fn fit(&mut self, params: &FitParams) -> Result<Fit> {
        params.check(self.view.rows.borrowed())?;
        fit_view(&Policy::for_params(params), self.view, params, self.observe).map(|(fit, _)| fit)
    }

    fn mixture(&self, i: usize) -> &BernoulliMixture {
        &self.sweep.fits[i].fit.mixture
    }
}

impl SweptFit {
    /// Keeps the better one of this fit and `other`, and the starts of both; whether that is
    /// another optimum.
    fn merge_in(&mut self, mut other: Fit, origin: Origin, rows: &Rows) -> Result<bool> {
        let own = &mut self.fit;
        let tolerance = SAME_OPTIMUM * own.report.total_weight;
        let gain = other.report.objective() - own.report.objective();
        let mut starts = std::mem::take(&mut own.report.starts);
        other.report.best_start += starts.len();
        other.report.starts.iter_mut().for_each(|start| start.is_warm = true);
        starts.append(&mut other.report.starts);
        if gain > 0.0 {
            std::mem::swap(own, &mut other);
        }
        own.report.runner_up = runner_up(own, &other, tolerance, rows)?;
        own.report.starts = starts;
        if gain > tolerance {
            self.origin = origin;
        }
        Ok(gain > tolerance)
    }
}

/// The next optimum after that of `best`, from the starts of both fits. `other` is not better.
fn runner_up(best: &Fit, other: &Fit, tolerance: f64, rows: &Rows) -> Result<Option<RunnerUp>> {
    let is_another = other.report.objective() < best.report.objective() - tolerance;
    let candidate = if is_another {
        let [a, b] = [best, other].map(|fit| fit.mixture.predict(&rows.data));
        let components = a?.into_iter().zip(b?);
        Some(RunnerUp {
            start: other.report.best_start,
            objective: other.report.objective(),
            ari: rows.agreement(best.mixture.n_components(), components),
        })
    } else {
        other.report.runner_up
    };
    let both = best.report.runner_up.into_iter().chain(candidate);
    Ok(both.max_by(|a, b| a.objective.total_cmp(&b.objective)))
}
