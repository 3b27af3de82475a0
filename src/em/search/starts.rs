//! Several starts, the best one kept.

use super::policy::Policy;
use super::race::Race;
use super::split_merge;
use crate::em::diagnose::{Findings, diagnose};
use crate::em::e_step::EStep;
use crate::em::init::{Init, Streams};
use crate::em::observe::Observe;
use crate::em::params::FitParams;
use crate::em::report::{Fit, FitReport, RunnerUp, SAME_OPTIMUM, StartReport};
use crate::em::rows::orient::Orientation;
use crate::em::rows::{Rows, condensed};
use crate::em::run::climb::Climb;
use crate::error::Result;
use crate::metrics::Contingency;
use crate::mixture::{Assignment, BernoulliMixture};
use crate::parallel;
use crate::record::StopReason;
use crate::scorer::KnownLabels;
use std::sync::Arc;

/// Rounds that must end in the best optimum before `n_init = auto` believes in it: within a round starts are compared, and those
/// that go on are alike.
const CONFIRMED: usize = 2;

/// Rows of eight components that are scored before anything is believed: a second start that reaches the same is no surprise
/// among few, and more cost next to nothing.
const LITTLE: usize = 5_000_000;

/// Rounds after which nothing is expected of another one, whatever is left of the budget: on a table that costs next to nothing.
const MOST_ROUNDS: usize = 200;

/// What an E-step costs beside its rows, in rows.
const ROWS_OF_E_STEP: usize = 300;

/// Fits a Bernoulli mixture to `rows`: a [`BitMatrix`](crate::bits::BitMatrix) (N x D), or [`Rows`] with weights or labels.
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
    fit_by(&Policy::of(params), rows, params, observe)
}

/// The same by a policy of one's own, whatever `n_init` says.
///
/// # Errors
/// As [`fit`].
pub fn fit_by<'a>(
    policy: &Policy,
    rows: impl Into<Rows<'a>>,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    let rows = rows.into();
    params.check(rows.borrowed())?;
    parallel::within_threads(|| fit_checked(policy, &rows, params, observe))
}

fn fit_checked(
    policy: &Policy,
    rows: &Rows,
    params: &FitParams,
    observe: &mut dyn Observe,
) -> Result<Fit> {
    let condensed = condensed(rows);
    let orientation = Orientation::of(rows);
    let mut e_step = EStep::for_fit(orientation.turned(&condensed), params);
    let mut found = search(policy, &condensed, params, &orientation, &mut e_step, observe)?;
    let order = found.best.mixture.order_by_weight();
    found.best.mixture = Arc::new(found.best.mixture.permuted(&order));
    let label_of: Vec<_> = order.iter().filter_map(|&k| rows.label_of.get(k).copied()).collect();
    let ordered = Rows { label_of: label_of.clone().into(), ..condensed.borrowed() };
    if !label_of.is_empty() {
        // Components have changed places, and labels with them.
        drop(e_step);
        e_step = EStep::for_fit(orientation.turned(&ordered), params);
    }
    let findings = diagnose(&found.best.mixture, found.stop(), &ordered, &mut e_step, params)?;
    drop(e_step);
    let mixture = orientation.turn(&found.best.mixture)?;
    let known = KnownLabels { of_row: &rows.labels, of_component: &label_of };
    let assignments = mixture.assign_known(&rows.data, known)?;
    let runner_up = match &found.second {
        Some(second) => Some(runner_up(second, &orientation, &assignments, rows)?),
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
    rows: &Rows,
) -> Result<RunnerUp> {
    let mixture = orientation.turn(&climb.mixture)?;
    let (k, of_second) = (mixture.n_components(), mixture.predict_known(&rows.data, rows.known())?);
    let both = best.iter().zip(of_second).zip(rows.counts());
    let both = both.map(|((best, second), count)| (best.component, second, count));
    let table = Contingency::weighted(k, k, both);
    let ari = table.ok().map(|table| table.ari()); // of very many components there is none
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
    policy: &Policy,
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
    let (starts, rounds) = (Vec::new(), Vec::new());
    let tolerance = SAME_OPTIMUM * rows.total_weight();
    let mut search =
        Search { rows, orientation, params: &params, policy, observe, starts, rounds, tolerance };
    let Leaders { best, second, .. } = search.run(e_step)?;
    // Interrupted, a start may have been on its way to the best optimum.
    let second = second.filter(|_| !search.is_interrupted());
    Ok(Found { best, second, starts: search.starts })
}

/// A search for the best optimum. Of all starts the reports stay.
struct Search<'a> {
    rows: &'a Rows<'a>,
    orientation: &'a Orientation,
    params: &'a FitParams,
    policy: &'a Policy,
    observe: &'a mut dyn Observe,
    starts: Vec<StartReport>,
    /// The best end of every round, total nats.
    rounds: Vec<f64>,
    /// Ends closer than this are the same optimum, in total nats.
    tolerance: f64,
}

