//! Known values, laws and a brute-force check of the metrics.

use super::Contingency;
use proptest::prelude::*;

fn table(assignments: &[u8], labels: &[u8]) -> Contingency {
    let size = |values: &[u8]| values.iter().max().map_or(0, |&m| usize::from(m) + 1);
    Contingency::new(assignments, size(assignments), labels, size(labels)).unwrap()
}

pub(super) fn assert_close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn counts_by_hand() {
    let t = table(&[0, 0, 1, 1, 1, 3], &[0, 1, 1, 1, 2, 0]);
    assert_eq!((t.n_clusters(), t.n_labels(), t.n_samples()), (4, 3, 6));
    assert_eq!(t.cluster(1), [0, 2, 1]);
    assert!(t.cluster(4).is_empty());
    assert_eq!(t.cluster_sizes(), [2, 3, 0, 1]);
    assert_eq!(t.label_sizes(), [2, 3, 1]);
    let majority = t.majority_labels();
    let labels: Vec<_> = majority.iter().map(|m| m.map(|m| m.label)).collect();
    assert_eq!(labels, [Some(0), Some(1), None, Some(0)]);
    assert_close(majority[1].unwrap().share(), 2.0 / 3.0);
    assert_close(t.purity(), 4.0 / 6.0);
}

#[test]
fn values_of_scikit_learn() {
    assert_close(table(&[0, 0, 1, 2], &[0, 0, 1, 1]).ari(), 0.571_428_571_428_571_5);
    assert_close(table(&[0, 0, 1, 1], &[0, 0, 1, 2]).nmi(), 0.8);
    assert_close(table(&[0, 0, 1, 1], &[0, 1, 0, 1]).ari(), -0.5);
    assert_eq!(table(&[0, 0, 1, 1], &[0, 1, 0, 1]).nmi(), 0.0);
    assert_eq!(table(&[0, 0, 0, 0], &[0, 1, 2, 3]).ari(), 0.0);
}

#[test]
fn conventions_at_the_edges() {
    for t in [table(&[0], &[0]), table(&[2, 2, 2], &[1, 1, 1])] {
        assert_eq!((t.nmi(), t.ari(), t.purity(), t.accuracy()), (1.0, 1.0, 1.0, 1.0));
    }
    assert_eq!(table(&[0, 0, 0], &[0, 1, 1]).nmi(), 0.0);
    assert_eq!(table(&[0, 1, 2], &[0, 0, 0]).nmi(), 0.0);
    assert_eq!(table(&[0, 1, 2], &[0, 1, 2]).ari(), 1.0);
}

#[test]
fn accuracy_of_rectangular_tables() {
    let more_clusters = Contingency::from_counts(3, 2, vec![5, 0, 4, 3, 0, 1]).unwrap();
    assert_eq!(more_clusters.best_matching().labels, [Some(0), Some(1), None]);
    assert_close(more_clusters.accuracy(), 8.0 / 13.0);
    let more_labels = Contingency::from_counts(2, 3, vec![5, 4, 0, 6, 0, 1]).unwrap();
    assert_eq!(more_labels.best_matching().labels, [Some(1), Some(0)]);
    assert_close(more_labels.accuracy(), 10.0 / 16.0);
}

#[test]
fn large_counts_do_not_overflow() {
    let quarter = u64::MAX / 4;
    let independent = Contingency::from_counts(2, 2, vec![quarter; 4]).unwrap();
    assert!(independent.ari().abs() < 1e-9);
    assert!(independent.nmi() < 1e-9);
    assert_close(independent.accuracy(), 0.5);
    let equal = Contingency::from_counts(2, 2, vec![u64::MAX / 2, 0, 0, u64::MAX / 2]).unwrap();
    assert_eq!((equal.ari(), equal.accuracy()), (1.0, 1.0));
}

