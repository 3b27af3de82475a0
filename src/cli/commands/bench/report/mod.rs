//! What was measured, as tables for people and as one JSON document.

use super::demonstrations::{Demonstration, LENGTH, PASSES};
use super::engine;
use super::iterations::IterationTime;
use super::ladder::{Ladder, Rung, WAYS};
use crate::cli::input::{Words, demo};
use crate::cli::terminal::counted;
use crate::cli::terminal::tables::table;
use crate::{em, kernels};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Everything measured, and what it was measured on.
pub(super) struct Results {
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) synthetic: bool,
    pub(super) words: Words,
    pub(super) n_features: usize,
    /// Seconds for each measurement.
    pub(super) budget: f64,
    pub(super) ladder: Ladder,
    pub(super) demonstrations: [Demonstration; 2],
    pub(super) iterations: Vec<IterationTime>,
}

impl Results {
    /// The JSON document. Times are in seconds, but in milliseconds in `iterations`. A speed-up is
    /// the time of the first way, or of the loop, over the time of this way.
    pub(super) fn document(&self) -> Value {
        let demonstrations = self.demonstrations.iter().map(|d| (d.key.to_string(), shown(d)));
        json!({
            "data": self.summary,
            "synthetic": self.synthetic,
            "n_features": self.n_features,
            "n_components": self.ladder.n_components,
            "machine": {
                "kernel": engine::kernel(),
                "instruction_set": kernels::instruction_set(),
                "threads": em::n_threads(),
                "version": env!("CARGO_PKG_VERSION"),
            },
            "seconds_per_measurement": self.budget,
            "rows_lost_to_underflow": self.ladder.n_underflown,
            "ladder": self.ladder.rungs.iter().map(rung).collect::<Vec<_>>(),
            "demonstrations": demonstrations.collect::<Map<_, _>>(),
            "iterations": self.iterations.iter().map(iteration).collect::<Vec<_>>(),
        })
    }

    pub(super) fn text(&self, folder: &Path) -> String {
        let note =
            if self.synthetic { format!("\nnote      {}", demo::SYNTHETIC) } else { String::new() };
        format!(
            "One E-step, K = {}: the median time of each way\n{}\
             all ways go from a mixture to the responsibilities of all rows, the same within 1e-9\n\
             bmm: the tables that it makes of the mixture included\n\
             listing: what bmm does to the rows once, whatever the number of mixtures\n\
             with sums: an E-step of a fit, which also adds up what the M-step needs\n{}\n\
             Speed-up over the scalar loops\n{}\n\
             Two demonstrations: {PASSES} passes over {LENGTH} numbers\n{}\n\
             Milliseconds of one EM iteration (E-step and M-step), {}\n{}{note}\n\
             written   {}\n",
            self.ladder.n_components,
            self.times(),
            self.remarks(),
            self.speedups(),
            self.demonstrations(),
            counted(em::n_threads(), "thread"),
            self.iterations(),
            folder.display()
        )
    }

    fn largest(&self) -> usize {
        self.ladder.rungs.last().map_or(0, |rung| rung.n)
    }

    pub(super) fn is_of_one_thread(&self) -> bool {
        engine::is_of_one_thread(self.ladder.n_components, self.n_features)
    }

    /// Threads and underflow, which one must know to read the times.
    fn remarks(&self) -> String {
        let preparation = if self.is_of_one_thread() {
            ""
        } else {
            ", but bmm prepares so large a mixture on all"
        };
        let threads = counted(em::n_threads(), "thread");
        let mut text =
            format!("all ways on one thread{preparation}; with sums on up to {threads}\n");
        if self.ladder.n_underflown > 0 {
            text += &format!(
                "{} of {} {}s underflow in the plain attempts: \
                 their times hold, their results do not\n",
                self.ladder.n_underflown,
                self.largest(),
                self.words.sample
            );
        }
        text
    }

