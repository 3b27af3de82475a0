//! Fits over a range of K, each with starts of its own and with warm starts from its neighbours.

use crate::bits::BitMatrix;
use crate::em::init::Init;
use crate::em::observe::Observe;
use crate::em::params::FitParams;
use crate::em::report::{Fit, RunnerUp, SAME_OPTIMUM};
use crate::em::rows::Rows;
use crate::em::search::neighbours::{merge, split};
use crate::em::search::starts::fit;
use crate::error::{Error, Result};
use crate::metrics::Contingency;
use crate::mixture::BernoulliMixture;
use crate::record::StopReason;
use std::fmt;

/// Warm starts from the next smaller K: as many different components of it are split.
pub(crate) const SPLITS: usize = 3;

/// How often warm starts go down and up again at most, as long as anything rises. Each time what has not changed is left out.
const ROUNDS: usize = 3;

/// The fits of a sweep, by ascending K.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// One for each K; if interrupted, those that were there by then, at least that of K = 1.
    pub fits: Vec<SweptFit>,
    /// Whether the observer ended the sweep early.
    pub interrupted: bool,
}

/// The best fit that a sweep found for one K.
#[derive(Debug, Clone)]
pub struct SweptFit {
    /// As [`fit`] gives it, but without assignments, which would take much memory for many K; its report counts warm starts as starts,
    /// after the others.
    pub fit: Fit,
    /// Where the best optimum was found first.
    pub origin: Origin,
}

/// Where an optimum came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Fits a mixture of every K in `ks`, and of K = 1, to `rows`, as [`fit`] takes them.
///
/// Each K is fitted as [`fit`] does with `params`, whose own K does not matter. Then warm starts follow: from the fit of the next
/// smaller K with components [`split`], from that of the next larger K with components [`merge`]d; up and down as long as one of
/// them finds another, better optimum. For each K the best objective of all is kept: it is never below that of [`fit`] alone, and without
/// smoothing the log-likelihood does not fall with K but by what EM can lose from one split start.
///
/// # Errors
/// As [`fit`], and [`Error::Parameter`] as [`check_distinct`] says.
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
    let tried = vec![Tried::default(); ks.len()];
    let sweep = Sweep { fits: Vec::new(), interrupted: false };
    let mut sweeper = Sweeper { rows, params, observe, tried, sweep };
    sweeper.cold(&ks)?;
    sweeper.warm()?;
    Ok(sweeper.sweep)
}

/// Checks that the largest K is not above the number of distinct rows, which are as many as can be told apart.
///
/// # Errors
/// [`Error::Parameter`] with both numbers; `rows` says what was counted.
pub fn check_distinct(data: &BitMatrix, ks: &[usize], rows: &str) -> Result<()> {
    let largest = ks.iter().max().copied().unwrap_or(1);
    let n = data.n_distinct_up_to(largest);
    if largest <= n {
        return Ok(());
    }
    let allowed = format!("at most {n}, the number of {rows}");
    Err(Error::Parameter { name: "k", value: largest.to_string(), allowed })
}

/// Which states of the neighbours warm starts have been tried from, and how often this fit has risen to another optimum.
#[derive(Debug, Clone, Default)]
struct Tried {
    splits_of: Option<usize>,
    merge_of: Option<usize>,
    n_risen: usize,
}

struct Sweeper<'a> {
    rows: &'a Rows<'a>,
    params: &'a FitParams,
    observe: &'a mut dyn Observe,
    tried: Vec<Tried>,
    sweep: Sweep,
}

