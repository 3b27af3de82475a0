//! A table of responsibilities.

/// The responsibilities of N rows: `p(k given x)`, in [0, 1]. Those of a row sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Responsibilities {
    n_components: usize,
    /// Row after row, K values each.
    values: Vec<f64>,
}

impl Responsibilities {
    pub(super) fn new(n_components: usize, values: Vec<f64>) -> Self {
        Self { n_components, values }
    }

    /// The number of rows, N.
    pub fn n_samples(&self) -> usize {
        self.values.len() / self.n_components
    }

    /// The number of components, K.
    pub fn n_components(&self) -> usize {
        self.n_components
    }

    /// The responsibilities of row `i` (K).
    ///
    /// # Panics
    /// If there is no row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n_components..(i + 1) * self.n_components]
    }

    /// Those of every row in turn: N slices of K numbers.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_components)
    }
}
