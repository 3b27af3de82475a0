//! Draws rows from a mixture that was made by hand, and finds it again.

use bmm::{BernoulliMixture, FitParams, fit};

fn main() -> bmm::Result<()> {
    // Two components, five features: weights, then the means of one component after the other.
    let means = [[0.9, 0.8, 0.7, 0.1, 0.2], [0.2, 0.1, 0.3, 0.9, 0.8]].concat();
    let mixture = BernoulliMixture::new([0.6, 0.4], means)?;

    // One seed gives the same rows on every machine. `labels` are the components drawn from.
    let (rows, labels) = mixture.sample(5000, 1)?;

    let found = fit(&rows, &FitParams::new(2))?.mixture;
    for (k, weight) in found.weights().iter().enumerate() {
        println!("component {k}: weight {weight:.2}, means {:.2?}", found.mean(k));
    }
    println!("the first row was drawn from component {}", labels[0]);
    assert!((found.weights()[0] - 0.6).abs() < 0.1);
    Ok(())
}