impl Sweeper<'_> {
    /// Every K by itself.
    fn cold(&mut self, ks: &[usize]) -> Result<()> {
        for &n_components in ks {
            let params = FitParams { n_components, ..self.params.clone() };
            let fit = self.fit(&params)?;
            self.sweep.interrupted = fit.report.stop == StopReason::Interrupted;
            // What was cut short is kept only where there is nothing else.
            if self.sweep.interrupted && !self.sweep.fits.is_empty() {
                break;
            }
            self.sweep.fits.push(SweptFit { fit, origin: Origin::Start });
            if self.sweep.interrupted {
                break;
            }
        }
        Ok(())
    }

    /// From neighbours: up, then down and up while that helps.
    fn warm(&mut self) -> Result<()> {
        self.up()?;
        for _ in 0..ROUNDS {
            if !self.down()? {
                break;
            }
            self.up()?;
        }
        Ok(())
    }

    fn up(&mut self) -> Result<()> {
        for i in 1..self.sweep.fits.len() {
            let state = Some(self.tried[i - 1].n_risen);
            if std::mem::replace(&mut self.tried[i].splits_of, state) == state {
                continue;
            }
            let smaller = self.mixture(i - 1).clone();
            let k = smaller.n_components();
            for rank in 0..SPLITS.min(k) {
                let start = split(&smaller, self.mixture(i).n_components(), rank)?;
                self.attempt(i, start, Origin::Split(k))?;
            }
        }
        Ok(())
    }

    /// Whether anything rose.
    fn down(&mut self) -> Result<bool> {
        let mut has_risen = false;
        // K = 1 has one optimum.
        for i in (1..self.sweep.fits.len().saturating_sub(1)).rev() {
            let state = Some(self.tried[i + 1].n_risen);
            if std::mem::replace(&mut self.tried[i].merge_of, state) == state {
                continue;
            }
            let larger = self.mixture(i + 1);
            let origin = Origin::Merge(larger.n_components());
            let start = merge(larger, self.mixture(i).n_components())?;
            has_risen |= self.attempt(i, start, origin)?;
        }
        Ok(has_risen)
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
        let has_risen = self.sweep.fits[i].hear_of(warm, origin, self.rows)?;
        self.tried[i].n_risen += usize::from(has_risen);
        Ok(has_risen)
    }

    fn fit(&mut self, params: &FitParams) -> Result<Fit> {
        let mut fit = fit(self.rows.borrowed(), params, self.observe)?;
        fit.report.assignments = Vec::new();
        Ok(fit)
    }

    fn mixture(&self, i: usize) -> &BernoulliMixture {
        &self.sweep.fits[i].fit.mixture
    }
}

impl SweptFit {
    /// Keeps the better one of this fit and `other`, and the starts of both; whether that is another optimum.
    fn hear_of(&mut self, mut other: Fit, origin: Origin, rows: &Rows) -> Result<bool> {
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
        own.report.runner_up = second_best(own, &other, tolerance, rows)?;
        own.report.starts = starts;
        if gain > tolerance {
            self.origin = origin;
        }
        Ok(gain > tolerance)
    }
}

/// The second-best optimum of two fits, the second of which is not the better one.
fn second_best(best: &Fit, other: &Fit, tolerance: f64, rows: &Rows) -> Result<Option<RunnerUp>> {
    let is_another = other.report.objective() < best.report.objective() - tolerance;
    let of_other = match is_another {
        true => Some(RunnerUp {
            start: other.report.best_start,
            objective: other.report.objective(),
            ari: agreement(&best.mixture, &other.mixture, rows)?,
        }),
        false => other.report.runner_up,
    };
    let both = best.report.runner_up.into_iter().chain(of_other);
    Ok(both.max_by(|a, b| a.objective.total_cmp(&b.objective)))
}

/// The adjusted Rand index of two mixtures' partitions of the same rows.
fn agreement(a: &BernoulliMixture, b: &BernoulliMixture, rows: &Rows) -> Result<Option<f64>> {
    let (of_a, of_b) = (a.predict(&rows.data)?, b.predict(&rows.data)?);
    let both = of_a.into_iter().zip(of_b).zip(rows.counts());
    let both = both.map(|((a, b), count)| (a, b, count));
    let k = a.n_components();
    Ok(Contingency::weighted(k, k, both).ok().map(|table| table.ari()))
}
