//! How long the parts of a run take: reading, fitting, writing.

use serde::Serialize;
use std::time::Instant;

/// The seconds that the parts of a run took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Clock {
    load: f64,
    fit: f64,
    write: f64,
    total: f64,
    #[serde(skip)]
    began: Instant,
    #[serde(skip)]
    part_began: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { load: 0.0, fit: 0.0, write: 0.0, total: 0.0, began: now, part_began: now }
    }

    /// Times the reading of the data.
    pub(crate) fn load<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (result, seconds) = timed(work);
        self.load = seconds;
        result
    }

    /// Times the fit; what follows is writing.
    pub(crate) fn fit<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (result, seconds) = timed(work);
        self.fit = seconds;
        self.part_began = Instant::now();
        result
    }

    /// All that can be timed is done: the results are about to be written down.
    pub(crate) fn stop_writing(&mut self) {
        self.write = self.part_began.elapsed().as_secs_f64();
        self.total = self.began.elapsed().as_secs_f64();
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed().as_secs_f64())
}
