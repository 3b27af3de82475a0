//! A mixture prepared for scoring: log-odds in the kernels' order. The single scoring path.
//!
//! With `o_kd = log(mu_kd / (1 - mu_kd))`, the weighted log-probability of a row is
//! `log pi_k + sum_d log(1 - mu_kd) + sum over ones of o_kd`: a bias for each component and a sum over the row's ones
//! only (Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 9.48 rearranged).
//!
//! [`DenseScorer`] scores all components of a row at once, by tables. [`Screen`] finds the few that come into question, and
//! [`Scorer::score_multi_way`] and [`Scorer::score_two_way`] score only these. **Precision:** tables of all components are f64; scores that
//! only decide how a row is shared are f32 on the way, for what comes of that is an error squared (see `em/sparse_step.rs`); screening counts in
//! integers, but it only ever leaves out what is proven not to matter.
//!
//! **Boundary means.** A mean of exactly 0 or 1 has no finite log-odds. Such features are left out of the sums
//! (0 * log 0 = 0, so they add nothing where the row agrees) and kept as bit masks: a row that disagrees with one has
//! probability 0 under that component, exactly.
//!
//! Rows may come in other columns than the features of the mixture: a [`Layout`] says which.

mod dense;
mod drift;
mod layout;
mod screen;

pub use dense::{DenseScorer, Responsibilities, Tables};
pub use drift::{Drift, n_shapes};
pub use layout::{Column, KnownLabels, Layout};
pub use screen::{Screen, ScreenScratch};

use crate::bits::row_bytes;
use crate::kernels::{
    self, Lanes8, Lanes16, MultiWayRows, REGIONS, RowBlock, ScreenedComponent, TwoWayRows,
    row_words,
};
use crate::parallel;

/// Log-odds and biases of a mixture of K components, for rows in the columns of a layout.
#[derive(Debug, Clone)]
pub struct Scorer {
    layout: Layout,
    weights: Vec<f64>,
    /// Log weight plus log-probability of an all-zero row, in nats.
    bias: Vec<f64>,
    /// Component after component, one octet for each byte of a packed row; 0 where a mean is on the boundary.
    log_odds: Vec<Lanes8<f64>>,
    /// The same in single precision, one word for two octets.
    narrow: Vec<Lanes16<f32>>,
    boundary: Vec<Option<Boundary>>,
}

/// What scores of one component come from besides log-odds.
#[derive(Clone, Copy)]
struct Constants<'a> {
    bias: f64,
    boundary: Option<&'a Boundary>,
}

/// The columns on which a component tolerates one value only, as packed rows, in words.
#[derive(Debug, Clone, PartialEq)]
struct Boundary {
    never: Vec<u16>,
    always: Vec<u16>,
    /// The ones that a row must have of those in `always`.
    n_always: u32,
}

/// Means of a mixture that are worth a thread.
const LEAST_MEANS: usize = 1 << 13;

/// Components that are worth a thread.
fn least_components(n_features: usize) -> usize {
    LEAST_MEANS.div_ceil(n_features)
}

impl Scorer {
    /// Of K components without weight, for rows in the columns of `layout`: room for [`Self::set_mixture`].
    pub fn blank(n_components: usize, layout: Layout) -> Self {
        let n_columns = layout.n_columns();
        Self {
            layout,
            weights: vec![0.0; n_components],
            bias: vec![f64::NEG_INFINITY; n_components],
            log_odds: vec![Lanes8::default(); n_components * row_bytes(n_columns)],
            narrow: vec![Lanes16::default(); n_components * row_words(n_columns)],
            boundary: vec![None; n_components],
        }
    }

    /// Prepares `weights` (K) and `means` (component after component, D values each) for rows in the columns of `layout`.
    ///
    /// Both must be those of a checked mixture.
    pub fn new(weights: &[f64], means: &[f64], layout: Layout) -> Self {
        let mut scorer = Self::blank(weights.len(), layout);
        scorer.set_mixture(weights, means);
        scorer
    }

    /// Takes over another mixture of the same K and D, as [`Self::new`] takes it, in place; returns how far that moves scores.
    pub fn set_mixture(&mut self, weights: &[f64], means: &[f64]) -> Drift {
        let Self { layout, log_odds, narrow, bias, boundary, .. } = self;
        let (n_columns, n_shapes) = (layout.n_columns(), n_shapes(weights.len()));
        self.weights.copy_from_slice(weights);
        let mut of_components: Vec<_> = log_odds
            .chunks_exact_mut(row_bytes(n_columns))
            .zip(narrow.chunks_exact_mut(row_words(n_columns)))
            .zip(bias)
            .zip(boundary)
            .zip(means.chunks_exact(layout.n_features()))
            .enumerate()
            .collect();
        // Waking a thread for less takes longer than the work.
        let share = parallel::share(of_components.len(), least_components(n_columns));
        let drifts =
            parallel::map_with(of_components.chunks_mut(share), Vec::new, |room, share| {
                let drifts =
                    share.iter_mut().map(|(k, ((((log_odds, narrow), bias), boundary), mean))| {
                        // Odds, then their logarithms, then what they are needed for no more.
                        layout.fill_odds(mean, room);
                        kernels::ln_all(room);
                        let changes = replace_log_odds(room, log_odds, narrow);
                        let new_bias = libm::log(weights[*k]) + log_prob_of_zeros(mean, room);
                        let new_boundary = Boundary::of(mean, *k, layout);
                        let old = Constants { bias: **bias, boundary: boundary.as_ref() };
                        let new = Constants { bias: new_bias, boundary: new_boundary.as_ref() };
                        let drift = drift::rises_and_falls(old, new, &changes, n_shapes);
                        (**bias, **boundary) = (new_bias, new_boundary);
                        drift
                    });
                drifts.collect::<Vec<_>>()
            });
        Drift::of(&drifts.concat())
    }

