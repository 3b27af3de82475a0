//! Several starts, the best one kept.

use super::climb::Climb;
use super::diagnose::{Findings, diagnose};
use super::distinct::condensed;
use super::e_step::{EStep, within_threads};
use super::init::{Init, Streams};
use super::observe::Observe;
use super::orient::Orientation;
use super::params::{FitParams, NInit};
use super::report::{Fit, FitReport, RunnerUp, SAME_OPTIMUM, StartReport, StopReason, n_best};
use super::rows::Rows;
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::metrics::Contingency;
use crate::mixture::Assignment;
use std::sync::Arc;

/// Starts in a round of `n_init = auto`; iterations after which they are compared; how many are then run to their end.
///
/// Chosen by simulating policies on 64 single starts on MNIST at K = 10.
const ROUND_STARTS: usize = 20;
const ROUND_SHORT: usize = 20;
const ROUND_CONTINUED: usize = 4;

/// How often the best optimum is to be reached before `n_init = auto` believes in it.
const CONFIRMED: usize = 2;

/// Rows of eight components that are scored before anything is believed: a second start that reaches the same is no surprise
/// among few, and more cost next to nothing.
const LITTLE: usize = 5_000_000;

/// The same that must not be spent yet where another round begins: the budget. On MNIST at K = 10 two rounds.
const BUDGET: usize = 100_000_000;

/// What an E-step costs beside its rows, in rows.
const ROWS_OF_E_STEP: usize = 300;

/// Fits a Bernoulli mixture to `rows`: a [`BitMatrix`] (N x D), or [`Rows`] with weights or labels.
///
/// Every start is initialised anew; the one with the best objective is kept and all are reported. The result depends
/// on the data and the parameters alone, not on the number of threads or the machine. When the observer interrupts,
/// the best parameters so far are returned.
///
/// # Errors
/// [`crate::error::Error::Parameter`] or [`crate::error::Error::Features`] if `params` do not fit `data`, and
/// [`crate::error::Error::ObjectiveFell`] if EM ever loses ground, which would be a defect.
pub fn fit<'a>(
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    let rows = rows.into();
    params.check(rows.borrowed())?;
    within_threads(|| fit_checked(&rows, params, observe))
}

fn fit_checked(rows: &Rows, params: &FitParams, observe: &mut dyn Observe) -> Result<Fit> {
    let orientation = Orientation::of(&rows.data);
    let condensed = condensed(rows);
    let mut e_step = EStep::new(orientation.turned(&condensed), params.n_components);
    let mut found = search(&condensed, params, &orientation, &mut e_step, observe)?;
    let order = found.best.mixture.order_by_weight();
    found.best.mixture = Arc::new(found.best.mixture.permuted(&order));
    let label_of: Vec<_> = order.iter().filter_map(|&k| rows.label_of.get(k).copied()).collect();
    if !label_of.is_empty() {
        // Components have changed places, and labels with them.
        let rows = Rows { label_of: label_of.clone().into(), ..condensed.borrowed() };
        e_step = EStep::new(orientation.turned(&rows), params.n_components);
    }
    let (best, data) = (&found.best.mixture, &condensed.data);
    let findings = diagnose(best, found.stop(), data, &mut e_step, params)?;
    drop(e_step);
    let mixture = orientation.turn(&found.best.mixture)?;
    let rows = &Rows { label_of: label_of.clone().into(), ..rows.borrowed() };
    let assignments = mixture.assign_known(&rows.data, rows.known())?;
    let runner_up = match &found.second {
        Some(second) => Some(runner_up(second, &orientation, &assignments, &rows.data)?),
        None => None,
    };
    let report = found.report(rows, assignments, runner_up, findings);
    Ok(Fit { mixture, label_of, report })
}

/// How the second-best optimum compares.
fn runner_up(
    climb: &Climb,
    orientation: &Orientation,
    best: &[Assignment],
    data: &BitMatrix,
) -> Result<RunnerUp> {
    let mixture = orientation.turn(&climb.mixture)?;
    let k = mixture.n_components();
    let of_best: Vec<usize> = best.iter().map(|row| row.component).collect();
    let table = Contingency::new(&of_best, k, &mixture.predict(data)?, k);
    // No table holds more than some ten thousand components twice.
    let ari = table.ok().map(|table| table.ari());
    Ok(RunnerUp { start: climb.start, objective: climb.objective(), ari })
}

