//! How long the parts of a run take: reading, fitting, writing.

use serde::Serialize;
use std::time::Instant;

/// The seconds that the parts of a run took. What is not over yet has none.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Clock {
    load: f64,
    fit: f64,
    /// From the end of the fit until the run folder is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    write: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<f64>,
    #[serde(skip)]
    began: Instant,
    #[serde(skip)]
    fit_ended: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { load: 0.0, fit: 0.0, write: None, total: None, began: now, fit_ended: now }
    }

    pub(crate) fn load<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (result, seconds) = timed(work);
        self.load = seconds;
        result
    }

    /// Times the fit. What follows is writing.
    pub(crate) fn fit<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (result, seconds) = timed(work);
        self.fit = seconds;
        self.fit_ended = Instant::now();
        result
    }

    pub(crate) fn stop(&mut self) {
        self.write = Some(self.fit_ended.elapsed().as_secs_f64());
        self.total = Some(self.began.elapsed().as_secs_f64());
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed().as_secs_f64())
}
