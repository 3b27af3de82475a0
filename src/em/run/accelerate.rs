//! Acceleration of EM by momentum: the M-step is carried on in the direction of the last ones.
//!
//! Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k^2)*
//! (1983), with the adaptive restart of O'Donoghue & Candès, *Adaptive restart for accelerated
//! gradient schemes* (2015). Both are for gradient steps. The M-step is one in the geometry of the
//! model: Kunstner, Kumar & Schmidt, *Homeomorphic-invariance of EM* (2021). With theta the
//! log-odds of the means and the logs of the weights, and `M(m)` the M-step from the mixture m:
//!
//! ```text
//! x_t     = M(m_t)                                         the plain step
//! m_(t+1) = x_t + j / (j + 2) (x_t - x_(t-1))   in theta   the extrapolation
//! ```
//!
//! `j` counts extrapolations since the last restart. One restarts where the direction points away
//! from the plain step, and where the objective would fall. An extrapolation needs one E-step, as a
//! plain step does. The loop of [`EmRun`](super::EmRun) decides whether it is accepted. Everything
//! here is a function of mixtures alone.

use crate::error::Result;
use crate::kernels;
use crate::mixture::BernoulliMixture;
use crate::parallel;
use std::sync::Arc;

/// Extrapolations begin once a step gains less than this many nats per sample.
///
/// The first, large steps choose the optimum that a start will reach. Plain, they choose as plain
/// EM does, mostly.
const BEGIN_BELOW: f64 = 0.03;

/// The `2` in `j / (j + 2)`. It takes a few E-steps in a hundred fewer than the usual 3.
const DAMPING: f64 = 2.0;

/// The farthest that an extrapolation moves a log-odds or a log weight, in nats.
///
/// That excludes overflow, and EM can undo what it changes.
const MAX_MOVE: f64 = 50.0;

/// Values that one thread works on at a time.
const CHUNK_LEN: usize = 4096;

/// The momentum of one run. At rest it holds no mixture, and plain steps are taken.
#[derive(Debug)]
pub(crate) struct Momentum {
    /// Off, it never extrapolates and keeps nothing.
    is_on: bool,
    /// Whether gains have become small enough to begin.
    has_begun: bool,
    last_step: Option<Arc<BernoulliMixture>>,
    /// Extrapolations since the last restart: `j`.
    n_since_restart: u32,
}

impl Momentum {
    /// At rest.
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on, has_begun: false, last_step: None, n_since_restart: 0 }
    }

    /// Takes note of the gain of an iteration, in nats per sample.
    pub(crate) fn observe_gain(&mut self, gain: f64) {
        self.has_begun |= self.is_on && gain < BEGIN_BELOW;
    }

    /// The extrapolation beyond `step`, the M-step from `current`; `None` for the plain step.
    pub(crate) fn extrapolate(
        &mut self,
        current: &BernoulliMixture,
        step: &Arc<BernoulliMixture>,
    ) -> Result<Option<BernoulliMixture>> {
        if !self.has_begun {
            return Ok(None);
        }
        let Some(last) = self.last_step.replace(step.clone()) else { return Ok(None) };
        let direction = Direction::new(Arc::unwrap_or_clone(last), step);
        if direction.agreement(current, step) < 0.0 {
            self.n_since_restart = 0;
            return Ok(None);
        }
        self.n_since_restart += 1;
        let j = f64::from(self.n_since_restart);
        direction.added_to(step, j / (j + DAMPING)).map(Some)
    }

    /// Forgets all earlier steps; the next one is plain.
    pub(crate) fn restart(&mut self) {
        (self.last_step, self.n_since_restart) = (None, 0);
    }

    /// Forgets all steps before `step`, which is plain and the next to be taken.
    pub(crate) fn restart_from(&mut self, step: &Arc<BernoulliMixture>) {
        (self.last_step, self.n_since_restart) = (Some(step.clone()), 0);
    }
}

/// The difference of two mixtures of the same K and D, in log-odds of means and logs of weights.
///
/// Any multiple of it, added to a mixture, gives a mixture. It is 0 for means and weights that are
/// 0 or 1 in one of the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    log_weights: Vec<f64>,
    /// Component after component.
    log_odds: Vec<f64>,
}

