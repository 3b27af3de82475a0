//! Laws of the binarisation rules.

use super::*;

/// `n` images of 3 x 7 with values that look random.
fn noise(n: usize) -> Pixels {
    let values = (0..n * 21).map(|i| (mix(i as u64) >> 13) as u8).collect();
    Pixels::new(n, 3, 7, values).unwrap()
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn rules_round_trip_through_text() {
    use Binarize::*;
    for rule in [Threshold(1), Threshold(255), Otsu, Bernoulli(0), Bernoulli(u64::MAX), None] {
        assert_eq!(rule.to_string().parse::<Binarize>().unwrap(), rule);
    }
    assert_eq!(Binarize::default().to_string(), "threshold:128");
}

#[test]
fn rules_that_are_none_are_refused() {
    for text in ["", "threshold", "threshold:0", "threshold:256", "threshold:-1", "otsu:1"] {
        assert!(text.parse::<Binarize>().is_err(), "{text}");
    }
    for text in ["bernoulli", "bernoulli:x", "Otsu", "none:", "threshold:12 "] {
        let error = text.parse::<Binarize>().unwrap_err().to_string();
        assert!(error.contains("bernoulli:SEED"), "{error}");
    }
    assert!(Binarize::Threshold(0).apply(&noise(1)).is_err());
}

#[test]
fn ink_is_every_value_at_or_above_the_threshold() {
    for d in [1, 7, 8, 9, 63, 64, 65, 256, 784] {
        let values: Vec<u8> = (0..3 * d).map(|i| (mix(i as u64) >> 7) as u8).collect();
        let pixels = Pixels::new(3, 1, d, values).unwrap();
        for t in [1, 2, 127, 128, 200, 255] {
            let expected = BitMatrix::from_fn(3, d, |i, d| pixels.image(i)[d] >= t);
            assert_eq!(Binarize::Threshold(t).apply(&pixels).unwrap(), expected, "{d} {t}");
        }
    }
}

#[test]
fn every_rule_gives_the_same_bits_at_any_thread_count() {
    let pixels = noise(2000);
    for rule in [Binarize::Threshold(99), Binarize::Otsu, Binarize::Bernoulli(7)] {
        let one = in_pool(1, || rule.apply(&pixels)).unwrap();
        assert_eq!(in_pool(3, || rule.apply(&pixels)).unwrap(), one, "{rule}");
    }
}

#[test]
fn a_drawn_row_does_not_depend_on_how_many_rows_follow() {
    let rule = Binarize::Bernoulli(3);
    let mut all = rule.apply(&noise(50)).unwrap();
    all.truncate(9);
    assert_eq!(all, rule.apply(&noise(9)).unwrap());
}

#[test]
fn equal_rows_and_other_seeds_are_drawn_differently() {
    let pixels = Pixels::new(2, 8, 8, vec![128; 128]).unwrap();
    let bits = Binarize::Bernoulli(1).apply(&pixels).unwrap();
    assert_ne!(bits.row(0), bits.row(1));
    assert_ne!(bits, Binarize::Bernoulli(2).apply(&pixels).unwrap());
}

#[test]
fn ink_is_drawn_as_often_as_its_grey_level_says() {
    let n = 100_000;
    for grey in [0u8, 51, 128, 204, 255] {
        let pixels = Pixels::new(n / 100, 10, 10, vec![grey; n]).unwrap();
        let ones = Binarize::Bernoulli(5).apply(&pixels).unwrap().count_ones() as f64;
        let (p, n) = (f64::from(grey) / 255.0, n as f64);
        assert!((ones - n * p).abs() <= 4.0 * (n * p * (1.0 - p)).sqrt(), "{grey}: {ones}");
    }
}

#[test]
fn none_takes_zeros_and_ones_and_names_anything_else() {
    let pixels = Pixels::new(2, 1, 3, vec![0, 1, 1, 1, 0, 1]).unwrap();
    let bits = Binarize::None.apply(&pixels).unwrap();
    assert_eq!(bits, BitMatrix::from_fn(2, 3, |i, d| pixels.image(i)[d] == 1));
    let grey = Pixels::new(2, 1, 3, vec![0, 1, 1, 1, 17, 1]).unwrap();
    let error = Binarize::None.apply(&grey).unwrap_err().to_string();
    assert!(error.contains("row 1, column 1 holds 17"), "{error}");
}

#[test]
fn otsu_separates_two_levels_in_their_middle() {
    let two = |a, b| Pixels::new(1, 1, 6, vec![a, a, b, a, b, b]).unwrap();
    assert_eq!(Binarize::Otsu.resolve(&two(0, 255)), Binarize::Threshold(128));
    assert_eq!(Binarize::Otsu.resolve(&two(0, 1)), Binarize::Threshold(1));
    assert_eq!(Binarize::Otsu.resolve(&two(254, 255)), Binarize::Threshold(255));
    let flat = Pixels::new(1, 1, 2, vec![9, 9]).unwrap();
    assert_eq!(Binarize::Otsu.resolve(&flat), Binarize::default());
}

#[test]
fn otsu_maximises_the_variance_between_ink_and_paper() {
    let values: Vec<u8> = noise(40).values().iter().map(|&v| v / 3 + (v % 7) * 20).collect();
    let variance = |t: u8| {
        let (ink, paper): (Vec<f64>, Vec<f64>) =
            values.iter().map(|&v| f64::from(v)).partition(|&v| v >= f64::from(t));
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
        ink.len() as f64 * paper.len() as f64 * (mean(&ink) - mean(&paper)).powi(2)
    };
    let found = otsu(&histogram(&values));
    let best = (1..=255).map(variance).fold(0.0, f64::max);
    assert!((variance(found) - best).abs() <= 1e-9 * best);
}

#[test]
fn resolving_leaves_other_rules_alone() {
    for rule in [Binarize::Threshold(3), Binarize::Bernoulli(1), Binarize::None] {
        assert_eq!(rule.resolve(&noise(1)), rule);
    }
}
