//! Members of each cluster that are worth a look: most probable, least probable, least certain.

use crate::cli::input::Input;
use crate::cli::results::clusters::most_probable_first;
use crate::data::Part;
use crate::error::Result;
use crate::mixture::Assignment;
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
    assignments: &[Assignment],
) -> Result<Vec<Value>> {
    let k = model.mixture.n_components();
    let n = (PER_KIND / k).clamp(PER_CLUSTER.0, PER_CLUSTER.1);
    let places = by_cluster(input, assignments, k).into_iter();
    let places: Vec<_> = places.map(|its| chosen(its, assignments, n)).collect();
    // All rows in one go: preparing to score takes longer than scoring a few rows.
    let rows: Vec<usize> = places.iter().flatten().flatten().copied().collect();
    let mut documents = documents(input, model, &rows)?.into_iter();
    let document = |its: [Vec<usize>; 3]| {
        let kinds = its.map(|rows| documents.by_ref().take(rows.len()).collect());
        Value::Object(KINDS.map(str::to_owned).into_iter().zip(kinds).collect())
    };
    Ok(places.into_iter().map(document).collect())
}

/// The rows of each cluster that have weight and miss nothing.
fn by_cluster(input: &Input, assignments: &[Assignment], k: usize) -> Vec<Vec<usize>> {
    let rows = input.rows();
    let mut clusters = vec![Vec::new(); k];
    for (i, row) in assignments.iter().enumerate() {
        if rows.weight(i) > 0.0 && input.bits.is_complete(i) {
            clusters[row.component].push(i);
        }
    }
    clusters
}

fn chosen(its: Vec<usize>, assignments: &[Assignment], n: usize) -> [Vec<usize>; 3] {
    let mut by_log_prob = its.clone();
    by_log_prob.sort_by(|&a, &b| assignments[b].log_prob.total_cmp(&assignments[a].log_prob));
    let typical: Vec<usize> = by_log_prob.iter().copied().take(n).collect();
    // No row is typical and odd, however small the cluster.
    let odd: Vec<usize> = by_log_prob[typical.len()..].iter().rev().copied().take(n).collect();
    let mut undecided: Vec<usize> =
        its.into_iter().filter(|&i| assignments[i].entropy > CERTAIN).collect();
    undecided.sort_by(|&a, &b| assignments[b].entropy.total_cmp(&assignments[a].entropy));
    undecided.truncate(n);
    [typical, odd, undecided]
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
