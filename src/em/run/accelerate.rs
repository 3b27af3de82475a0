//! Acceleration of EM by momentum: what an M-step gives is carried on in the direction in which the last ones moved.
//!
//! Nesterov's momentum (1983) with the adaptive restart of O'Donoghue and Candès, *Adaptive restart for accelerated
//! gradient schemes* (2015), applied to the M-step as if it were a gradient step, which it is in the geometry of the
//! model (Kunstner, Kumar & Schmidt, 2021). With theta the log-odds of the means and the logs of the weights, and
//! `M(m)` the M-step from the mixture m:
//!
//! ```text
//! x_t     = M(m_t)                                         the plain step
//! m_(t+1) = x_t + j / (j + 2) (x_t - x_(t-1))   in theta   the leap; j counts leaps since the last restart
//! ```
//!
//! A leap needs one E-step, as a plain step does. Whether it is taken is for the loop in `climb.rs` to decide: a leap may
//! lose ground where a plain step cannot. Everything here is a function of mixtures alone.

use crate::error::Result;
use crate::kernels;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use std::sync::Arc;

/// Leaps begin once a step gains less than this many nats per sample. The first, large steps choose the optimum that a
/// start will reach; left plain they choose as plain EM does, more often than not.
const BEGIN_BELOW: f64 = 0.03;

/// The `2` in `j / (j + 2)`, chosen by counting E-steps: 2 takes a few in a hundred fewer than the 3 of the books.
const DAMPING: f64 = 2.0;

/// The farthest that a leap moves a log-odd or a log weight: no overflow, and nothing is lost that EM could not undo.
const LONGEST: f64 = 50.0;

/// The momentum of one start. At rest it holds no mixture, and plain steps are taken.
#[derive(Debug)]
pub(crate) struct Momentum {
    /// Off, it never leaps and keeps nothing.
    is_on: bool,
    /// Whether gains have become small enough to begin.
    begun: bool,
    /// The last plain step, whether it was taken or only leapt from.
    last_step: Option<Arc<BernoulliMixture>>,
    /// Leaps since the last restart.
    n_leaps: u32,
}

impl Momentum {
    /// At rest.
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, begun: false, last_step: None, n_leaps: 0 }
    }

    /// Hears what a step gained, in nats per sample.
    pub(crate) fn hear(&mut self, gain: f64) {
        self.begun |= self.is_on && gain < BEGIN_BELOW;
    }

    /// The leap beyond `step`, the M-step from `current`; `None` where the plain step is to be taken.
    ///
    /// # Errors
    /// None that checked mixtures of one shape can cause.
    pub(crate) fn leap(
        &mut self,
        current: &BernoulliMixture,
        step: &Arc<BernoulliMixture>,
    ) -> Result<Option<BernoulliMixture>> {
        if !self.begun {
            return Ok(None);
        }
        let Some(last) = self.last_step.replace(step.clone()) else { return Ok(None) };
        let direction = Direction::between(Arc::unwrap_or_clone(last), step);
        // Momentum that points away from where EM goes has gone too far: from here on anew.
        if direction.agreement(current, step) < 0.0 {
            self.n_leaps = 0;
            return Ok(None);
        }
        self.n_leaps += 1;
        let j = f64::from(self.n_leaps);
        direction.beyond(step, j / (j + DAMPING)).map(Some)
    }

    /// Forgets the way so far; the next step is plain.
    pub(crate) fn restart(&mut self) {
        (self.last_step, self.n_leaps) = (None, 0);
    }

    /// The same where `step`, a plain one, is taken next.
    pub(crate) fn restart_from(&mut self, step: &Arc<BernoulliMixture>) {
        (self.last_step, self.n_leaps) = (Some(step.clone()), 0);
    }
}

/// The way from one mixture to another of the same K and D, in log-odds of means and logs of weights, where no
/// distance leads out of the mixtures. What is 0 or 1 at either end does not move.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    log_weights: Vec<f64>,
    /// Component after component.
    log_odds: Vec<f64>,
}