#[test]
fn wrong_input_is_refused() {
    let text = |r: crate::error::Result<Contingency>| r.unwrap_err().to_string();
    let none: [u8; 0] = [];
    assert!(text(Contingency::new(&[0_u8, 1], 2, &[0_u8], 1)).contains("one for each of 2"));
    assert!(text(Contingency::new(&none, 2, &none, 2)).contains("at least 1"));
    assert!(text(Contingency::new(&[2_u32], 2, &[0_u8], 1)).contains("assignment is 2"));
    assert!(text(Contingency::new(&[0_usize], 1, &[-1_i64], 1)).contains("label"));
    assert!(text(Contingency::from_counts(2, 2, vec![1; 3])).contains("4 counts"));
    assert!(Contingency::from_counts(0, 2, vec![]).is_err());
    assert!(Contingency::from_counts(usize::MAX, 2, vec![]).is_err());
    assert!(Contingency::new(&none, 1 << 30, &none, 1 << 30).is_err());
    assert!(Contingency::from_counts(1, 2, vec![u64::MAX, 1]).is_err());
}

/// The most hits over all ways to give each row from `row` on its own column or none.
fn brute_force(t: &Contingency, row: usize, used: u32) -> u64 {
    if row == t.n_clusters() {
        return 0;
    }
    let free = (0..t.n_labels()).filter(|l| used >> l & 1 == 0);
    let matched = free.map(|l| t.cluster(row)[l] + brute_force(t, row + 1, used | 1 << l));
    matched.chain([brute_force(t, row + 1, used)]).max().unwrap_or(0)
}

fn any_table() -> impl Strategy<Value = Contingency> {
    (1_usize..6, 1_usize..6).prop_flat_map(|(k, l)| {
        prop::collection::vec(0_u64..20, k * l).prop_map(move |mut counts| {
            counts[0] += 1;
            Contingency::from_counts(k, l, counts).unwrap()
        })
    })
}

fn scores(t: &Contingency) -> [f64; 4] {
    [t.purity(), t.nmi(), t.ari(), t.accuracy()]
}

proptest! {
    #[test]
    fn matching_equals_brute_force(t in any_table()) {
        let best = t.best_matching();
        prop_assert_eq!(best.hits, brute_force(&t, 0, 0));
        let mut used: Vec<_> = best.labels.iter().flatten().collect();
        used.sort();
        used.dedup();
        prop_assert_eq!(used.len(), t.n_clusters().min(t.n_labels()));
    }

    #[test]
    fn scores_stay_in_range(t in any_table()) {
        let [purity, nmi, ari, accuracy] = scores(&t);
        prop_assert!(purity > 0.0 && purity <= 1.0);
        prop_assert!((0.0..=1.0).contains(&nmi));
        prop_assert!((-0.5..=1.0).contains(&ari));
        prop_assert!(accuracy <= purity);
    }

    #[test]
    fn nmi_ari_and_accuracy_are_symmetric(t in any_table()) {
        let (n, m) = (t.n_clusters(), t.n_labels());
        let counts = (0..m * n).map(|i| t.cluster(i % n)[i / n]).collect();
        let flipped = Contingency::from_counts(m, n, counts).unwrap();
        assert_close(t.nmi(), flipped.nmi());
        assert_close(t.ari(), flipped.ari());
        assert_close(t.accuracy(), flipped.accuracy());
    }

    #[test]
    fn names_and_order_change_nothing(
        mut pairs in prop::collection::vec((0_u8..5, 0_u8..4), 1..60),
        clusters in Just(vec![0_u8, 1, 2, 3, 4, 5]).prop_shuffle(),
        labels in Just(vec![0_u8, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let before = table_of(&pairs);
        pairs.reverse();
        pairs.iter_mut().for_each(|(c, l)| {
            *c = clusters[usize::from(*c)];
            *l = labels[usize::from(*l)];
        });
        for (a, b) in scores(&before).into_iter().zip(scores(&table_of(&pairs))) {
            assert_close(a, b);
        }
    }

    #[test]
    fn equal_partitions_score_one(values in prop::collection::vec(0_u8..6, 1..80)) {
        scores(&table(&values, &values)).into_iter().for_each(|s| assert_close(s, 1.0));
    }

    #[test]
    fn independent_partitions_score_nothing(k in 2_usize..8, l in 2_usize..8) {
        let t = Contingency::from_counts(k, l, vec![1_000_000; k * l]).unwrap();
        prop_assert!(t.nmi() < 1e-12);
        prop_assert!(t.ari().abs() < 1e-5);
    }
}

fn table_of(pairs: &[(u8, u8)]) -> Contingency {
    let (assignments, labels): (Vec<u8>, Vec<u8>) = pairs.iter().copied().unzip();
    Contingency::new(&assignments, 6, &labels, 5).unwrap()
}
