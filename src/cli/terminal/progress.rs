//! Live lines while something takes long, and Ctrl-C.

use super::console::Console;
use crate::em::{Iteration, Observe};
use crate::wording::{brief, fixed};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
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
    /// The last news of each round that is under way, and when that start began.
    last: BTreeMap<usize, (Iteration, Instant)>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(console: &'a Console) -> Self {
        let line = bar(console, 0, "{msg}", "");
        Self { console, line, last: BTreeMap::new() }
    }

    /// Says with `--verbose` where a start ended.
    fn finish_start(&self, (last, began): &(Iteration, Instant)) {
        let text = describe(last, began.elapsed());
        self.line.suspend(|| self.console.detail(text));
    }

    pub(crate) fn finish(self) {
        self.last.values().for_each(|last| self.finish_start(last));
        self.line.finish_and_clear();
    }
}

impl Observe for Progress<'_> {
    fn iteration(&mut self, news: &Iteration) -> ControlFlow<()> {
        let key = |news: &Iteration| (news.n_components, news.start);
        let last = self.last.remove(&news.round);
        let is_same = last.as_ref().is_some_and(|(last, _)| key(last) == key(news));
        let ended = last.as_ref().filter(|_| !is_same);
        ended.into_iter().for_each(|last| self.finish_start(last));
        let began = last.filter(|_| is_same).map_or_else(Instant::now, |(_, began)| began);
        self.last.insert(news.round, (*news, began));
        self.line.set_message(describe(news, began.elapsed()));
        self.line.tick();
        go_on()
    }
}

/// A live line up to `length`; hidden where there is no terminal.
fn bar(console: &Console, length: u64, template: &str, message: &str) -> ProgressBar {
    let bar = if console.is_live() { ProgressBar::new(length) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(message.to_string());
    bar
}

/// `Break` if the user has asked for the end.
fn go_on() -> ControlFlow<()> {
    if INTERRUPTED.load(Ordering::Relaxed) {
        return ControlFlow::Break(());
    }
    ControlFlow::Continue(())
}

/// Counts things that are done: one live line, drawn only on a terminal.
pub(crate) struct Count(ProgressBar);

impl Count {
    /// Begins to count to `n`; the line calls them `things`.
    pub(crate) fn new(console: &Console, things: &str, n: usize) -> Self {
        let template = "{msg} [{bar:30}] {pos} of {len}, {elapsed} so far, {eta} to go";
        Self(bar(console, n as u64, template, things))
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn bytes(console: &Console, name: &str, n_bytes: u64) -> Self {
        let template = "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}";
        Self(bar(console, n_bytes, template, name))
    }

    /// Says how many have been counted in all.
    #[cfg(feature = "fetch")]
    pub(crate) fn reached(&self, n: u64) {
        self.0.set_position(n);
    }

    /// Counts one more. `Break` if the user has asked for the end.
    pub(crate) fn done(&self) -> ControlFlow<()> {
        self.0.inc(1);
        go_on()
    }

    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

fn describe(news: &Iteration, elapsed: Duration) -> String {
    let Iteration { n_components: k, start, iteration, score, gain, .. } = *news;
    let each = 1e3 * elapsed.as_secs_f64() / iteration.max(1) as f64;
    format!(
        "K = {k}, start {start}: iteration {iteration}, {} nats per sample, \
         gain {}, {each:.1} ms each",
        fixed(score, 4),
        brief(gain)
    )
}

/// From here on Ctrl-C ends the fit after the current iteration; a second one ends the program.
pub(crate) fn catch_interrupt() {
    let caught = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        // Nobody may be left to read it.
        let _ = writeln!(
            std::io::stderr(),
            "\nnote: ending after this iteration and saving the best so far; \
             Ctrl-C again ends at once"
        );
    });
    // Without a handler Ctrl-C ends the program at once, as everywhere else.
    let _ = caught;
}
