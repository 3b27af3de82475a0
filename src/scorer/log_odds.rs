//! A mixture prepared for scoring single rows under single components.

use super::component::{LogOdds, ScoredComponent};
use super::drift::Drift;
use super::layout::Layout;
use crate::bits::row_bytes;
use crate::kernels::{self, Lanes8, Lanes16, MultiWayRows, RowBlock, TwoWayRows};
use crate::kernels::{ScreenedComponent, row_words};
use crate::parallel;

/// Log-odds and biases of a mixture of K components, for rows in the columns of a layout.
#[derive(Debug, Clone)]
pub struct Scorer {
    layout: Layout,
    weights: Vec<f64>,
    components: Vec<ScoredComponent>,
    /// Log-odds, component after component: eight for each byte of a packed row.
    wide: Vec<Lanes8<f64>>,
    /// Log-odds in single precision, component after component, by words of a packed row.
    narrow: Vec<Lanes16<f32>>,
}

/// Means that are worth a thread: waking one for less takes longer than the work.
const MIN_MEANS_PER_THREAD: usize = 1 << 13;

fn min_components_per_thread(n_features: usize) -> usize {
    MIN_MEANS_PER_THREAD.div_ceil(n_features)
}

impl Scorer {
    /// K components without weight, for columns of `layout`. [`Self::set_mixture`] must follow.
    pub fn blank(n_components: usize, layout: Layout) -> Self {
        let n_columns = layout.n_columns();
        Self {
            layout,
            weights: vec![0.0; n_components],
            components: vec![ScoredComponent::blank(); n_components],
            wide: vec![Lanes8::default(); n_components * row_bytes(n_columns)],
            narrow: vec![Lanes16::default(); n_components * row_words(n_columns)],
        }
    }

    /// Prepares a mixture for rows in the columns of `layout`. `weights` has K values, `means` K
    /// times D: component after component. Both must be those of a checked mixture.
    pub fn new(weights: &[f64], means: &[f64], layout: Layout) -> Self {
        let mut scorer = Self::blank(weights.len(), layout);
        scorer.set_mixture(weights, means);
        scorer
    }

    /// Takes over another mixture of the same K and D, in place. Arguments are those of
    /// [`Self::new`]. Returns how far that moves scores.
    pub fn set_mixture(&mut self, weights: &[f64], means: &[f64]) -> Drift {
        let Self { layout, components, wide, narrow, .. } = self;
        let n_columns = layout.n_columns();
        self.weights.copy_from_slice(weights);
        let wide = wide.chunks_exact_mut(row_bytes(n_columns));
        let log_odds = wide.zip(narrow.chunks_exact_mut(row_words(n_columns)));
        let log_odds = log_odds.map(|(wide, narrow)| LogOdds { wide, narrow });
        let means = means.chunks_exact(layout.n_features());
        let parts = components.iter_mut().zip(log_odds).zip(means).enumerate();
        let mut parts: Vec<_> = parts.collect();
        let share = parallel::share(parts.len(), min_components_per_thread(n_columns));
        let bounds = parallel::map_with(parts.chunks_mut(share), Vec::new, |scratch, share| {
            let bounds = share.iter_mut().map(|(k, ((component, log_odds), mean))| {
                component.set(*k, weights[*k], mean, layout, log_odds, scratch)
            });
            bounds.collect::<Vec<_>>()
        });
        Drift::new(&bounds.concat())
    }

    /// Whether [`Self::new`] shares the work among threads, if there are several.
    pub fn is_prepared_in_parallel(n_components: usize, n_features: usize) -> bool {
        n_components >= 2 * min_components_per_thread(n_features)
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.weights.len()
    }

    /// The columns of the rows that are scored.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of columns of the rows that are scored.
    pub fn n_columns(&self) -> usize {
        self.layout.n_columns()
    }

    /// The score of component `k` for a row of zeros in all columns: log weight plus
    /// log-probability, in nats.
    pub fn bias(&self, k: usize) -> f64 {
        self.components[k].bias
    }

    /// The scores of all components for a row of zeros, in nats.
    pub(super) fn biases(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.components.iter().map(|component| component.bias)
    }

    /// The log-odds of component `k`, eight for each byte of a row; 0 on the boundary.
    pub fn log_odds(&self, k: usize) -> &[Lanes8<f64>] {
        let stride = row_bytes(self.n_columns());
        &self.wide[k * stride..(k + 1) * stride]
    }

    /// The mixing weights (K).
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The components that rule rows out: by means of exactly 0 or 1, or by labels.
    pub(super) fn bounded_components(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.n_components()).filter(|&k| self.components[k].boundary.is_some())
    }

    /// Whether the row at a position in `block` has probability 0 under component `k`: by a mean of
    /// exactly 0 or 1, or by its label.
    pub fn rules_out(&self, k: usize, block: &RowBlock, position: usize) -> bool {
        let masks = self.components[k].boundary.as_ref();
        masks.is_some_and(|masks| {
            block.contradicts(position, &masks.never, &masks.always, masks.n_always)
        })
    }

    /// Sets the value of every entry of `rows` to its weighted log-probability, `log pi_k + log p(x
    /// given k)`, in nats. The value is -inf where the component rules the row out. Positions are
    /// those of `block`. Log-odds and their sums over a tile of 1024 features are in single
    /// precision; what is added to them is in double precision.
    pub fn score_multi_way(&self, block: &RowBlock, rows: &mut MultiWayRows<f64>) {
        rows.set_values(|k| self.components[k as usize].bias);
        let stride = row_words(self.n_columns());
        for tile in 0..kernels::tile_count(self.n_columns()) {
            kernels::score_multi_way(&self.narrow, stride, block, tile, rows);
        }
        if self.has_boundary() {
            rows.update(|position, k, score| {
                let is_out = self.rules_out(k as usize, block, position as usize);
                if is_out { f64::NEG_INFINITY } else { score }
            });
        }
    }

    /// Sets the value of every row to the difference of the scores of its two components, second
    /// less first, in nats. It is more precise than the difference of two scores of
    /// [`Self::score_multi_way`]: what the two share cancels first. Boundary means are not looked
    /// at.
    pub fn score_two_way(&self, block: &RowBlock, rows: &mut TwoWayRows<f64>) {
        let bias = |k: u32| self.components[k as usize].bias;
        let values = rows.values.iter_mut().zip(&rows.components);
        values.for_each(|(value, &[first, second])| *value = bias(second) - bias(first));
        let stride = row_words(self.n_columns());
        for tile in 0..kernels::tile_count(self.n_columns()) {
            kernels::score_two_way(&self.narrow, stride, block, tile, rows);
        }
    }

    /// Whether any component rules rows out, so that rows may be impossible.
    pub fn has_boundary(&self) -> bool {
        self.bounded_components().next().is_some()
    }

    /// What screening needs to know of component `k`.
    pub(super) fn screened(&self, k: usize) -> ScreenedComponent<'_> {
        let never = self.components[k].boundary.as_ref().map(|masks| &masks.never[..]);
        let stride = row_words(self.n_columns());
        ScreenedComponent { log_odds: &self.narrow[k * stride..(k + 1) * stride], never }
    }
}
