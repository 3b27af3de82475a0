//! Initialisation: where a start begins. One file for each idea.

mod kmeans_pp;
pub(super) mod random_means;
mod random_resp;
mod random_rows;

use super::rows::Rows;
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use crate::record::InitKind;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

pub(super) use rand_xoshiro::Xoshiro256PlusPlus as Stream;
pub(super) use random_rows::distinct;

/// How a start is initialised.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Init {
    /// Means drawn uniformly from [0.25, 0.75], equal weights.
    RandomMeans,
    /// Means at K random rows, smoothed towards the overall mean.
    #[default]
    RandomRows,
    /// Random responsibilities, then an M-step.
    RandomResp,
    /// Means at K rows that lie far apart, smoothed towards the overall mean: k-means++ seeding.
    KMeansPlusPlus,
    /// A given mixture: one start, no random choice.
    From(BernoulliMixture),
}

impl Init {
    /// How it begins, without the mixture that [`Self::From`] holds.
    pub(crate) fn kind(&self) -> InitKind {
        match self {
            Self::RandomRows => InitKind::RandomRows,
            Self::RandomMeans => InitKind::RandomMeans,
            Self::RandomResp => InitKind::RandomResp,
            Self::KMeansPlusPlus => InitKind::KMeansPlusPlus,
            Self::From(_) => InitKind::From(None),
        }
    }

    /// The initial mixture of one start, drawn from a stream of its own.
    ///
    /// Where labels are known, components of a label begin on its rows, and those without one on
    /// the rows without one. Where these are too few, rows without a label join, then all others.
    pub(super) fn mixture(
        &self,
        rows: &Rows,
        n_components: usize,
        mut rng: Xoshiro256PlusPlus,
    ) -> Result<BernoulliMixture> {
        if rows.label_of.is_empty() || matches!(self, Self::From(_)) {
            return self.draw(rows, n_components, &mut rng);
        }
        let labels: BTreeSet<Option<u32>> = rows.label_of.iter().copied().collect();
        let d = rows.data.n_features();
        let (mut weights, mut means) = (vec![0.0; n_components], vec![0.0; n_components * d]);
        for label in labels {
            let components: Vec<usize> =
                (0..n_components).filter(|&k| rows.label_of[k] == label).collect();
            let members = rows_to_begin_on(rows, label, components.len());
            let part = self.draw(&rows.select(&members), components.len(), &mut rng)?;
            let share = components.len() as f64 / n_components as f64;
            for (part_k, k) in components.into_iter().enumerate() {
                weights[k] = share * part.weights()[part_k];
                means[k * d..(k + 1) * d].copy_from_slice(part.mean(part_k));
            }
        }
        BernoulliMixture::normalised(weights, means)
    }

    fn draw(
        &self,
        rows: &Rows,
        n_components: usize,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Result<BernoulliMixture> {
        match self {
            Self::RandomMeans => random_means::draw(rows.data.n_features(), n_components, rng),
            Self::RandomRows => random_rows::draw(rows, n_components, rng),
            Self::RandomResp => random_resp::draw(rows, n_components, rng),
            Self::KMeansPlusPlus => kmeans_pp::draw(rows, n_components, rng),
            Self::From(mixture) => Ok(mixture.clone()),
        }
    }

    /// A given mixture must have the K and D of the fit.
    pub(super) fn check(&self, n_components: usize, n_features: usize) -> Result<()> {
        let Self::From(mixture) = self else { return Ok(()) };
        if mixture.n_features() != n_features {
            return Err(Error::Features { data: n_features, model: mixture.n_features() });
        }
        if mixture.n_components() != n_components {
            let allowed = format!("{}, as in the model to start from", mixture.n_components());
            return Err(Error::parameter("n_components", n_components, allowed));
        }
        Ok(())
    }
}

/// Rows for `count` components of `label` to begin on: at least so many, if there are.
fn rows_to_begin_on(rows: &Rows, label: Option<u32>, count: usize) -> Vec<usize> {
    let label_of_row = |i: usize| rows.labels.get(i).copied().flatten();
    let all = || 0..rows.data.n_samples();
    let mut members: Vec<usize> = all().filter(|&i| label_of_row(i) == label).collect();
    for is_labelled in [false, true] {
        let is_other = |l: Option<u32>| l != label && l.is_some() == is_labelled;
        if members.len() < count {
            members.extend(all().filter(|&i| is_other(label_of_row(i))));
        }
    }
    members
}

/// One stream of random numbers after another, 2^128 draws apart: start s draws from stream s.
pub(super) struct Streams(Xoshiro256PlusPlus);

impl Streams {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Streams that no start draws from: 2^192 draws apart from those.
    pub(super) fn for_samples(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        rng.long_jump();
        Self(rng)
    }

    pub(super) fn next_stream(&mut self) -> Xoshiro256PlusPlus {
        let stream = self.0.clone();
        self.0.jump();
        stream
    }
}

impl FromStr for Init {
    type Err = Error;

    /// One of the random kinds by its name.
    fn from_str(text: &str) -> Result<Self> {
        let kind = InitKind::random(text)?;
        let all = [Self::RandomRows, Self::RandomMeans, Self::RandomResp, Self::KMeansPlusPlus];
        Ok(all.into_iter().find(|init| init.kind() == kind).unwrap_or_default())
    }
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.kind().fmt(f)
    }
}
