//! Fits every number of clusters from 1 to 6 and compares them by BIC.

use bmm::{BernoulliMixture, FitParams, Silent, sweep};

fn main() -> bmm::Result<()> {
    // 300 rows of 12 bits, drawn from three components.
    let means: Vec<_> = (0..36).map(|at| if at / 12 == at % 12 / 4 { 0.9 } else { 0.1 }).collect();
    let (rows, _) = BernoulliMixture::new([0.5, 0.3, 0.2], means)?.sample(300, 1)?;
    let params = FitParams::new(1).for_features(rows.n_features());

    let swept = sweep(&rows, &[2, 3, 4, 5, 6], &params, &mut Silent)?;

    let mut best = (f64::INFINITY, 0);
    for fitted in swept.fits.iter().map(|swept| &swept.fit) {
        let k = fitted.mixture.n_components();
        let bic = fitted.report.criteria().bic;
        println!("K = {k}: BIC {bic:.1}, {}", fitted.report.stop);
        if bic < best.0 {
            best = (bic, k);
        }
    }
    println!("BIC picks K = {}", best.1);
    assert_eq!(best.1, 3);
    Ok(())
}
