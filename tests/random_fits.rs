//! Random small fits of every kind: none ends in an error, none loses ground, and the best is kept.

mod common;

use bmm::bench::em::Prior;
use bmm::{BitMatrix, FitParams, NInit, Rows, StopReason, fit};
use common::cases::uniform;

/// Fits in the suite; `BMM_RANDOM_FITS=10000` tries more.
const N_FITS: u64 = 1000;

/// The alphas that are tried.
const ALPHAS: [f64; 5] = [0.0, 1e-12, 0.1, 2.0, 5.0];

/// Draws one after another from a seed.
struct Draws {
    seed: u64,
    n: usize,
}

impl Draws {
    fn next(&mut self) -> f64 {
        self.n += 1;
        uniform(self.seed, self.n, 77)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }

    fn chance(&mut self, p: f64) -> bool {
        self.next() < p
    }
}

/// Rows of random shape and density: noise, kinds of rows with noise, or repeated rows; some with
/// missing entries.
fn data(draws: &mut Draws) -> BitMatrix {
    let n = 2 + draws.below(60);
    let d = [1 + draws.below(20), 60 + draws.below(10), 100 + draws.below(300)][draws.below(3)];
    let (seed, density) = (draws.seed, [0.02, 0.1, 0.3, 0.5, 0.9][draws.below(5)]);
    let n_kinds = [1, 2, 3, 7, n][draws.below(5)];
    let noise = [0.0, 0.01, 0.1, 0.4][draws.below(4)];
    let bit = |i: usize, f: usize| {
        (uniform(seed, i % n_kinds, f + 1000) < density) != (uniform(seed + 1, i, f) < noise)
    };
    let rows = BitMatrix::from_fn(n, d, bit);
    let missing = [0.0, 0.0, 0.1, 0.6][draws.below(4)];
    let gone = BitMatrix::from_fn(n, d, |i, f| uniform(seed + 2, i, f) < missing);
    rows.with_missing(&gone).unwrap()
}

/// None, whole, fractional or very unequal weights.
fn weights(n: usize, draws: &mut Draws) -> Option<Vec<f64>> {
    let kind = draws.below(5);
    let weight = |draws: &mut Draws| match kind {
        2 => 1.0 + draws.below(9) as f64,
        3 => draws.next() + 0.01,
        _ => 10f64.powf(6.0 * draws.next() - 3.0),
    };
    (kind > 1).then(|| (0..n).map(|_| weight(draws)).collect())
}

/// What a sum over all rows may lose by rounding, relative to what it sums.
const ROUNDING: f64 = 1e-12;

/// What an E-step of rows below 512 features may leave out of a score for each further component,
/// in nats: what is 33 bits below the best.
const LEFT_OUT: f64 = 1.0 / (1_u64 << 33) as f64;

/// The furthest that plain EM is followed by exact scores.
const MOST_STEPS: usize = 20;

/// The largest fall from one step of plain EM to the next of the objective, in nats, computed from
/// the mixtures themselves: by log-sum-exp over all components, in double precision.
fn exact_fall(rows: &Rows, params: &FitParams) -> f64 {
    let params = params.clone().n_init(NInit::Exactly(1)).accelerate(false);
    let prior = Prior::new(rows, params.alpha);
    let objective = |n_steps| {
        let mixture = fit(rows.clone(), &params.clone().max_iter(n_steps)).unwrap().mixture;
        let scores = mixture.score_samples(&rows.data).unwrap().into_iter().enumerate();
        let log_likelihood: f64 = scores.map(|(i, score)| rows.weight(i) * score).sum();
        log_likelihood + prior.log_density(&mixture)
    };
    let objectives: Vec<f64> = (1..=MOST_STEPS).map(objective).collect();
    objectives.windows(2).map(|pair| pair[0] - pair[1]).fold(0.0, f64::max)
}

/// What is wrong with the fit of this seed.
fn fault(seed: u64) -> Option<String> {
    let mut draws = Draws { seed, n: 0 };
    let data = data(&mut draws);
    let weights = weights(data.n_samples(), &mut draws);
    let alpha = ALPHAS[draws.below(5)];
    let k = 1 + draws.below(data.n_samples().min(9));
    let n_init = [NInit::Exactly(2), NInit::Auto][usize::from(draws.chance(0.1))];
    let mut rows = Rows::new(&data);
    if let Some(weights) = &weights {
        rows = rows.weighted(weights);
    }
    let params = FitParams::new(k).alpha(alpha).seed(seed).n_init(n_init).max_iter(300);
    let found = match fit(rows.clone(), &params) {
        Ok(found) => found,
        Err(error) => return Some(error.to_string()),
    };
    let (n, d) = (data.n_samples(), data.n_features());
    let report = &found.report;
    let end = report.objective();
    let rounding = ROUNDING * (end.abs() + report.total_weight);
    let slack = rounding + LEFT_OUT * report.total_weight * (k - 1) as f64;
    let falls = report.objective_history.windows(2).map(|pair| pair[0] - pair[1]);
    let worst = falls.fold(0.0, f64::max);
    let above = report.starts.iter().map(|start| start.objective - end).fold(0.0, f64::max);
    let next = report.runner_up.as_ref().map(|next| report.starts[next.start].stop);
    let scores = found.mixture.score_samples(&data).unwrap();
    let direct: f64 = scores.iter().enumerate().map(|(i, score)| rows.weight(i) * score).sum();
    match () {
        () if worst > slack => Some(format!("fell by {worst:e}")),
        () if seed.is_multiple_of(4) && exact_fall(&rows, &params) > rounding => {
            Some("the exact objective fell".into())
        }
        () if next == Some(StopReason::Abandoned) => Some("the next optimum was given up".into()),
        () if above > 0.0 => Some(format!("a start ended {above:e} above the best")),
        () if (direct - report.log_likelihood).abs() > slack => {
            Some(format!("reports {}, but the rows score {direct}", report.log_likelihood))
        }
        () => None,
    }
    .map(|what| format!("{n} x {d}, K = {k}, alpha {alpha}, {n_init}: {what}"))
}

#[test]
fn random_fits_end_well() {
    let n = std::env::var("BMM_RANDOM_FITS").ok().and_then(|n| n.parse().ok()).unwrap_or(N_FITS);
    let faults: Vec<String> =
        (0..n).filter_map(|seed| Some(format!("seed {seed}: {}", fault(seed)?))).collect();
    println!("{n} fits, {} faults", faults.len());
    assert!(faults.is_empty(), "{} of {n}:\n{}", faults.len(), faults.join("\n"));
}
