//! Standard errors of weights and means from the curvature of the objective at its maximum.

use super::information::{FreeParameters, Parameter, observed_information};
use crate::em::rows::{Rows, gathered};
use crate::em::view::View;
use crate::error::{Error, Result};
use crate::mixture::BernoulliMixture;
use nalgebra::DMatrix;

/// The standard errors of a mixture's parameters, in their own unit: probability.
///
/// Components without weight have none. Nor have means on the boundary, within 1e-6 of 0 or 1: a
/// curvature says nothing of them. Nor have those of a feature that is the same in every row.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardErrors {
    n_components: usize,
    n_features: usize,
    /// Of the weights, then of the means, component after component.
    errors: Vec<Option<f64>>,
}

/// The largest K x D, of the features that vary, for which the information, a matrix of about that
/// size, is computed.
pub const MAX_MEANS: usize = 2000;

/// A parameter is not identified if all others leave less than this part of its own information.
const LEAST_LEFT: f64 = 1e-8;

impl StandardErrors {
    /// Standard errors by the inverse of the observed information (Louis 1982) at `mixture`.
    ///
    /// `mixture` must be a maximum of the objective of `rows`: the log-likelihood, plus the log
    /// prior if `alpha` is above 0.
    ///
    /// A row of weight w counts as w rows, and one whose label is known belongs to the components
    /// of that label. K - 1 weights are free. Means on the boundary are held fixed: the other
    /// standard errors suppose that these are exact.
    ///
    /// # Errors
    /// [`Error::Features`] if the rows do not have D features. [`Error::Parameter`] if weights or
    /// labels do not fit the rows. [`Error::Information`] if there are more than 2000
    /// means. [`Error::Singular`] if the information is not positive definite: the parameters are
    /// not identified, or not at a maximum.
    pub fn by_information<'a>(
        mixture: &BernoulliMixture,
        rows: impl Into<Rows<'a>>,
        alpha: f64,
    ) -> Result<Self> {
        let rows = &rows.into();
        check(mixture, rows)?;
        let view = View::new(rows, alpha);
        let few = gathered(&view.rows);
        let mut errors = Self::unknown(mixture);
        let mixture = view.mixture(mixture)?;
        check_size(&mixture)?;
        let free = FreeParameters::new(&mixture);
        let information = observed_information(&mixture, &free, &few, &view.prior)?;
        let parameters: Vec<_> = free.list().into_iter().map(|p| p.of(view.features())).collect();
        let covariance = inverse(information, &parameters)?;
        for (place, parameter) in parameters.iter().enumerate() {
            errors.set(*parameter, covariance[(place, place)]);
        }
        // The weight of the reference is one minus the weights in this block.
        let n = parameters.iter().filter(|p| matches!(p, Parameter::Weight { .. })).count();
        let of_others = covariance.view((0, 0), (n, n)).sum();
        errors.set(Parameter::Weight { component: free.reference() }, of_others);
        Ok(errors)
    }

    /// Standard deviations over `n` refits, from the sums of the deviations and of their squares:
    /// weights first, then means.
    /// Those of means that are not of `features` are unknown.
    pub(crate) fn from_refits(
        mixture: &BernoulliMixture,
        features: &[usize],
        sums: &[(f64, f64)],
        n: usize,
    ) -> Self {
        let n = n as f64;
        let mut errors = Self::unknown(mixture);
        let free = FreeParameters::new(mixture);
        let reference = Parameter::Weight { component: free.reference() };
        for parameter in free.list().into_iter().chain([reference]) {
            let is_seen = |feature: &usize| features.binary_search(feature).is_ok();
            if matches!(&parameter, Parameter::Mean { feature, .. } if !is_seen(feature)) {
                continue;
            }
            let (sum, squares) = sums[errors.place(parameter)];
            errors.set(parameter, (squares - sum * sum / n) / (n - 1.0));
        }
        errors
    }

    fn unknown(mixture: &BernoulliMixture) -> Self {
        let (n_components, n_features) = (mixture.n_components(), mixture.n_features());
        Self { n_components, n_features, errors: vec![None; n_components * (1 + n_features)] }
    }

    fn set(&mut self, parameter: Parameter, variance: f64) {
        // Rounding may make a variance of 0 slightly negative.
        let place = self.place(parameter);
        self.errors[place] = Some(variance.max(0.0).sqrt());
    }

    /// Where the error of `parameter` stands among all.
    fn place(&self, parameter: Parameter) -> usize {
        match parameter {
            Parameter::Weight { component } => component,
            Parameter::Mean { component, feature } => {
                self.n_components + component * self.n_features + feature
            }
        }
    }

    /// The standard errors of the weights (K).
    pub fn weights(&self) -> &[Option<f64>] {
        &self.errors[..self.n_components]
    }

    /// The standard errors of the means of component `k` (D).
    ///
    /// # Panics
    /// If there is no component `k`.
    pub fn mean(&self, k: usize) -> &[Option<f64>] {
        &self.errors[self.n_components..][k * self.n_features..(k + 1) * self.n_features]
    }

    /// The number of means without a standard error.
    pub fn n_unknown(&self) -> usize {
        self.errors[self.n_components..].iter().filter(|error| error.is_none()).count()
    }
}

