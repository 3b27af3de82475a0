//! The policy of a search: how many starts, how far each goes, and when enough is enough.

use crate::em::init::Init;
use crate::em::params::FitParams;
use crate::record::NInit;

/// Rounds of so many starts, each with a first leg; the best ones of a round are run to their end, and from the best end of a
/// round split and merge moves are tried.
///
/// With one start run to its end it is plain EM, with several short ones and the best continued it is the *em-EM* of
/// Biernacki, Celeux & Govaert (Computational Statistics & Data Analysis 41, 2003), with moves after the manner of *SMEM*
/// (Ueda et al., 2000). [`NInit::Auto`] is [`Policy::auto`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Starts in a round, from 1.
    pub n_starts: usize,
    /// E-steps after which they are compared.
    pub first_leg: usize,
    /// How many are then run to their end, from 1.
    pub n_continued: usize,
    /// Moves that are tried in vain from an optimum before it is held to be the best one within reach; 0: none is tried.
    pub n_tries: usize,
    /// Rounds; `None`: until two of them ended in the best optimum or the budget is spent.
    pub n_rounds: Option<usize>,
    /// Work that must not be spent yet where another round begins or another move is tried: rows of eight components over up to a
    /// thousand features that are scored.
    pub budget: usize,
}

/// On MNIST 1600 E-steps at K = 10, where it is hardly ever spent, and 250 at K = 100.
const BUDGET: usize = 200_000_000;

/// Chosen by counting E-steps: `docs/results.md`.
const AUTO: Policy = Policy {
    n_starts: 6,
    first_leg: 10,
    n_continued: 1,
    n_tries: 8,
    n_rounds: None,
    budget: BUDGET,
};

impl Policy {
    /// So many starts, each run to its end.
    pub fn one_by_one(n: usize) -> Self {
        let n_rounds = Some(n);
        Self {
            n_starts: 1,
            first_leg: usize::MAX,
            n_continued: 1,
            n_tries: 0,
            n_rounds,
            budget: BUDGET,
        }
    }

    /// What `n_init = auto` does.
    pub fn auto() -> Self {
        AUTO
    }

    /// The same for one of so many fits, which share the budget.
    pub(crate) fn for_one_of(self, n_fits: usize) -> Self {
        Self { budget: self.budget / n_fits.max(1), ..self }
    }

    /// The policy that `params` ask for.
    pub(crate) fn of(params: &FitParams) -> Self {
        match (&params.init, params.n_init) {
            (Init::From(_), _) => Self::one_by_one(1),
            (_, NInit::Exactly(n)) => Self::one_by_one(n),
            // One component has one optimum, and one step reaches it.
            (_, NInit::Auto) if params.n_components == 1 => Self::one_by_one(1),
            (_, NInit::Auto) => Self::auto(),
        }
    }
}