impl Search<'_> {
    fn run(&mut self, e_step: &mut EStep) -> Result<Leaders> {
        let mut streams = Streams::new(self.params.seed);
        let mut leaders: Option<Leaders> = None;
        loop {
            let mut summit = Summit::none();
            for mut climb in self.round(&mut streams, e_step)?.climbs {
                if !self.is_interrupted() {
                    climb.run(self.params.max_iter, e_step, self.params, self.observe)?;
                    self.starts[climb.start] = self.report(&climb);
                }
                summit.rise_to(&climb);
                leaders = Some(match leaders {
                    Some(leaders) => leaders.and(climb),
                    None => Leaders { tolerance: self.tolerance, best: climb, second: None },
                });
            }
            let Some(found) = leaders.take() else { continue };
            let found = self.move_on(found, summit, e_step)?;
            if self.is_done() {
                return Ok(found);
            }
            leaders = Some(found);
        }
    }

    /// Goes on from the best end of a round by split and merge moves, as long as they lead up.
    fn move_on(
        &mut self,
        mut leaders: Leaders,
        mut summit: Summit,
        e_step: &mut EStep,
    ) -> Result<Leaders> {
        while let Some(climb) = self.moved(&summit, e_step)? {
            summit.rise_to(&climb);
            leaders = leaders.and(climb);
        }
        self.rounds.push(summit.objective);
        Ok(leaders)
    }

    /// The first one that rises (or is interrupted) of the climbs that moves from `summit` begin.
    fn moved(&mut self, summit: &Summit, e_step: &mut EStep) -> Result<Option<Climb>> {
        let Some(mixture) = &summit.mixture else { return Ok(None) };
        // Where an earlier round ended, all was tried.
        let is_known =
            self.rounds.iter().any(|end| (end - summit.objective).abs() <= self.tolerance);
        // A move does not know which components may take which rows.
        let is_free = self.rows.label_of.is_empty();
        if self.policy.n_tries == 0 || is_known || !is_free || self.is_interrupted() {
            return Ok(None);
        }
        let moves = split_merge::moves(&self.turned(), mixture, self.params)?;
        for a_move in moves.iter().take(self.policy.n_tries) {
            if self.spent() >= self.policy.budget {
                break;
            }
            let climb = self.try_move(a_move.applied(mixture)?, summit, e_step)?;
            if self.is_interrupted() || climb.objective() > summit.objective + self.tolerance {
                return Ok(Some(climb));
            }
        }
        Ok(None)
    }

    /// Climbs from where a move leads, as long as it may rise above `summit`. What does not is no start that was run to its end.
    fn try_move(
        &mut self,
        mixture: BernoulliMixture,
        summit: &Summit,
        e_step: &mut EStep,
    ) -> Result<Climb> {
        let mut climb = Climb::new(self.starts.len(), mixture, e_step, self.params)?;
        let gap = (summit.objective - climb.objective()) / self.rows.total_weight();
        let mut race = Race::new(self.observe, gap);
        climb.run(self.params.max_iter, e_step, self.params, &mut race)?;
        let holds = race.was_interrupted() || climb.objective() > summit.objective + self.tolerance;
        let mut report = self.report(&climb);
        if !holds {
            report.stop = StopReason::Abandoned;
        }
        self.starts.push(StartReport { moved_from: Some(summit.start), ..report });
        Ok(climb)
    }

    /// Gives so many new starts their first leg; returns the best of them.
    fn round(&mut self, streams: &mut Streams, e_step: &mut EStep) -> Result<Best> {
        let FitParams { init, n_components, .. } = self.params;
        let mut best = Best::new(self.policy.n_continued);
        for _ in 0..self.policy.n_starts {
            let mixture = init.mixture(&self.turned(), *n_components, streams.next_stream())?;
            let mut climb = Climb::new(self.starts.len(), mixture, e_step, self.params)?;
            let first_leg = self.policy.first_leg.min(self.params.max_iter);
            climb.run(first_leg, e_step, self.params, self.observe)?;
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

    fn is_done(&self) -> bool {
        if self.is_interrupted() {
            return true;
        }
        if let Some(all) = self.policy.n_rounds {
            return self.rounds.len() == all;
        }
        let spent = self.spent();
        let best = self.rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let n_best = self.rounds.iter().filter(|end| **end >= best - self.tolerance).count();
        let is_enough = spent >= self.policy.budget || self.rounds.len() >= MOST_ROUNDS;
        is_enough || (n_best >= CONFIRMED && spent >= LITTLE)
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

/// The highest end of a round, where moves begin.
struct Summit {
    start: usize,
    /// Total nats.
    objective: f64,
    mixture: Option<Arc<BernoulliMixture>>,
}

impl Summit {
    fn none() -> Self {
        Self { start: 0, objective: f64::NEG_INFINITY, mixture: None }
    }

    /// Goes to where `climb` is, if that is higher.
    fn rise_to(&mut self, climb: &Climb) {
        if self.mixture.is_none() || climb.objective() > self.objective {
            let mixture = Some(climb.mixture.clone());
            *self = Self { start: climb.start, objective: climb.objective(), mixture };
        }
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
