//! The parameters of a fit, with their ranges, checked once.

use super::init::Init;
use super::rows::Rows;
use crate::error::{Error, Result};
use crate::record::{FitSettings, NInit};

/// How a mixture is to be fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct FitParams {
    /// K, from 1 to the number of rows.
    pub n_components: usize,
    /// How a start is initialised.
    pub init: Init,
    /// The number of starts.
    pub n_init: NInit,
    /// Pseudo-count of ones and of zeros in every mean: 0 (maximum likelihood) or from 1e-12 to 1e6.
    pub alpha: f64,
    /// A start has converged when a plain iteration gains less than this many nats per sample; 0 never stops before
    /// `max_iter`.
    pub tol: f64,
    /// The most E-steps of one start after that of its initial parameters: iterations, and extrapolations that were
    /// scored and not taken.
    pub max_iter: usize,
    /// Whether late iterations may extrapolate, which takes fewer of them. The objective never falls either way, but
    /// another optimum may be reached than by plain EM, better or worse. Off is plain EM.
    pub accelerate: bool,
    /// Seeds every random choice.
    pub seed: u64,
    /// About the most bytes that lists of rows may take if the rows lie elsewhere
    /// ([`BitMatrix::elsewhere`](crate::bits::BitMatrix::elsewhere)): what would take more is listed anew in every iteration, which
    /// takes longer and gives the same mixture to the last bit. Lists of other rows are always kept.
    pub memory: usize,
}

impl Default for FitParams {
    fn default() -> Self {
        Self {
            n_components: 10,
            init: Init::default(),
            n_init: NInit::Auto,
            alpha: 0.1,
            tol: 1e-6,
            max_iter: 500,
            accelerate: true,
            seed: 0,
            memory: usize::MAX,
        }
    }
}

/// With fewer features than this, rows are answers rather than pictures.
const PICTURE_FROM: usize = 64;

impl FitParams {
    /// The defaults for rows of so many features.
    ///
    /// For pictures and other rows of 64 features and more they are [`Self::default`]: most means are learned from few ones, and
    /// a pixel that no row of a cluster has inked must not be impossible. Tables of a few items are fitted to the maximum of the
    /// likelihood itself, which is what others publish, and to the last digit, for that is cheap.
    pub fn for_features(n_features: usize) -> Self {
        match n_features < PICTURE_FROM {
            true => Self { alpha: 0.0, tol: 1e-10, max_iter: 5000, ..Self::default() },
            false => Self::default(),
        }
    }
}

impl FitParams {
    /// Checks every parameter against its range and `rows`, and these against theirs.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the first one that is out of range.
    pub fn check<'a>(&self, rows: impl Into<Rows<'a>>) -> Result<()> {
        let rows = rows.into();
        let data = &rows.data;
        let n = data.n_samples();
        let check = |ok: bool, name, value: String, allowed: &str| match ok {
            true => Ok(()),
            false => Err(Error::Parameter { name, value, allowed: allowed.into() }),
        };
        let k = self.n_components;
        let weighing = |weights: &[f64]| weights.iter().filter(|weight| **weight > 0.0).count();
        let n_weighing = rows.weights.as_deref().map_or(n, weighing);
        let which = if n_weighing < n { " that weigh anything" } else { "" };
        let allowed = format!("from 1 to {n_weighing}, the number of rows{which}");
        // Weights of which none counts are refused below, by their name.
        let have_none = n > 0 && n_weighing == 0;
        check((1..=n_weighing).contains(&k) || have_none, "k", k.to_string(), &allowed)?;
        // Sums of responsibilities are kept in fixed point, in 64 bits.
        check(n < 1 << 31, "the number of rows", n.to_string(), "below 2^31")?;
        check(data.n_features() > 0, "the number of columns", "0".into(), "at least 1")?;
        let alpha_ok = self.alpha == 0.0 || (1e-12..=1e6).contains(&self.alpha);
        check(alpha_ok, "alpha", self.alpha.to_string(), "0, or from 1e-12 to 1e6")?;
        let tol_ok = self.tol >= 0.0 && self.tol.is_finite();
        check(tol_ok, "tol", self.tol.to_string(), "0 or a positive number")?;
        let n_init_ok = self.n_init != NInit::Exactly(0);
        check(n_init_ok, "n-init", "0".into(), "auto or a whole number from 1")?;
        self.init.check(k, data.n_features())?;
        rows.check(k)
    }
}

impl FitParams {
    /// The settings to be kept: all but K and memory.
    pub fn settings(&self) -> FitSettings {
        FitSettings {
            seed: self.seed,
            n_init: self.n_init,
            init: self.init.kind(),
            alpha: self.alpha,
            tol: self.tol,
            max_iter: self.max_iter as u64,
            accelerate: self.accelerate,
        }
    }
}
