//! Members of each cluster that are worth a look: most probable, least probable, least certain.

use crate::cli::input::Input;
use crate::cli::results::clusters::most_probable_first;
use crate::data::Part;
use crate::em::Assignments;
use crate::error::Result;
use crate::model_file::Model;
use crate::render;
use serde_json::{Value, json};

/// Members of a kind in all clusters together, about.
const PER_KIND: usize = 80;
/// Members of a kind in one cluster, at least and at most.
const PER_CLUSTER: (usize, usize) = (1, 6);
/// A row whose responsibilities have less entropy than this is certain of its cluster, in nats.
const CERTAIN: f64 = 0.01;

pub(super) const KINDS: [&str; 3] = ["typical", "odd", "undecided"];

/// For each cluster a document of its members of each kind, by the `assignments` of all rows.
pub(super) fn choose(
    input: &Input,
    model: &Model,
    assignments: &Assignments,
) -> Result<Vec<Value>> {
    let k = model.mixture.n_components();
    let n = (PER_KIND / k).clamp(PER_CLUSTER.0, PER_CLUSTER.1);
    let places = chosen(input, assignments, k, n);
    // All rows in one go: preparing to score takes longer than scoring a few rows.
    let rows: Vec<usize> = places.iter().flatten().flatten().copied().collect();
    let mut documents = documents(input, model, &rows)?.into_iter();
    let document = |its: [Vec<usize>; 3]| {
        let kinds = its.map(|rows| documents.by_ref().take(rows.len()).collect());
        Value::Object(KINDS.map(str::to_owned).into_iter().zip(kinds).collect())
    };
    Ok(places.into_iter().map(document).collect())
}

/// For each of `k` clusters up to `n` rows of each kind, among those that have weight and miss
/// nothing. Of rows that are alike the first ones are typical and undecided, the last ones odd.
fn chosen(input: &Input, assignments: &Assignments, k: usize, n: usize) -> Vec<[Vec<usize>; 3]> {
    let rows = input.rows();
    // No row is typical and odd, however small the cluster.
    let mut clusters: Vec<_> =
        (0..k).map(|_| [n, 2 * n, n].map(|n| Least { n, rows: Vec::new() })).collect();
    for (i, row) in assignments.iter().enumerate() {
        if rows.weight(i) > 0.0 && input.bits.is_complete(i) {
            let [typical, odd, undecided] = &mut clusters[row.component];
            typical.meet((-row.log_prob, i));
            odd.meet((row.log_prob, usize::MAX - i));
            if row.entropy > CERTAIN {
                undecided.meet((-row.entropy, i));
            }
        }
    }
    let places = |[typical, odd, undecided]: [Least; 3]| {
        let [typical, undecided] = [typical, undecided].map(|found| found.places(|place| place));
        let mut odd = odd.places(|place| usize::MAX - place);
        odd.retain(|row| !typical.contains(row));
        odd.truncate(n);
        [typical, odd, undecided]
    };
    clusters.into_iter().map(places).collect()
}

/// The least of the values that were met, ascending, each with a place that orders equal ones.
struct Least {
    n: usize,
    rows: Vec<(f64, usize)>,
}

impl Least {
    fn meet(&mut self, new: (f64, usize)) {
        let is_before =
            |row: &(f64, usize)| row.0.total_cmp(&new.0).then(row.1.cmp(&new.1)).is_lt();
        if self.rows.len() < self.n || self.rows.last().is_some_and(|last| !is_before(last)) {
            self.rows.insert(self.rows.partition_point(is_before), new);
            self.rows.truncate(self.n);
        }
    }

    fn places(self, row: impl Fn(usize) -> usize) -> Vec<usize> {
        self.rows.into_iter().map(|(_, place)| row(place)).collect()
    }
}

fn documents(input: &Input, model: &Model, rows: &[usize]) -> Result<Vec<Value>> {
    let bits = input.bits.select(rows);
    model.mixture.map_rows(&bits, |place, log_prob, resp| {
        let i = rows[place];
        let resp: Vec<f64> = resp.collect();
        let order = most_probable_first(&resp, 2);
        let typicality = model.typicality.as_ref();
        let typicality =
            typicality.and_then(|t| t.of_sample(order[0], log_prob, bits.n_ones(place)));
        let (source, index) = input.origin(i);
        let label = input.labels.as_ref().map(|labels| labels.name_of(i));
        let id = input.ids.as_ref().map(|ids| ids.get(i)).filter(|id| !id.is_empty());
        let name = id.or_else(|| Part::file_name(&input.parts, i));
        json!({
            // Eight entries: a ninth would double the room of each map.
            "name": name.map_or_else(|| json!(index), Value::from),
            "source": source,
            "bits": render::base64(&bits.row(place)),
            "log_prob": log_prob,
            "probability": resp[order[0]],
            "runner_up": order.get(1).filter(|&&k| resp[k] > 0.0),
            "typicality": typicality,
            "label": label.filter(|label| !label.is_empty()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_values_are_kept_the_first_of_equals_before_the_others() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 10)).collect();
        for n in [0, 1, 6, 15, 200] {
            let mut least = Least { n, rows: Vec::new() };
            values.iter().zip(0..).for_each(|(value, place)| least.meet((*value, place)));
            let mut sorted: Vec<usize> = (0..100).collect();
            sorted.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
            sorted.truncate(n);
            assert_eq!(least.places(|place| place), sorted);
        }
    }
}
