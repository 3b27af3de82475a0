//! What the scores of one component come from.

use super::drift::ScoreBounds;
use super::layout::Layout;
use crate::kernels::{self, Lanes8, Lanes16, row_words};

/// One component of a prepared mixture, but for its log-odds: those of all components are one
/// array, which large mixtures give back to the system as soon as it is freed.
#[derive(Debug, Clone)]
pub(super) struct ScoredComponent {
    /// Log weight plus log-probability of an all-zero row, in nats.
    pub(super) bias: f64,
    /// Where means are exactly 0 or 1, or labels forbid rows.
    pub(super) boundary: Option<Boundary>,
}

/// The log-odds of one component, 0 where a mean is on the boundary.
pub(super) struct LogOdds<'a> {
    /// Eight for each byte of a packed row.
    pub(super) wide: &'a mut [Lanes8<f64>],
    /// The same in single precision: sixteen for each word.
    pub(super) narrow: &'a mut [Lanes16<f32>],
}

/// The columns on which a component tolerates one value only, as packed rows, in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Boundary {
    /// Columns that must be 0.
    pub(super) never: Vec<u16>,
    /// Columns that must be 1, or missing.
    pub(super) always: Vec<u16>,
    /// The number of ones that a row must have of those in `always`.
    pub(super) n_always: u32,
}

impl ScoredComponent {
    /// A component without weight.
    pub(super) fn blank() -> Self {
        Self { bias: f64::NEG_INFINITY, boundary: None }
    }

    /// Takes over other parameters of component `k`. Returns bounds on how far that moves scores,
    /// if there are any. Replaces `log_odds`. `scratch` may hold anything.
    pub(super) fn set(
        &mut self,
        k: usize,
        weight: f64,
        mean: &[f64],
        layout: &Layout,
        log_odds: &mut LogOdds,
        scratch: &mut Vec<f64>,
    ) -> Option<ScoreBounds> {
        layout.fill_odds(mean, scratch);
        kernels::ln_all(scratch);
        let changes = kernels::replace_log_odds(scratch, log_odds.wide, log_odds.narrow);
        let bias = libm::log(weight) + log_prob_of_zeros(mean, scratch);
        let boundary = Boundary::new(mean, k, layout);
        let bounds = ScoreBounds::new([self.bias, bias], changes, boundary == self.boundary);
        (self.bias, self.boundary) = (bias, boundary);
        bounds
    }
}

impl Boundary {
    /// The masks of component `k`, if any of its means is exactly 0 or 1 or labels forbid it rows.
    fn new(mean: &[f64], k: usize, layout: &Layout) -> Option<Self> {
        let is_free = mean.iter().fold(true, |inside, &m| inside & kernels::is_inside(m));
        if is_free && !layout.rules_out_labels() {
            return None;
        }
        let pack = |columns: &mut dyn Iterator<Item = usize>| {
            let mut mask = vec![0; row_words(layout.n_columns())];
            columns.for_each(|j| mask[j / 16] |= 1 << (j % 16));
            mask
        };
        let n_always = mean.iter().map(|m| u32::from(*m == 1.0)).sum();
        let (never, always) = (pack(&mut layout.never(k, mean)), pack(&mut layout.always(mean)));
        Some(Self { never, always, n_always })
    }
}

/// The sum of log(1 - mean) over features off the boundary, in nats. `scratch` may hold anything.
fn log_prob_of_zeros(mean: &[f64], scratch: &mut Vec<f64>) -> f64 {
    scratch.resize(kernels::n_products(mean.len()), 0.0);
    kernels::zero_prob_products(mean, scratch);
    kernels::ln_all(scratch);
    scratch.iter().sum()
}
