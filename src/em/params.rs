//! The parameters of a fit, with their ranges, checked once.

use super::init::Init;
use super::rows::Rows;
use crate::bits::WIDE_FROM;
use crate::error::{Error, Result};
use crate::record::{FitSettings, NInit};

/// How a mixture is to be fitted: K, and settings that have defaults.
///
/// ```
/// use bmm::{FitParams, NInit};
///
/// let params = FitParams::new(3).for_features(12).n_init(NInit::Exactly(10)).seed(1);
/// assert_eq!((params.n_components, params.alpha), (3, 0.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FitParams {
    /// K, from 1 to the number of rows.
    pub n_components: usize,
    /// How a start is initialised.
    pub init: Init,
    /// The number of starts.
    pub n_init: NInit,
    /// The number of average rows that the prior adds to every component: 0 (maximum likelihood)
    /// or 1e-12 to 1e6.
    pub alpha: f64,
    /// A start has converged when a plain iteration gains less than this many nats per sample; 0
    /// never stops before `max_iter`.
    pub tol: f64,
    /// The most E-steps of one start, that of its initial parameters not counted.
    ///
    /// These are its iterations, and the extrapolations that were scored and not accepted.
    pub max_iter: usize,
    /// Whether late iterations may extrapolate, which takes fewer of them.
    ///
    /// The objective never falls either way, but another optimum may be reached, better or worse.
    /// Off is plain EM.
    pub accelerate: bool,
    /// Seeds every random choice.
    pub seed: u64,
    /// An approximate limit, in bytes, on the lists made of rows in a mapped `.bits` file.
    ///
    /// Rows whose lists exceed it are listed anew in every iteration. That takes longer and gives
    /// the same mixture to the last bit. Rows in memory have no limit.
    pub memory: usize,
}

impl Default for FitParams {
    /// [`Self::new`] with K = 10.
    fn default() -> Self {
        Self::new(10)
    }
}

macro_rules! setters {
    ($($field:ident: $type:ty),* $(,)?) => {
        $(
            #[doc = concat!("With this [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
            #[must_use]
            pub fn $field(self, $field: $type) -> Self {
                Self { $field, ..self }
            }
        )*
    };
}

impl FitParams {
    /// K, and the defaults for images and other rows of which 64 features and more vary.
    ///
    /// Most of their means are learned from few ones, and a pixel that no row of a cluster has
    /// inked must not be impossible: `alpha` is 2.
    pub fn new(n_components: usize) -> Self {
        Self {
            n_components,
            init: Init::default(),
            n_init: NInit::Auto,
            alpha: 2.0,
            tol: 1e-6,
            max_iter: 500,
            accelerate: true,
            seed: 0,
            memory: usize::MAX,
        }
    }

    /// With the `alpha`, `tol` and `max_iter` that suit rows of which so many features vary
    /// ([`Rows::n_varying`]).
    ///
    /// From 64 on they are those of [`Self::new`]. Tables of fewer items that vary are fitted to
    /// the maximum of the likelihood, as others publish it, to the last digit.
    #[must_use]
    pub fn for_features(self, n_varying: usize) -> Self {
        if n_varying < WIDE_FROM {
            return Self { alpha: 0.0, tol: 1e-10, max_iter: 5000, ..self };
        }
        let Self { alpha, tol, max_iter, .. } = Self::new(self.n_components);
        Self { alpha, tol, max_iter, ..self }
    }

    setters! {
        n_components: usize,
        init: Init,
        n_init: NInit,
        alpha: f64,
        tol: f64,
        max_iter: usize,
        accelerate: bool,
        seed: u64,
        memory: usize,
    }

    /// Checks every parameter, alone and against `rows`, and the weights and labels of `rows`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the first one that is out of range.
    pub(crate) fn check<'a>(&self, rows: impl Into<Rows<'a>>) -> Result<()> {
        let rows = rows.into();
        let data = &rows.data;
        let n = data.n_samples();
        let check = |ok: bool, name, value: String, allowed: &str| {
            if ok { Ok(()) } else { Err(Error::parameter(name, value, allowed)) }
        };
        let k = self.n_components;
        let count_positive =
            |weights: &[f64]| weights.iter().filter(|weight| **weight > 0.0).count();
        let n_weighing = rows.weights.as_deref().map_or(n, count_positive);
        let which = if n_weighing < n { " that weigh anything" } else { "" };
        let allowed = format!("from 1 to {n_weighing}, the number of rows{which}");
        // If no weight is positive, `rows.check` says so below.
        let have_none = n > 0 && n_weighing == 0;
        check((1..=n_weighing).contains(&k) || have_none, "n_components", k.to_string(), &allowed)?;
        // Sums of responsibilities are kept in fixed point, in 64 bits.
        check(n < 1 << 31, "the number of rows", n.to_string(), "below 2^31")?;
        check(data.n_features() > 0, "the number of columns", "0".into(), "at least 1")?;
        let alpha_ok = self.alpha == 0.0 || (1e-12..=1e6).contains(&self.alpha);
        check(alpha_ok, "alpha", self.alpha.to_string(), "0, or from 1e-12 to 1e6")?;
        let tol_ok = self.tol >= 0.0 && self.tol.is_finite();
        check(tol_ok, "tol", self.tol.to_string(), "finite and not negative")?;
        let n_init_ok = self.n_init != NInit::Exactly(0);
        check(n_init_ok, "n_init", "0".into(), "auto or a whole number from 1")?;
        self.init.check(k, data.n_features())?;
        rows.check(k)
    }

    /// The settings to be kept: all but K and memory.
    pub(crate) fn settings(&self) -> FitSettings {
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