    /// Whether [`Self::new`] shares the work among threads, if there are several.
    pub fn is_prepared_in_parallel(n_components: usize, n_features: usize) -> bool {
        n_components >= 2 * least_components(n_features)
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.weights.len()
    }

    /// The columns of the rows that are scored.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many these are.
    pub fn n_columns(&self) -> usize {
        self.layout.n_columns()
    }

    /// The score of component `k` for a row of zeros in all columns: log weight plus log-probability, in nats.
    pub fn bias(&self, k: usize) -> f64 {
        self.bias[k]
    }

    /// The log-odds of component `k`, an octet for each byte of a packed row; 0 where a mean is on the boundary.
    pub fn log_odds(&self, k: usize) -> &[Lanes8<f64>] {
        let stride = row_bytes(self.n_columns());
        &self.log_odds[k * stride..(k + 1) * stride]
    }

    /// The mixing weights (K).
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Whether a mean of exactly 0 or 1 gives the row at a position in `block` probability 0 under component `k`.
    pub fn rules_out(&self, k: usize, block: &RowBlock, position: usize) -> bool {
        let masks = self.boundary[k].as_ref();
        masks.is_some_and(|Boundary { never, always, n_always }| {
            block.contradicts(position, never, always, *n_always)
        })
    }

    /// Sets the value of every pair to its weighted log-probability `log pi_k + log p(x given k)`, in nats; -inf where a
    /// boundary mean rules the row out. Pairs are of positions in `block`.
    ///
    /// Log-odds and their sums over a tile of 1024 features are in single precision, what is added to them in double.
    pub fn score_multi_way(&self, block: &RowBlock, multi_way: &mut MultiWayRows<f64>) {
        multi_way.set_values(|k| self.bias[k as usize]);
        for tile in 0..kernels::tile_count(self.n_columns()) {
            let stride = row_words(self.n_columns());
            kernels::score_multi_way(&self.narrow, stride, block, tile, multi_way);
        }
        if self.has_boundary() {
            multi_way.update(|position, k, score| {
                let is_out = self.rules_out(k as usize, block, position as usize);
                if is_out { f64::NEG_INFINITY } else { score }
            });
        }
    }

    /// Sets the value of every row of `two_way` to the difference of the scores of its two components, second less first, in
    /// nats: as [`Self::score_multi_way`], and closer, since what the two share cancels before it is added up. Boundary means are not looked at.
    pub fn score_two_way(&self, block: &RowBlock, two_way: &mut TwoWayRows<f64>) {
        let bias =
            |[first, second]: [u32; 2]| self.bias[second as usize] - self.bias[first as usize];
        let values = two_way.values.iter_mut().zip(&two_way.components);
        values.for_each(|(value, &components)| *value = bias(components));
        for tile in 0..kernels::tile_count(self.n_columns()) {
            let stride = row_words(self.n_columns());
            kernels::score_two_way(&self.narrow, stride, block, tile, two_way);
        }
    }

    /// Whether any mean is exactly 0 or 1, so that rows may be impossible.
    pub fn has_boundary(&self) -> bool {
        self.boundary.iter().any(Option::is_some)
    }

    /// What screening needs of component `k`.
    fn screened(&self, k: usize) -> ScreenedComponent<'_> {
        let never = self.boundary[k].as_ref().map(|boundary| &boundary.never[..]);
        let stride = row_words(self.n_columns());
        ScreenedComponent { log_odds: &self.narrow[k * stride..(k + 1) * stride], never }
    }
}

impl Boundary {
    /// The masks of component `k`, if any of its means is exactly 0 or 1 or rows are ruled out by their labels.
    fn of(mean: &[f64], k: usize, layout: &Layout) -> Option<Self> {
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

/// Puts `new` in the place of other log-odds, in both precisions; the sums of the changes upwards and downwards for each region of the
/// columns.
fn replace_log_odds(
    new: &[f64],
    log_odds: &mut [Lanes8<f64>],
    narrow: &mut [Lanes16<f32>],
) -> [[f64; 2]; REGIONS] {
    kernels::regions(narrow.len()).map(|words| {
        let octets = 2 * words.start..log_odds.len().min(2 * words.end);
        let columns = 16 * words.start..new.len().min(16 * words.end);
        if words.is_empty() {
            return [0.0; 2];
        }
        kernels::replace_log_odds(&new[columns], &mut log_odds[octets], &mut narrow[words])
    })
}

/// The sum of log(1 - mean) over the features whose mean is not on the boundary, in nats; in `room`, whatever it holds.
fn log_prob_of_zeros(mean: &[f64], room: &mut Vec<f64>) -> f64 {
    room.resize(kernels::n_products(mean.len()), 0.0);
    kernels::zero_prob_products(mean, room);
    kernels::ln_all(room);
    room.iter().sum()
}
