//! The policy of a search: how many starts, how far each goes, and when enough is enough.

use crate::em::{init::Init, params::FitParams};
use crate::record::NInit;

/// A round has short runs, of which the best ones are run to their end. From the best end split and
/// merge moves are tried.
///
/// Short runs of which the best are continued are *em-EM*: Biernacki, Celeux & Govaert
/// (Computational Statistics & Data Analysis 41, 2003). The moves are after *SMEM*: Ueda et al.
/// (2000). [`NInit::Auto`] is [`Policy::auto`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Starts in a round, from 1.
    pub n_starts: usize,
    /// E-steps of a short run, after which runs are compared.
    pub short_iter: usize,
    /// How many are then run to their end, from 1.
    pub n_continued: usize,
    /// Moves that are tried from an optimum. If none gains, the round ends. 0: none is tried.
    pub n_tries: usize,
    /// E-steps of a move before it may be given up: the first gains say little.
    pub least_iter: usize,
    /// While a round looks for its best end, a run stops when an iteration gains less than this, in
    /// nats per row. Only that end is run to convergence. 0: every run is, and so it is for rows of
    /// fewer than 64 features, where optima differ by less.
    pub coarse_tol: f64,
    /// Rounds, from 1; where they begin on samples, they come in batches. `None`: until two of them
    /// agree or the budget is spent, as `docs/numerics.md` says.
    pub n_rounds: Option<usize>,
    /// Work after which no further round or move begins: rows scored by eight components over up to
    /// a thousand features.
    pub budget: usize,
    /// Work in rows scored by eight components, after which a search ends whose rounds begin near
    /// the best optimum.
    pub local_budget: usize,
    /// Whether rounds may begin on samples of the rows, where these are many.
    pub may_sample: bool,
}

impl Policy {
    /// `n` rounds of one start each, which is run to its end. No moves are tried.
    pub fn one_by_one(n: usize) -> Self {
        Self {
            n_starts: 1,
            short_iter: usize::MAX,
            n_tries: 0,
            coarse_tol: 0.0,
            n_rounds: Some(n),
            may_sample: false,
            ..Self::auto()
        }
    }

    /// What `n_init = auto` does. Chosen by counting E-steps: `docs/results.md`.
    pub fn auto() -> Self {
        Self {
            n_starts: 6,
            short_iter: 10,
            n_continued: 1,
            n_tries: 8,
            least_iter: 5,
            coarse_tol: 3e-3,
            n_rounds: None,
            // On MNIST 800 E-steps at K = 10, more than most need, and 125 at K = 100.
            budget: 100_000_000,
            local_budget: 25_000_000,
            may_sample: true,
        }
    }

    /// This policy where the search begins on samples: moves from there are told apart early.
    pub(super) fn of_many_rows(self) -> Self {
        Self { n_tries: self.n_tries.min(5), least_iter: self.least_iter.min(3), ..self }
    }

    /// This policy where moves begin on samples: an end on a sample is close to one on all rows, if
    /// it is close to the sample's own optimum.
    pub(super) fn of_sampled_moves(self) -> Self {
        Self { coarse_tol: self.coarse_tol.min(1e-4), ..self }
    }

    /// This policy for rows of few features.
    pub(super) fn of_narrow_rows(self) -> Self {
        Self { coarse_tol: 0.0, ..self }
    }

    /// This policy for one of `n_fits` fits that share the budget.
    pub(crate) fn sharing_budget(self, n_fits: usize) -> Self {
        let share = |budget| budget / n_fits.max(1);
        Self { budget: share(self.budget), local_budget: share(self.local_budget), ..self }
    }

    /// The policy that `params` ask for.
    pub(crate) fn for_params(params: &FitParams) -> Self {
        match (&params.init, params.n_init) {
            (Init::From(_), _) => Self::one_by_one(1),
            (_, NInit::Exactly(n)) => Self::one_by_one(n),
            // One component has one optimum, which one step reaches.
            (_, NInit::Auto) if params.n_components == 1 => Self::one_by_one(1),
            (_, NInit::Auto) => Self::auto(),
        }
    }
}
