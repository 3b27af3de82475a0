//! Says how well the weights and means of a mixture are known.

use bmm::{BitMatrix, FitParams, StandardErrors, fit};

fn main() -> bmm::Result<()> {
    // 200 answers to five questions by two kinds of people, one answer in six against their kind.
    let rows = BitMatrix::from_fn(200, 5, |i, d| (i % 2 == 0) != ((i * 31 + d * 17) % 97 < 16));
    let params = FitParams::new(2).for_features(5);
    let fitted = fit(&rows, &params)?;

    let errors = StandardErrors::by_information(&fitted.mixture, &rows, params.alpha)?;

    for k in 0..2 {
        let (weight, error) = (fitted.mixture.weights()[k], errors.weights()[k]);
        println!("component {k}: weight {weight:.3}, standard error {error:.3?}");
        for (mean, error) in fitted.mixture.mean(k).iter().zip(errors.mean(k)) {
            // Means at 0 or 1 have no standard error.
            println!("    mean {mean:.3}, standard error {error:.3?}");
        }
    }
    assert_eq!(errors.n_unknown(), 0);
    Ok(())
}