impl Direction {
    /// `to` minus `from`, in the memory of `from`.
    ///
    /// # Panics
    /// If they differ in K or D.
    pub fn new(from: BernoulliMixture, to: &BernoulliMixture) -> Self {
        let odds = |m: f64| m / (1.0 - m);
        let (mut log_weights, mut log_odds) = from.into_parts();
        assert_eq!(log_odds.len(), to.means().len(), "mixtures of another shape");
        log_weights.iter_mut().zip(to.weights()).for_each(|(a, b)| *a = ratio(*a, *b));
        log_odds.iter_mut().zip(to.means()).for_each(|(a, b)| *a = ratio(odds(*a), odds(*b)));
        kernels::ln_all(&mut log_weights);
        parallel::for_each(log_odds.chunks_mut(CHUNK_LEN), kernels::ln_all);
        Self { log_weights, log_odds }
    }

    /// The inner product with `to` minus `from`: positive if both point the same way.
    ///
    /// With `mu'`, `pi'` of `from` and `mu`, `pi` of `to` it is `sum_k [(pi_k - pi'_k) l_k + pi_k
    /// sum_d (mu_kd - mu'_kd) o_kd]`. Here `l` and `o` are the log weights and log-odds of this
    /// direction. Between close mixtures that is the inner product by Fisher's information for
    /// complete data (rows whose components are known).
    pub fn agreement(&self, from: &BernoulliMixture, to: &BernoulliMixture) -> f64 {
        let d = to.n_features();
        let means_term = |k: usize| -> f64 {
            let moves = to.mean(k).iter().zip(from.mean(k)).map(|(to, from)| to - from);
            moves.zip(&self.log_odds[k * d..]).map(|(by, along)| by * along).sum()
        };
        let term = |k: usize| {
            let weight = to.weights()[k];
            (weight - from.weights()[k]) * self.log_weights[k] + weight * means_term(k)
        };
        (0..to.n_components()).map(term).sum()
    }

    /// `mixture` plus `length` times this direction, in its memory. Nothing moves over 50 nats.
    ///
    /// Means and weights of exactly 0 or 1 stay as they are, and no others get there.
    ///
    /// # Errors
    /// None that a checked mixture of the same K and D and a finite `length` can cause.
    pub fn added_to(self, mixture: &BernoulliMixture, length: f64) -> Result<BernoulliMixture> {
        let Self { log_weights: mut weights, log_odds: mut means } = self;
        move_by(&mut weights, mixture.weights(), length, |w, factor| {
            let moved = w * factor;
            if moved > 0.0 { moved } else { w }
        });
        let chunks = means.chunks_mut(CHUNK_LEN).zip(mixture.means().chunks(CHUNK_LEN));
        parallel::for_each(chunks, |(along, means)| {
            move_by(along, means, length, |m, factor| {
                let odds = m * factor;
                let moved = odds / (1.0 - m + odds);
                // Where the factor is 1, as on the boundary, rounding must not move the mean.
                if factor != 1.0 && moved > 0.0 && moved < 1.0 { moved } else { m }
            });
        });
        BernoulliMixture::normalised(weights, means)
    }
}

/// Overwrites each of `along` by `moved(value, exp(length * along))`, with its value of `values`.
fn move_by(along: &mut [f64], values: &[f64], length: f64, moved: impl Fn(f64, f64) -> f64) {
    let exponent = |along: f64| (length * along).clamp(-MAX_MOVE, MAX_MOVE);
    let mut factors: Vec<f64> = along.iter().map(|along| -exponent(*along).abs()).collect();
    kernels::exp_all(&mut factors);
    for ((along, value), factor) in along.iter_mut().zip(values).zip(factors) {
        let factor = if exponent(*along) > 0.0 { 1.0 / factor } else { factor };
        *along = moved(*value, factor);
    }
}

/// `b / a`; 1 unless `a`, `b` and their ratio are positive and finite.
fn ratio(a: f64, b: f64) -> f64 {
    let ratio = b / a;
    if a > 0.0 && b > 0.0 && ratio > 0.0 && ratio < f64::INFINITY { ratio } else { 1.0 }
}
