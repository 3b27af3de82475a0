//! Tells rows like those of a cluster from rows like none that was ever seen.

use bmm::{BitMatrix, FitParams, Member, Typicality, fit};

fn main() -> bmm::Result<()> {
    // 400 rows of 64 bits of two kinds, one in ten of the bits wrong.
    let noise = |i: usize, d: usize| (i * 7919 + d * 104_729) % 1009 < 100;
    let rows = BitMatrix::from_fn(400, 64, |i, d| ((d < 32) == (i % 2 == 0)) != noise(i, d));
    let mixture = fit(&rows, &FitParams::new(2))?.mixture;

    let members = mixture.assign(&rows)?.into_iter().enumerate();
    let members =
        members.map(|(i, assignment)| Member { assignment, n_ones: rows.n_ones(i), weight: 1.0 });
    let typicality = Typicality::from_members(mixture.n_components(), members);

    // A row with every second bit, which is of neither kind, and one of the rows themselves.
    let odd = BitMatrix::from_fn(1, 64, |_, d| d % 2 == 0);
    for (what, row) in [("odd", &odd), ("usual", &rows.select(&[7]))] {
        let (best, score) = (mixture.assign(row)?[0].component, mixture.score_samples(row)?[0]);
        let probability = mixture.predict_proba(row)?.row(0)[best];
        let typical = typicality.of_sample(best, score, row.n_ones(0)).unwrap_or(0.0);
        println!("{what}: cluster {best}, probability {probability:.3}, typicality {typical:.3}");
        assert_eq!(typical < 0.01, what == "odd");
    }
    Ok(())
}