impl Direction {
    /// The way from `from`, whose memory it takes over, to `to`.
    ///
    /// # Panics
    /// If they differ in K or D.
    pub fn between(from: BernoulliMixture, to: &BernoulliMixture) -> Self {
        let odds = |m: f64| m / (1.0 - m);
        let (mut log_weights, mut log_odds) = from.into_parts();
        assert_eq!(log_odds.len(), to.means().len(), "mixtures of another shape");
        log_weights.iter_mut().zip(to.weights()).for_each(|(a, b)| *a = ratio(*a, *b));
        log_odds.iter_mut().zip(to.means()).for_each(|(a, b)| *a = ratio(odds(*a), odds(*b)));
        kernels::ln_all(&mut log_weights);
        parallel::for_each(log_odds.chunks_mut(AT_ONCE), kernels::ln_all);
        Self { log_weights, log_odds }
    }

    /// How far the way from `from` to `to` runs along this one: positive if it does, negative if it runs against it.
    ///
    /// The sum over components of weight times `(mu - mu') times the change of log-odds`, and of `(pi - pi')` times the
    /// change of log weight. Between close mixtures this is the inner product of Fisher's information for complete
    /// data (rows whose components are known).
    pub fn agreement(&self, from: &BernoulliMixture, to: &BernoulliMixture) -> f64 {
        let d = to.n_features();
        let of_means = |k: usize| -> f64 {
            let moves = to.mean(k).iter().zip(from.mean(k)).map(|(to, from)| to - from);
            moves.zip(&self.log_odds[k * d..]).map(|(by, along)| by * along).sum()
        };
        let of_component = |k: usize| {
            let weight = to.weights()[k];
            (weight - from.weights()[k]) * self.log_weights[k] + weight * of_means(k)
        };
        (0..to.n_components()).map(of_component).sum()
    }

    /// The mixture that lies `length` times this way beyond `mixture`, in the memory of this; nothing moves farther than 50
    /// nats.
    ///
    /// Means and weights of exactly 0 or 1 stay as they are, and no others get there.
    ///
    /// # Errors
    /// None that a checked mixture of the same K and D and a finite `length` can cause.
    pub fn beyond(self, mixture: &BernoulliMixture, length: f64) -> Result<BernoulliMixture> {
        let Self { log_weights: mut weights, log_odds: mut means } = self;
        move_by(&mut weights, mixture.weights(), length, |w, factor| {
            let moved = w * factor;
            if moved > 0.0 { moved } else { w }
        });
        let of_means = means.chunks_mut(AT_ONCE).zip(mixture.means().chunks(AT_ONCE));
        parallel::for_each(of_means, |(along, means)| {
            move_by(along, means, length, |m, factor| {
                let odds = m * factor;
                let moved = odds / (1.0 - m + odds);
                // What stands still (and most often that stands on the boundary) is not to be moved even by rounding.
                if factor != 1.0 && moved > 0.0 && moved < 1.0 { moved } else { m }
            });
        });
        BernoulliMixture::normalised(weights, means)
    }
}

/// Values that are worked on together by one thread.
const AT_ONCE: usize = 4096;

/// Puts in the place of `along` what `moved` makes of each value and of `exp(length * along)`.
fn move_by(along: &mut [f64], values: &[f64], length: f64, moved: impl Fn(f64, f64) -> f64) {
    let exponent = |along: f64| (length * along).clamp(-LONGEST, LONGEST);
    let mut factors: Vec<f64> = along.iter().map(|along| -exponent(*along).abs()).collect();
    kernels::exp_all(&mut factors);
    for ((along, value), factor) in along.iter_mut().zip(values).zip(factors) {
        let factor = if exponent(*along) > 0.0 { 1.0 / factor } else { factor };
        *along = moved(*value, factor);
    }
}

/// b / a; 1 unless both are finite and above 0 and so is their ratio.
fn ratio(a: f64, b: f64) -> f64 {
    let ratio = b / a;
    if a > 0.0 && b > 0.0 && ratio > 0.0 && ratio < f64::INFINITY { ratio } else { 1.0 }
}
