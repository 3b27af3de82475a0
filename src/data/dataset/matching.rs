//! Packed rows and arrays for a model with items: columns are matched by their names. Tables are
//! matched while they are read, as their values depend on it.

use super::{Dataset, SourceKind};
use crate::bits::BitMatrix;
use crate::data::{pixels::Pixels, remark::Remark};
use crate::error::{Error, Result, TableProblem};
use crate::record::Item;
use std::collections::BTreeMap;

impl Dataset {
    /// Brings packed rows into the order of a model's items. Rows without names keep their order,
    /// which is to be said.
    ///
    /// # Errors
    /// [`TableProblem::MissingItems`], [`TableProblem::Repeated`]; [`TableProblem::OtherValues`] if
    /// an item was made of other values than the model's.
    pub(crate) fn match_items(&mut self, model: &[Item]) -> Result<Option<Remark>> {
        if self.kind == SourceKind::Table {
            return Ok(None);
        }
        let (ours, theirs) = (Item::are_named(&self.items), Item::are_named(model));
        if ours && theirs {
            let places = self.places(model).map_err(|problem| self.wrong(problem))?;
            let extra = self.take(&places)?;
            self.check_values(model)?;
            return Ok((!extra.is_empty()).then_some(Remark::NotInModel(extra)));
        }
        self.check_values(model)?;
        // Images have no names.
        let is_said = ours != theirs && self.pixels.height() == 1;
        Ok(is_said.then_some(Remark::ByPosition { table_has_names: ours }))
    }

    fn wrong(&self, problem: TableProblem) -> Error {
        Error::data(self.origin(0).0, problem.into())
    }

    /// The column of each item of `model`.
    fn places(&self, model: &[Item]) -> Result<Vec<usize>, TableProblem> {
        let names = || self.items.iter().map(|item| &*item.name);
        if names().eq(model.iter().map(|item| &*item.name)) {
            return Ok((0..model.len()).collect());
        }
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        names().enumerate().for_each(|(d, name)| places.entry(name).or_default().push(d));
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for item in model {
            match places.get(&*item.name).map(Vec::as_slice) {
                Some([place]) => found.push(*place),
                Some(_) => return Err(TableProblem::Repeated { name: item.name.clone() }),
                None => missing.push(item.name.clone()),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let columns = names().map(str::to_owned).collect();
        Err(TableProblem::MissingItems { items: missing, columns })
    }

    /// Keeps the columns at `places`, in that order. The names of the others.
    fn take(&mut self, places: &[usize]) -> Result<Vec<String>> {
        let is_left_out = |(d, _): &(usize, &Item)| !places.contains(d);
        let others = self.items.iter().enumerate().filter(is_left_out);
        let others: Vec<String> = others.map(|(_, item)| item.name.clone()).collect();
        if places.iter().copied().eq(0..self.items.len()) {
            return Ok(others);
        }
        if let Some(bits) = self.pixels.bits() {
            let taken = |all: &BitMatrix| {
                BitMatrix::from_fn(all.n_samples(), places.len(), |i, d| all.get(i, places[d]))
            };
            let mut rows = taken(bits);
            if let Some(missing) = bits.missing() {
                rows = rows.with_missing(&taken(missing))?;
            }
            self.pixels = Pixels::packed(rows, 1, places.len())?;
        }
        self.items = places.iter().map(|&d| self.items[d].clone()).collect();
        Ok(others)
    }

    /// Checks that items at the same place were made of the same values.
    fn check_values(&self, model: &[Item]) -> Result<()> {
        let bits = Item::binary(String::new());
        for d in 0..self.pixels.n_features() {
            let [ours, theirs] =
                [&self.items[..], model].map(|items| items.get(d).unwrap_or(&bits).values());
            if ours != theirs {
                let text = |values: [&str; 2]| values.join(" and ");
                return Err(self.wrong(TableProblem::OtherValues {
                    column: self.column_name(d),
                    found: text(ours),
                    expected: text(theirs),
                }));
            }
        }
        Ok(())
    }
}
