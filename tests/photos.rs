//! Honest pictures: photos of digits land where the digits do, and junk is told from digits. `--nocapture` prints the figures.

mod common;

use bmm::{
    BernoulliMixture, Binarize, BitMatrix, FitParams, Member, Pixels, Source, Split, Typicality,
    fit, load,
};
use common::photo::photo;
use image::imageops::{FilterType, resize};
use rand_distr::{Bernoulli, Distribution};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::path::Path;
use std::sync::OnceLock;

/// A default fit to MNIST at K = 10, and what the training images of its clusters were like.
struct Fitted {
    mixture: BernoulliMixture,
    typicality: Typicality,
    test: Pixels,
}

fn fitted() -> Option<&'static Fitted> {
    static FITTED: OnceLock<Option<Fitted>> = OnceLock::new();
    FITTED.get_or_init(|| common::shared("data/mnist").map(|folder| fit_to(&folder))).as_ref()
}

fn fit_to(folder: &Path) -> Fitted {
    let source = Source::new(folder);
    let train = ink(&load(&source).unwrap().pixels);
    let params = FitParams::new(10).for_features(784);
    let found = fit(&train, &params).unwrap();
    let members = found.mixture.assign(&train).unwrap().into_iter().enumerate();
    let members =
        members.map(|(i, assignment)| Member { assignment, n_ones: train.n_ones(i), weight: 1.0 });
    let typicality = Typicality::from_members(10, members);
    let test = load(&source.with_split(Split::Test)).unwrap().pixels;
    Fitted { mixture: found.mixture, typicality, test }
}

fn ink(pixels: &Pixels) -> BitMatrix {
    Binarize::default().apply(pixels).unwrap()
}

impl Fitted {
    /// The share of `rows` that are less typical than one training image in a hundred.
    fn flagged(&self, rows: &BitMatrix) -> f64 {
        let assigned = self.mixture.assign(rows).unwrap();
        let is_odd = |(i, row): (usize, &bmm::Assignment)| {
            let found = self.typicality.of_sample(row.component, row.log_prob, rows.n_ones(i));
            found.unwrap() < 0.01
        };
        assigned.iter().enumerate().filter(|row| is_odd(*row)).count() as f64
            / rows.n_samples() as f64
    }
}

#[test]
fn photos_land_in_the_clusters_of_the_digits_that_they_show() {
    let Some(fitted) = fitted() else { return };
    let n = 600;
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let (mut clean, mut plain) = (Vec::new(), Vec::new());
    for i in 0..n {
        let digit = fitted.test.image(i);
        let mut picture = photo(digit, &mut rng);
        picture.save(folder.path().join(format!("{i:03}.png"))).unwrap();
        image::imageops::invert(&mut picture);
        plain.extend(resize(&picture, 28, 28, FilterType::Triangle).into_raw());
        clean.extend(digit);
    }
    let clusters = |pixels: &Pixels| fitted.mixture.predict(&ink(pixels)).unwrap();
    let images = |values| Pixels::new(n, 28, 28, values).unwrap();
    let wanted = clusters(&images(clean));
    let agreement = |found: Vec<usize>| {
        found.iter().zip(&wanted).filter(|(a, b)| a == b).count() as f64 / n as f64
    };
    let prepared = load(&Source::new(folder.path()).with_size(28, 28)).unwrap();
    let ours = agreement(clusters(&prepared.pixels));
    let resized = agreement(clusters(&images(plain)));
    println!("same cluster: {ours:.3} prepared, {resized:.3} inverted and resized");
    assert!(ours >= 0.85, "{ours}");
}

#[test]
fn junk_is_flagged_and_digits_are_not() {
    let Some(fitted) = fitted() else { return };
    let digits = ink(&fitted.test);
    let of_digits = fitted.flagged(&digits);
    println!("typicality below 1 %: {of_digits:.4} of test digits");
    assert!(of_digits <= 0.015, "{of_digits}");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
    let mut noise = |share: f64| {
        let ink = Bernoulli::new(share).unwrap();
        let drawn: Vec<bool> = ink.sample_iter(&mut rng).take(1000 * 784).collect();
        BitMatrix::from_fn(1000, 784, |i, d| drawn[i * 784 + d])
    };
    let junk = [
        ("noise, 50 % ink", noise(0.5)),
        ("noise, 13 % ink", noise(0.13)),
        ("noise, 5 % ink", noise(0.05)),
        ("inverted digits", digits.with_swapped(&[true; 784])),
        ("blank", BitMatrix::zeros(1, 784)),
        ("all ink", BitMatrix::from_fn(1, 784, |_, _| true)),
    ];
    for (name, rows) in junk {
        let share = fitted.flagged(&rows);
        println!("typicality below 1 %: {share:.4} of {name}");
        assert!(share >= 0.99, "{name}: {share}");
    }
}