/// What a search found: all starts, and the best one with its parameters, as the data was turned, and if there is another
/// optimum the best one that ended there.
struct Found {
    starts: Vec<StartReport>,
    best: Climb,
    second: Option<Climb>,
}

impl Found {
    /// Why the search ended.
    fn stop(&self) -> StopReason {
        let was_interrupted = self.starts.iter().any(|s| s.stop == StopReason::Interrupted);
        // Whichever start was interrupted: the search for the best one was.
        if was_interrupted { StopReason::Interrupted } else { self.starts[self.best.start].stop }
    }

    fn report(
        self,
        rows: &Rows,
        assignments: Vec<Assignment>,
        runner_up: Option<RunnerUp>,
        findings: Findings,
    ) -> FitReport {
        let stop = self.stop();
        let Self { starts, best, .. } = self;
        let Findings { diagnoses, gradient_residual } = findings;
        FitReport {
            n_iter: best.n_iter(),
            stop,
            log_likelihood: rows.weighted_sum(assignments.iter().map(|row| row.log_prob)),
            entropy: rows.weighted_sum(assignments.iter().map(|row| row.entropy)),
            total_weight: rows.total_weight(),
            assignments,
            best_start: best.start,
            objective_history: best.history,
            starts,
            runner_up,
            diagnoses,
            gradient_residual,
            by_label: Vec::new(),
        }
    }
}

fn search(
    rows: &Rows,
    params: &FitParams,
    orientation: &Orientation,
    e_step: &mut EStep,
    observe: &mut dyn Observe,
) -> Result<Found> {
    let mut params = params.clone();
    if let Init::From(mixture) = &params.init {
        params.init = Init::From(orientation.turn(mixture)?);
    }
    let policy = Policy::of(&params);
    let starts = Vec::new();
    let mut search = Search { rows, orientation, params: &params, policy, observe, starts };
    let Leaders { best, second, .. } = search.run(e_step)?;
    // Interrupted, a start may have been on its way to the best optimum.
    let second = second.filter(|_| !search.is_interrupted());
    Ok(Found { best, second, starts: search.starts })
}

/// The policy of a search: rounds of so many starts, each with a first leg; the best ones of a round are run to their end.
struct Policy {
    n_starts: usize,
    first_leg: usize,
    n_continued: usize,
    /// `None`: until the best optimum is confirmed or the budget is spent.
    n_rounds: Option<usize>,
}

impl Policy {
    fn of(params: &FitParams) -> Self {
        let FitParams { max_iter, n_components, .. } = *params;
        let one_by_one = |n_rounds| Self {
            n_starts: 1,
            first_leg: max_iter,
            n_continued: 1,
            n_rounds: Some(n_rounds),
        };
        match (&params.init, params.n_init) {
            (Init::From(_), _) => one_by_one(1),
            (_, NInit::Exactly(n)) => one_by_one(n),
            // One component has one optimum, and one step reaches it.
            (_, NInit::Auto) if n_components == 1 => one_by_one(1),
            (_, NInit::Auto) => Self {
                n_starts: ROUND_STARTS,
                first_leg: max_iter.min(ROUND_SHORT),
                n_continued: ROUND_CONTINUED,
                n_rounds: None,
            },
        }
    }
}

/// A search for the best optimum. Of all starts the reports stay.
struct Search<'a> {
    rows: &'a Rows<'a>,
    orientation: &'a Orientation,
    params: &'a FitParams,
    policy: Policy,
    observe: &'a mut dyn Observe,
    starts: Vec<StartReport>,
}

