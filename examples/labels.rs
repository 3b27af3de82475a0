//! Uses the labels of some rows in a fit: semi-supervised clustering.

use bmm::{BitMatrix, FitParams, KnownLabels, Rows, fit};

fn main() -> bmm::Result<()> {
    // 120 rows of 16 bits of two kinds. Of every sixth row the kind is known.
    let data = BitMatrix::from_fn(120, 16, |i, d| ((d < 8) == (i % 2 == 0)) != ((i + d) % 9 == 0));
    let of_row: Vec<_> = (0..120).map(|i| (i % 6 < 2).then_some(i as u32 % 2)).collect();

    // Two components for each label. Rows without a label may belong to any.
    let of_component = [Some(0), Some(0), Some(1), Some(1)];
    let known = KnownLabels { of_row: &of_row, of_component: &of_component };
    let fitted = fit(Rows::new(&data).labelled(known), &FitParams::new(4))?;

    // Components are sorted by weight in the end; `label_of` says whose each one is.
    let clusters = fitted.mixture.predict(&data)?;
    let right = (0..120).filter(|&i| fitted.label_of[clusters[i]] == Some(i as u32 % 2)).count();
    println!("{right} of 120 rows get their label");
    assert_eq!(right, 120);
    Ok(())
}
