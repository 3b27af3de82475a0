//! Looks on while a fit runs, and ends it when enough was seen.

use bmm::{BitMatrix, FitParams, Iteration, Observe, fit_observed};
use std::ops::ControlFlow::{self, Break, Continue};

/// Ends a fit after so many iterations.
struct Patience(usize);

impl Observe for Patience {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        println!("start {}: {:.4} nats per row", news.start, news.score);
        self.0 -= 1;
        if self.0 == 0 { Break(()) } else { Continue(()) }
    }
}

fn main() -> bmm::Result<()> {
    let rows = BitMatrix::from_fn(500, 40, |i, d| (i * 13 + d * 7) % 10 < 3 + i % 4);

    // An interrupted fit gives the best parameters so far.
    let fitted = fit_observed(&rows, &FitParams::new(4), &mut Patience(20))?;
    println!("{}", fitted.report.stop);
    Ok(())
}
