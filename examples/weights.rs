//! Fits weighted rows: a row of weight 3 counts as three rows.

use bmm::{BitMatrix, FitParams, Rows, fit};

fn main() -> bmm::Result<()> {
    // Four patterns of answers to three questions, and how often each was given.
    let patterns = [[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]];
    let counts = [30.0, 10.0, 5.0, 15.0];
    let data = BitMatrix::from_fn(4, 3, |i, d| patterns[i][d] == 1);

    let rows = Rows::new(&data).weighted(&counts);
    let fitted = fit(rows, &FitParams::new(1))?;

    // 40 of the 60 answers to the first question are yes.
    println!("share of yes: {:.3?}", fitted.mixture.mean(0));
    assert!((fitted.mixture.mean(0)[0] - 40.0 / 60.0).abs() < 0.01);
    Ok(())
}
