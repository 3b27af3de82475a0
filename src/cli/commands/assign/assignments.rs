//! What a model says of the rows of an input, part by part: memory does not grow with the rows.

use super::Format;
use super::columns::{Cell, Column, Scored};
use crate::cli::input::{Input, Words};
use crate::cli::results::classifier::Classifier;
use crate::cli::results::clusters::{self, most_probable_first};
use crate::cli::terminal::{Console, output, tables};
use crate::error::Result;
use crate::mixture::Scoring;
use crate::model_file::Model;
use crate::parallel;
use crate::scorer::KnownLabels;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::io::{self, Write};
use std::iter;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The images, the model that scores them, and what is said of each. In JSON a list of objects.
pub(super) struct Assignments<'a> {
    model: &'a Model,
    input: &'a Input,
    console: &'a Console,
    scoring: Scoring<'a>,
    columns: Vec<Column<'a>>,
    classifier: Option<Classifier<'a>>,
    /// How many of the most probable clusters the columns name.
    top: usize,
    /// Rows of the last pass that no cluster allows.
    n_impossible: AtomicUsize,
}

/// The JSON document.
#[derive(serde::Serialize)]
pub(super) struct Document<'all, 'a> {
    pub(super) model: &'all str,
    pub(super) synthetic: bool,
    pub(super) assignments: &'all Assignments<'a>,
}

type Row<'a> = Vec<Cell<'a>>;

/// Cells that are held at a time, each of 24 bytes, and the text that is made of them.
const CELLS: usize = 1 << 18;

/// Rows that a thread measures at a time. Parts are multiples.
const ROWS_A_THREAD: usize = 512;

impl<'a> Assignments<'a> {
    /// Fails if the rows do not have the features of the model.
    pub(super) fn new(
        model: &'a Model,
        input: &'a Input,
        columns: Vec<Column<'a>>,
        top: usize,
        console: &'a Console,
    ) -> Result<Self> {
        Ok(Self {
            model,
            input,
            console,
            scoring: model.mixture.scoring(&input.bits, KnownLabels::default())?,
            columns,
            classifier: Classifier::new(model),
            top,
            n_impossible: AtomicUsize::new(0),
        })
    }

    /// Writes all rows, and warns of those that no cluster allows.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let head: Vec<&str> = self.names().collect();
        match format {
            Format::Table => self.write_table(&head, out)?,
            Format::Csv => {
                out.write_all(&output::csv([head])?)?;
                let plain = |row: &Row<'a>| row.iter().map(Cell::plain).collect::<Vec<_>>();
                output::write_parts(out, self.parts(), |_, rows| {
                    output::csv(rows.iter().map(plain))
                })?;
            }
            Format::Jsonl => output::write_parts(out, self.parts(), |_, rows| {
                let mut text = Vec::new();
                for cells in rows {
                    serde_json::to_writer(&mut text, &Object { columns: &self.columns, cells })?;
                    text.push(b'\n');
                }
                Ok(text)
            })?,
        }
        self.warn();
        Ok(())
    }

    /// Each column is as wide as its widest cell, so the rows are scored twice.
    fn write_table(&self, head: &[&str], out: &mut dyn Write) -> io::Result<()> {
        const LEFT: [usize; 1] = [0];
        let rounded = |row: &Row<'a>| row.iter().map(Cell::rounded).collect::<Vec<_>>();
        let mut widths = tables::widths([head]);
        for rows in self.parts() {
            let shares = rows.chunks(ROWS_A_THREAD);
            for part in parallel::map(shares, |rows| tables::widths(rows.iter().map(rounded))) {
                widths.iter_mut().zip(part).for_each(|(width, more)| *width = more.max(*width));
            }
        }
        out.write_all(tables::part(&widths, &LEFT, [head]).as_bytes())?;
        output::write_parts(out, self.parts(), |_, rows| {
            Ok(tables::part(&widths, &LEFT, rows.iter().map(rounded)).into_bytes())
        })
    }

    /// Says how many of the rows that were assigned no cluster allows.
    fn warn(&self) {
        let n = self.n_impossible.load(Ordering::Relaxed);
        clusters::warn_of_impossible(n, Words::for_height(self.input.height), self.console);
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// All rows from the first on, some at a time.
    fn parts(&self) -> impl Iterator<Item = Vec<Row<'a>>> {
        self.n_impossible.store(0, Ordering::Relaxed);
        let n = self.input.bits.n_samples();
        let size = (CELLS / self.columns.len()).next_multiple_of(ROWS_A_THREAD);
        (0..n).step_by(size).map(move |first| self.rows(first..n.min(first + size)))
    }

    fn rows(&self, rows: Range<usize>) -> Vec<Row<'a>> {
        let Self { model, input, .. } = *self;
        self.scoring.map(rows, |i, log_prob, resp| {
            let resp: Vec<f64> = resp.collect();
            let order = most_probable_first(&resp, self.top);
            let known = model.typicality.as_ref().filter(|_| input.bits.is_complete(i));
            let n_ones = input.bits.n_ones(i);
            if log_prob == f64::NEG_INFINITY {
                self.n_impossible.fetch_add(1, Ordering::Relaxed);
            }
            let (source, index) = input.origin(i);
            let scored = Scored {
                source,
                index,
                id: input.ids.as_ref().map(|ids| ids.get(i)),
                log_prob,
                typicality: known.and_then(|t| t.of_sample(order[0], log_prob, n_ones)),
                label: self.classifier.as_ref().map(|c| c.predict(resp.iter().copied())),
                resp: &resp,
                order: &order,
            };
            self.columns.iter().map(|column| (column.cell)(&scored)).collect()
        })
    }
}

impl Serialize for Assignments<'_> {
    /// Warns, as [`Assignments::write`] does.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.input.bits.n_samples()))?;
        for rows in self.parts() {
            for cells in &rows {
                list.serialize_element(&Object { columns: &self.columns, cells })?;
            }
        }
        self.warn();
        list.end()
    }
}

/// A row in JSON: its cells by the names of their columns.
struct Object<'row, 'a> {
    columns: &'row [Column<'a>],
    cells: &'row [Cell<'a>],
}

impl Serialize for Object<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(iter::zip(self.columns.iter().map(|c| &c.name), self.cells))
    }
}
