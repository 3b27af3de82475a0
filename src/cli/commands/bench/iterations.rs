//! The time of one EM iteration for growing N and K, taken within a fit.

use super::timing::Laps;
use super::up_to;
use crate::bits::BitMatrix;
use crate::em::{self, FitParams, NInit};
use crate::error::Result;

/// Numbers of rows, as far as the data goes. The last is that of MNIST's training set.
const ROWS: [usize; 3] = [1000, 10_000, 60_000];
/// Numbers of components, as far as there are rows.
const COMPONENTS: [usize; 3] = [10, 100, 500];

/// The time of one iteration, E-step and M-step, on all threads.
pub(super) struct IterationTime {
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) seconds: f64,
}

pub(super) fn measure(data: &BitMatrix, budget: f64) -> Result<Vec<IterationTime>> {
    let mut times = Vec::new();
    let mut sizes = ROWS.map(|n| n.min(data.n_samples())).to_vec();
    sizes.dedup();
    for n in sizes {
        let mut rows = data.clone();
        rows.truncate(n);
        for k in up_to(&COMPONENTS, n) {
            times.push(IterationTime { n, k, seconds: median_iteration(&rows, k, budget)? });
        }
    }
    Ok(times)
}

/// The median seconds of an iteration of one start; the first iterations do not count.
fn median_iteration(rows: &BitMatrix, n_components: usize, budget: f64) -> Result<f64> {
    let params = FitParams {
        n_components,
        n_init: NInit::Exactly(1),
        // The fit never converges: the clock ends it.
        tol: 0.0,
        max_iter: Laps::MAX,
        ..FitParams::default()
    };
    let mut laps = Laps::new(budget);
    em::fit_observed(rows, &params, &mut laps)?;
    Ok(laps.median_seconds())
}
