//! Fits rows of which some values are missing, and fills them in.

use bmm::{BitMatrix, FitParams, fit};

fn main() -> bmm::Result<()> {
    // 200 rows of 12 bits of two kinds; one value in ten is missing.
    let rows = BitMatrix::from_fn(200, 12, |i, d| (d < 6) == (i % 2 == 0));
    let missing = BitMatrix::from_fn(200, 12, |i, d| (i * 7 + d * 3) % 10 == 0);
    let rows = rows.with_missing(&missing)?;

    // No row is dropped and nothing is imputed: the likelihood leaves missing values out.
    let mixture = fit(&rows, &FitParams::new(2))?.mixture;

    // The probability that a value is one, given what is known of its row.
    let completed = mixture.complete(&rows)?;
    println!("row 0, value 0 was missing: {:.3}", completed[0]);
    assert!(completed[0] > 0.9);
    Ok(())
}
