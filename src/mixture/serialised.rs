//! A mixture as `serde` sees it. What is read goes through the checked constructor.

use super::BernoulliMixture;
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// The parameters of a mixture.
#[derive(Serialize, Deserialize)]
pub(super) struct Parts {
    /// K values.
    weights: Vec<f64>,
    /// K x D values, component after component.
    means: Vec<f64>,
}

impl From<BernoulliMixture> for Parts {
    fn from(mixture: BernoulliMixture) -> Self {
        let (weights, means) = mixture.into_parts();
        Self { weights, means }
    }
}

impl TryFrom<Parts> for BernoulliMixture {
    type Error = Error;

    fn try_from(Parts { weights, means }: Parts) -> Result<Self, Error> {
        Self::new(weights, means)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_comes_back_and_a_wrong_one_does_not() {
        let mixture = BernoulliMixture::new([0.25, 0.75], [0.1, 0.9, 0.0, 1.0]).unwrap();
        let text = serde_json::to_string(&mixture).unwrap();
        assert_eq!(text, r#"{"weights":[0.25,0.75],"means":[0.1,0.9,0.0,1.0]}"#);
        assert_eq!(serde_json::from_str::<BernoulliMixture>(&text).unwrap(), mixture);
        let wrong = text.replace("0.9", "1.9");
        assert!(serde_json::from_str::<BernoulliMixture>(&wrong).is_err());
    }
}