fn check_size(mixture: &BernoulliMixture) -> Result<()> {
    let n_means = mixture.means().len();
    if n_means <= MAX_MEANS {
        return Ok(());
    }
    let why = format!("the model has {n_means} means that vary, more than {MAX_MEANS}");
    Err(Error::Information(why))
}

fn check(mixture: &BernoulliMixture, rows: &Rows) -> Result<()> {
    if rows.data.n_features() != mixture.n_features() {
        return Err(Error::Features { data: rows.data.n_features(), model: mixture.n_features() });
    }
    rows.check(mixture.n_components())
}

fn inverse(mut information: DMatrix<f64>, parameters: &[Parameter]) -> Result<DMatrix<f64>> {
    // Scaled to a diagonal of ones. Then the inverse tells what the other parameters leave of each,
    // whatever its unit.
    let diagonal = information.diagonal();
    if let Some(place) = (0..diagonal.len()).find(|&place| !is_positive(diagonal[place])) {
        return Err(not_identified(parameters[place]));
    }
    let scale = diagonal.map(|value| 1.0 / value.sqrt());
    scale_both(&mut information, &scale);
    let Some(factor) = information.clone().cholesky() else {
        return Err(not_identified(weakest(information, parameters)));
    };
    let mut covariance = factor.inverse();
    let least =
        (0..parameters.len()).max_by(|&a, &b| covariance[(a, a)].total_cmp(&covariance[(b, b)]));
    if let Some(place) = least.filter(|&p| !is_positive(1.0 - covariance[(p, p)] * LEAST_LEFT)) {
        return Err(not_identified(parameters[place]));
    }
    scale_both(&mut covariance, &scale);
    Ok(covariance)
}

/// False for NaN.
fn is_positive(value: f64) -> bool {
    value > 0.0
}

fn scale_both(matrix: &mut DMatrix<f64>, scale: &nalgebra::DVector<f64>) {
    matrix.column_iter_mut().zip(scale.iter()).for_each(|(mut column, by)| {
        column.component_mul_assign(scale);
        column *= *by;
    });
}

/// The parameter at which elimination fails: those before it leave no information on it.
fn weakest(mut information: DMatrix<f64>, parameters: &[Parameter]) -> Parameter {
    let n = information.nrows();
    for place in 0..n {
        let pivot = information[(place, place)];
        if !is_positive(pivot) {
            return parameters[place];
        }
        let column = information.view((place + 1, place), (n - place - 1, 1)).clone_owned();
        let mut rest = information.view_mut((place + 1, place + 1), (n - place - 1, n - place - 1));
        rest.ger(-1.0 / pivot, &column.column(0), &column.column(0), 1.0);
    }
    parameters[n - 1]
}

fn not_identified(parameter: Parameter) -> Error {
    let (component, feature) = match parameter {
        Parameter::Weight { component } => (component, None),
        Parameter::Mean { component, feature } => (component, Some(feature)),
    };
    Error::Singular { component, feature }
}