    fn times(&self) -> String {
        let rows = self.ladder.rungs.iter().map(|rung| {
            let seconds = rung.seconds.into_iter().chain([rung.listing, rung.with_sums]);
            (rung.n, seconds.map(time).collect())
        });
        self.table_by_size(WAYS.iter().map(|way| way.head).chain(["listing", "with sums"]), rows)
    }

    fn speedups(&self) -> String {
        let rungs = self.ladder.rungs.iter();
        let rows = rungs.map(|rung| (rung.n, rung.speedups().map(three_digits).to_vec()));
        self.table_by_size(WAYS.iter().map(|way| way.head), rows)
    }

    fn table_by_size(
        &self,
        heads: impl Iterator<Item = impl Into<String>>,
        rows: impl Iterator<Item = (usize, Vec<String>)>,
    ) -> String {
        let head = [format!("{}s", self.words.sample)].into_iter().chain(heads.map(Into::into));
        table(head, &[], rows.map(|(n, cells)| [vec![n.to_string()], cells].concat()))
    }

    fn demonstrations(&self) -> String {
        let row = |d: &Demonstration| {
            let [by_loop, vectorised] = d.seconds.map(time);
            vec![d.name.clone(), by_loop, vectorised, three_digits(d.speedup())]
        };
        let legend = |d: &Demonstration| format!("{}: {}; {}\n", d.name, d.by_loop, d.vectorised);
        let rows = self.demonstrations.iter().map(row);
        let legends: String = self.demonstrations.iter().map(legend).collect();
        table(["", "loop", "vectorised", "speed-up"], &[0], rows) + &legends
    }

    /// A row for each number of rows, a column for each number of components.
    fn iterations(&self) -> String {
        let sorted = |number: fn(&IterationTime) -> usize| {
            let mut numbers: Vec<_> = self.iterations.iter().map(number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let (ns, ks) = (sorted(|time| time.n), sorted(|time| time.k));
        let cell = |n: usize, k: usize| {
            let found = self.iterations.iter().find(|time| (time.n, time.k) == (n, k));
            found.map_or("-".into(), |time| three_digits(1e3 * time.seconds))
        };
        let heads = ks.iter().map(|k| format!("K = {k}"));
        let row = |&n: &usize| (n, ks.iter().map(|k| cell(n, *k)).collect());
        self.table_by_size(heads, ns.iter().map(row))
    }
}

fn by_way(numbers: [f64; WAYS.len()]) -> Map<String, Value> {
    WAYS.iter().zip(numbers).map(|(way, n)| (way.key.to_string(), n.into())).collect()
}

fn rung(rung: &Rung) -> Value {
    json!({
        "n": rung.n,
        "seconds": by_way(rung.seconds),
        "speedup": by_way(rung.speedups()),
        "listing_seconds": rung.listing,
        "with_sums_seconds": rung.with_sums,
    })
}

fn shown(d: &Demonstration) -> Value {
    json!({
        "elements": PASSES * LENGTH,
        "loop": d.by_loop,
        "vectorised": d.vectorised,
        "seconds": { "loop": d.seconds[0], "vectorised": d.seconds[1] },
        "speedup": d.speedup(),
    })
}

fn iteration(time: &IterationTime) -> Value {
    json!({ "n": time.n, "k": time.k, "milliseconds": 1e3 * time.seconds })
}

/// Seconds in a unit that leaves one to three digits before the point.
fn time(seconds: f64) -> String {
    let (factor, unit) = match seconds {
        s if s >= 1.0 => (1.0, "s"),
        s if s >= 1e-3 => (1e3, "ms"),
        s if s >= 1e-6 => (1e6, "µs"),
        _ => (1e9, "ns"),
    };
    format!("{} {unit}", three_digits(factor * seconds))
}

/// Three digits, or all those before the point.
fn three_digits(number: f64) -> String {
    match number {
        n if n >= 99.95 => format!("{n:.0}"),
        n if n >= 9.995 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

#[cfg(test)]
mod tests;
