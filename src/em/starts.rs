//! Several starts, the best one kept.

use super::climb::Climb;
use super::e_step::{EStep, within_threads};
use super::init::{Init, Streams};
use super::observe::Observe;
use super::orient::Orientation;
use super::params::{FitParams, NInit};
use super::report::{Fit, FitReport, StartReport, StopReason};
use crate::bits::BitMatrix;
use crate::error::Result;
use crate::mixture::Assignment;
use std::borrow::Cow;

// The three numbers were chosen by simulating policies on 64 single starts on MNIST at K = 10, the very data that the
// default is judged by; other data has had no say yet.

/// Starts of `n_init = auto`.
const AUTO_STARTS: usize = 20;
/// Iterations after which they are compared.
const AUTO_SHORT: usize = 20;
/// How many of them are run to their end.
const AUTO_CONTINUED: usize = 4;

/// Fits a Bernoulli mixture to `data` (`n_samples` x `n_features`).
///
/// Every start is initialised anew; the one with the best objective is kept and all are reported. The result depends
/// on the data and the parameters alone, not on the number of threads or the machine. When the observer interrupts,
/// the best parameters so far are returned.
///
/// # Errors
/// [`crate::error::Error::Parameter`] or [`crate::error::Error::Features`] if `params` do not fit `data`, and
/// [`crate::error::Error::ObjectiveFell`] if EM ever loses ground, which would be a defect.
pub fn fit(data: &BitMatrix, params: &FitParams, observe: &mut dyn Observe) -> Result<Fit> {
    params.check(data)?;
    within_threads(|| fit_checked(data, params, observe))
}

fn fit_checked(data: &BitMatrix, params: &FitParams, observe: &mut dyn Observe) -> Result<Fit> {
    let orientation = Orientation::of(data);
    let found = search(data, params, &orientation, observe)?;
    let mixture = orientation.turn(&found.best.mixture)?.sorted_by_weight();
    let assignments = mixture.assign(data)?;
    Ok(Fit { mixture, report: found.report(assignments) })
}

/// What a search found: all starts, and the best one with its parameters, as the data was turned.
struct Found {
    starts: Vec<StartReport>,
    best: Climb,
}

impl Found {
    fn report(self, assignments: Vec<Assignment>) -> FitReport {
        let Self { starts, best } = self;
        let was_interrupted = starts.iter().any(|start| start.stop == StopReason::Interrupted);
        FitReport {
            n_iter: best.n_iter(),
            // Whichever start was interrupted: the search for the best one was.
            stop: if was_interrupted { StopReason::Interrupted } else { starts[best.start].stop },
            log_likelihood: assignments.iter().map(|row| row.log_prob).sum(),
            assignments,
            best_start: best.start,
            objective_history: best.history,
            starts,
        }
    }
}

fn search(
    data: &BitMatrix,
    params: &FitParams,
    orientation: &Orientation,
    observe: &mut dyn Observe,
) -> Result<Found> {
    let mut params = params.clone();
    if let Init::From(mixture) = &params.init {
        params.init = Init::From(orientation.turn(mixture)?);
    }
    let (starts, kept) = (Vec::new(), Vec::new());
    let mut search = Search { data, orientation, params: &params, observe, starts, kept };
    search.run()?;
    Ok(Found { best: search.kept.swap_remove(0), starts: search.starts })
}

/// The policy of a search: so many starts, each with a first leg; the best ones are kept and run to their end.
struct Policy {
    n_starts: usize,
    first_leg: usize,
    keep: usize,
}

impl Policy {
    fn of(params: &FitParams) -> Self {
        let FitParams { max_iter, n_components, .. } = *params;
        let each_to_its_end = |n_starts| Self { n_starts, first_leg: max_iter, keep: 1 };
        match (&params.init, params.n_init) {
            (Init::From(_), _) => each_to_its_end(1),
            (_, NInit::Exactly(n)) => each_to_its_end(n),
            // One component has one optimum, and one step reaches it.
            (_, NInit::Auto) if n_components == 1 => each_to_its_end(1),
            (_, NInit::Auto) => Self {
                n_starts: AUTO_STARTS,
                first_leg: max_iter.min(AUTO_SHORT),
                keep: AUTO_CONTINUED,
            },
        }
    }
}

/// A search for the best optimum. Of all starts the reports stay, of the best ones also the parameters.
struct Search<'a> {
    data: &'a BitMatrix,
    orientation: &'a Orientation,
    params: &'a FitParams,
    observe: &'a mut dyn Observe,
    starts: Vec<StartReport>,
    /// By descending objective, earlier starts first among equals.
    kept: Vec<Climb>,
}

impl Search<'_> {
    fn run(&mut self) -> Result<()> {
        let policy = Policy::of(self.params);
        let mut streams = Streams::new(self.params.seed);
        let mut e_step = EStep::new(&self.turned(), self.params.n_components);
        for start in 0..policy.n_starts {
            let stream = streams.next_stream();
            let mixture =
                self.params.init.mixture(&self.turned(), self.params.n_components, stream)?;
            let mut climb = Climb::new(start, mixture, &mut e_step, self.params)?;
            climb.run(policy.first_leg, &mut e_step, self.params, self.observe)?;
            self.starts.push(self.report(&climb));
            let interrupted = climb.is_interrupted();
            self.keep(climb, policy.keep);
            if interrupted {
                return Ok(());
            }
        }
        self.finish(&mut e_step)
    }

    /// The data turned: made where it is needed and not kept, for it is soon made again.
    fn turned(&self) -> Cow<'_, BitMatrix> {
        self.orientation.turned(self.data)
    }

    /// Runs the starts that were kept to their end.
    fn finish(&mut self, e_step: &mut EStep) -> Result<()> {
        for mut climb in std::mem::take(&mut self.kept) {
            if !self.kept.iter().any(Climb::is_interrupted) {
                climb.run(self.params.max_iter, e_step, self.params, self.observe)?;
            }
            self.starts[climb.start] = self.report(&climb);
            self.keep(climb, AUTO_CONTINUED);
        }
        Ok(())
    }

    fn report(&self, climb: &Climb) -> StartReport {
        let ran_out = climb.n_e_steps() >= self.params.max_iter;
        climb.report(if ran_out { StopReason::MaxIter } else { StopReason::Abandoned })
    }

    /// Puts `climb` in its place among the best `n`.
    fn keep(&mut self, climb: Climb, n: usize) {
        let rank = |c: &Climb| (c.objective(), std::cmp::Reverse(c.start));
        let place = self.kept.partition_point(|other| rank(other) > rank(&climb));
        self.kept.insert(place, climb);
        self.kept.truncate(n);
    }
}