impl Search<'_> {
    fn run(&mut self, e_step: &mut EStep) -> Result<Leaders> {
        let mut streams = Streams::new(self.params.seed);
        let tolerance = SAME_OPTIMUM * self.rows.total_weight();
        let mut leaders: Option<Leaders> = None;
        let mut n_rounds = 0;
        loop {
            n_rounds += 1;
            for mut climb in self.round(&mut streams, e_step)?.climbs {
                if !self.is_interrupted() {
                    climb.run(self.params.max_iter, e_step, self.params, self.observe)?;
                    self.starts[climb.start] = self.report(&climb);
                }
                leaders = Some(match leaders {
                    Some(leaders) => leaders.and(climb),
                    None => Leaders { tolerance, best: climb, second: None },
                });
            }
            match leaders {
                Some(leaders) if self.is_done(n_rounds) => return Ok(leaders),
                _ => {}
            }
        }
    }

    /// Gives so many new starts their first leg; returns the best of them.
    fn round(&mut self, streams: &mut Streams, e_step: &mut EStep) -> Result<Best> {
        let FitParams { init, n_components, .. } = self.params;
        let mut best = Best::new(self.policy.n_continued);
        for _ in 0..self.policy.n_starts {
            let mixture = init.mixture(&self.turned(), *n_components, streams.next_stream())?;
            let mut climb = Climb::new(self.starts.len(), mixture, e_step, self.params)?;
            climb.run(self.policy.first_leg, e_step, self.params, self.observe)?;
            self.starts.push(self.report(&climb));
            best.add(climb);
            if self.is_interrupted() {
                break;
            }
        }
        Ok(best)
    }

    fn is_interrupted(&self) -> bool {
        self.starts.iter().any(|start| start.stop == StopReason::Interrupted)
    }

    fn is_done(&self, n_rounds: usize) -> bool {
        if self.is_interrupted() {
            return true;
        }
        if let Some(all) = self.policy.n_rounds {
            return n_rounds == all;
        }
        let spent = self.spent();
        let is_confirmed = n_best(&self.starts, self.rows.total_weight()) >= CONFIRMED;
        spent >= BUDGET || (is_confirmed && spent >= LITTLE)
    }

    /// The work of all starts, in rows of eight components over a thousand features: a measure that is the same on every
    /// machine, unlike seconds.
    fn spent(&self) -> usize {
        let n_e_steps: usize =
            self.starts.iter().map(|start| 1 + start.n_iter + start.n_rejected).sum();
        let of_row =
            self.params.n_components.div_ceil(8) * self.rows.data.n_features().div_ceil(1000);
        n_e_steps
            .saturating_mul((self.rows.data.n_samples() + ROWS_OF_E_STEP).saturating_mul(of_row))
    }

    /// The data turned: not kept, for making it again is cheap and keeping it is not.
    fn turned(&self) -> Rows<'_> {
        self.orientation.turned(self.rows)
    }

    fn report(&self, climb: &Climb) -> StartReport {
        let ran_out = climb.n_e_steps() >= self.params.max_iter;
        climb.report(if ran_out { StopReason::MaxIter } else { StopReason::Abandoned })
    }
}

/// The best start so far, and the best one that ended in another, lower optimum.
struct Leaders {
    /// Ends closer than this are the same optimum, in total nats.
    tolerance: f64,
    best: Climb,
    second: Option<Climb>,
}

impl Leaders {
    /// The leaders when `climb` has come.
    fn and(self, climb: Climb) -> Self {
        let Self { tolerance, best, mut second } = self;
        let (best, other) =
            if climb.objective() > best.objective() { (climb, best) } else { (best, climb) };
        let is_another = other.objective() < best.objective() - tolerance;
        if is_another && second.as_ref().is_none_or(|s| other.objective() > s.objective()) {
            second = Some(other);
        }
        Self { tolerance, best, second }
    }
}

/// The best climbs so far, by descending objective, earlier starts first among equals.
struct Best {
    n: usize,
    climbs: Vec<Climb>,
}

impl Best {
    fn new(n: usize) -> Self {
        Self { n, climbs: Vec::new() }
    }

    fn add(&mut self, climb: Climb) {
        let rank = |c: &Climb| (c.objective(), std::cmp::Reverse(c.start));
        let place = self.climbs.partition_point(|other| rank(other) > rank(&climb));
        self.climbs.insert(place, climb);
        self.climbs.truncate(self.n);
    }
}
