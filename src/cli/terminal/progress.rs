//! The live line of a fit, its clock, and Ctrl-C.

use super::console::Console;
use crate::em::{Iteration, Observe};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Set by Ctrl-C; the fit ends after the current iteration.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Watches a fit: one live line for each start, drawn only on a terminal.
pub(crate) struct Progress<'a> {
    console: &'a Console,
    line: ProgressBar,
    last: Option<Iteration>,
    began: Instant,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(console: &'a Console) -> Self {
        let line =
            if console.is_live() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            line.set_style(style);
        }
        Self { console, line, last: None, began: Instant::now() }
    }

    /// Says with `--verbose` where a start has come to, when the next one begins.
    fn finish_start(&self) {
        if let Some(last) = &self.last {
            let text = describe(last, self.began.elapsed());
            self.line.suspend(|| self.console.detail(text));
        }
    }

    /// Ends the live line.
    pub(crate) fn finish(self) {
        self.finish_start();
        self.line.finish_and_clear();
    }
}

impl Observe for Progress<'_> {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        let key = |news: &Iteration| (news.n_components, news.start);
        if self.last.is_some_and(|last| key(&last) != key(news)) {
            self.finish_start();
            self.began = Instant::now();
        }
        self.last = Some(*news);
        self.line.set_message(describe(news, self.began.elapsed()));
        self.line.tick();
        go_on()
    }
}

/// Whether the user has not asked for the end.
fn go_on() -> ControlFlow<()> {
    match INTERRUPTED.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// Counts things that are done, several at a time: one live line, drawn only on a terminal.
pub(crate) struct Count(ProgressBar);

impl Count {
    /// `n` of `things` are to be done.
    pub(crate) fn new(console: &Console, things: &str, n: usize) -> Self {
        let line =
            if console.is_live() { ProgressBar::new(n as u64) } else { ProgressBar::hidden() };
        let template = "{msg} [{bar:30}] {pos} of {len}, {elapsed} so far, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            line.set_style(style);
        }
        line.set_message(things.to_string());
        Self(line)
    }

    /// One more is done; `Break` if the user has asked for the end.
    pub(crate) fn done(&self) -> ControlFlow<()> {
        self.0.inc(1);
        go_on()
    }

    /// Ends the live line.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// The bar of a transfer, drawn only on a terminal.
#[cfg(feature = "fetch")]
pub(crate) struct Transfer(ProgressBar);

#[cfg(feature = "fetch")]
impl Transfer {
    /// `n_bytes` of what is called `name` are to come.
    pub(crate) fn new(console: &Console, name: &str, n_bytes: u64) -> Self {
        let bar = if console.is_live() { ProgressBar::new(n_bytes) } else { ProgressBar::hidden() };
        let template = "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_string());
        Self(bar)
    }

    /// So many are there.
    pub(crate) fn reached(&self, n_bytes: u64) {
        self.0.set_position(n_bytes);
    }

    /// Ends the bar.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

fn describe(news: &Iteration, elapsed: Duration) -> String {
    let Iteration { n_components: k, start, iteration, score, gain } = *news;
    let each = 1e3 * elapsed.as_secs_f64() / iteration.max(1) as f64;
    format!(
        "K = {k}, start {start}: iteration {iteration}, {score:.4} nats per sample, gain {gain:.1e}, {each:.1} ms each"
    )
}

/// Ctrl-C asks the fit to end after the current iteration; a second one ends the program.
pub(crate) fn catch_interrupt() {
    let caught = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        // Nobody may be left to read it.
        let _ = writeln!(
            std::io::stderr(),
            "\nnote: ending after this iteration and saving the best so far; Ctrl-C again ends at once"
        );
    });
    // Without a handler Ctrl-C ends the program at once, as everywhere else.
    let _ = caught;
}
