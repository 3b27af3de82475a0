//! The columns of an assignment: one list gives the head and the cells, whatever the format.

use crate::cli::terminal::fixed;
use crate::model_file::Model;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A column: its name, and how it writes the cell of an image.
pub(super) struct Column<'a> {
    pub(super) name: String,
    pub(super) cell: CellOf<'a>,
}

type CellOf<'a> = Box<dyn Fn(&Scored<'_, 'a>) -> Cell<'a> + Sync + 'a>;

/// What a model says of an image. Texts are those of the model and the input.
pub(super) struct Scored<'row, 'a> {
    pub(super) source: &'a str,
    /// The place of the image in its source.
    pub(super) index: usize,
    /// The name of the row, where rows have names.
    pub(super) id: Option<&'a str>,
    pub(super) log_prob: f64,
    pub(super) typicality: Option<f64>,
    pub(super) resp: &'row [f64],
    /// The most probable clusters, the best first.
    pub(super) order: &'row [usize],
    pub(super) label: Option<(&'a str, f64)>,
}

pub(super) enum Cell<'a> {
    Text(&'a str),
    Whole(usize),
    Real(f64),
    /// No label, no typicality.
    Nothing,
}

impl<'a> Column<'a> {
    fn new(
        name: impl Into<String>,
        cell: impl Fn(&Scored<'_, 'a>) -> Cell<'a> + Sync + 'a,
    ) -> Self {
        Self { name: name.into(), cell: Box::new(cell) }
    }
}

/// The columns of `model`: of the `top` most probable clusters, and of all with `proba`. With
/// `has_ids`, the names of the rows stand behind their places.
pub(super) fn columns(model: &Model, has_ids: bool, top: usize, proba: bool) -> Vec<Column<'_>> {
    let mut columns = vec![
        Column::new("source", |row| Cell::Text(row.source)),
        Column::new("index", |row| Cell::Whole(row.index)),
    ];
    if has_ids {
        columns.push(Column::new("id", |row| Cell::text(row.id)));
    }
    columns.extend([
        Column::new("cluster", |row| Cell::Whole(row.order[0])),
        Column::new("probability", |row| Cell::Real(row.resp[row.order[0]])),
        Column::new("log_likelihood", |row| Cell::Real(row.log_prob)),
    ]);
    if model.typicality.is_some() {
        columns.push(Column::new("typicality", |row| Cell::real(row.typicality)));
    }
    if let Some(labels) = &model.labels {
        columns.extend([
            Column::new("cluster_label", |row| {
                Cell::text(labels.majority(row.order[0]).map(|(name, _)| name))
            }),
            Column::new("label", |row| Cell::text(row.label.map(|(name, _)| name))),
            Column::new("label_probability", |row| Cell::real(row.label.map(|(_, p)| p))),
        ]);
    }
    for place in 1..top {
        let n = place + 1;
        columns.extend([
            Column::new(format!("cluster_{n}"), move |row| Cell::Whole(row.order[place])),
            Column::new(format!("probability_{n}"), move |row| {
                Cell::Real(row.resp[row.order[place]])
            }),
        ]);
    }
    let k = if proba { model.mixture.n_components() } else { 0 };
    columns
        .extend((0..k).map(|k| Column::new(format!("p{k}"), move |row| Cell::Real(row.resp[k]))));
    columns
}

impl<'a> Cell<'a> {
    fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Nothing, Self::Text)
    }

    fn real(value: Option<f64>) -> Self {
        value.map_or(Self::Nothing, Self::Real)
    }

    /// For people: probabilities and log-likelihoods to four places.
    pub(super) fn rounded(&self) -> Cow<'a, str> {
        match self {
            Self::Real(value) => fixed(*value, 4).into(),
            other => other.plain(),
        }
    }

    /// For programs: every digit.
    pub(super) fn plain(&self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => (*text).into(),
            Self::Whole(value) => value.to_string().into(),
            Self::Real(value) => format!("{value:?}").into(),
            Self::Nothing => "".into(),
        }
    }
}

/// In JSON the log-likelihood of an impossible image is null: JSON has no infinity.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Whole(value) => value.serialize(serializer),
            Self::Real(value) => value.serialize(serializer),
            Self::Nothing => serializer.serialize_none(),
        }
    }
}
