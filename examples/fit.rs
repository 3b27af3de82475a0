//! Fits a mixture to rows of bits, and tells which rows belong together.

use bmm::{BitMatrix, FitParams, NInit, fit};

fn main() -> bmm::Result<()> {
    // 300 rows of 12 bits: three kinds of rows, and every seventh bit is wrong.
    let rows = BitMatrix::from_fn(300, 12, |i, d| (d / 4 == i % 3) != ((i * 5 + d * 3) % 7 == 0));

    let fitted = fit(&rows, &FitParams::new(3).n_init(NInit::Exactly(10)))?;

    let (mixture, report) = (&fitted.mixture, &fitted.report);
    println!("{} starts, {} reached the best objective", report.starts.len(), report.n_best());
    println!("{} after {} iterations", report.stop, report.n_iter);
    for (k, weight) in mixture.weights().iter().enumerate() {
        println!("component {k}: weight {weight:.3}, means {:.2?}", mixture.mean(k));
    }

    let clusters = mixture.predict(&rows)?;
    assert_eq!(clusters[0], clusters[3]);
    assert_ne!(clusters[0], clusters[1]);

    // The probability of each component for row 0; they sum to 1.
    println!("row 0: {:.4?}", mixture.predict_proba(&rows)?.row(0));
    Ok(())
}
