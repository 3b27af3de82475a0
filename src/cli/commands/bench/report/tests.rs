//! Times and speed-ups are told in few digits, in the right places.

use super::*;

fn results(n_underflown: usize) -> Results {
    let rung = |n: usize| Rung {
        n,
        seconds: [8.0, 4.0, 2.0, 1e-3, 1e-6].map(|s| s * n as f64),
        listing: 5e-9,
        with_sums: 2e-6,
    };
    let demonstration = |key, name: &str| Demonstration {
        key,
        name: name.into(),
        by_loop: "slowly",
        vectorised: "fast",
        seconds: [3e-3, 1e-3],
    };
    Results {
        name: "x".into(),
        summary: "x (rows)".into(),
        synthetic: false,
        words: Words::for_height(1),
        n_features: 4,
        budget: 0.0,
        ladder: Ladder { n_components: 3, rungs: vec![rung(1), rung(2000)], n_underflown },
        demonstrations: [demonstration("a", "dot"), demonstration("b", "exp")],
        iterations: [(5, 1), (700, 1), (700, 20)]
            .map(|(n, k)| IterationTime { n, k, seconds: 0.0123456 })
            .into(),
    }
}

#[test]
fn times_have_a_unit_and_three_digits() {
    let times = [1234.5, 1.0, 0.0999, 0.001, 2.345e-5, 5e-9].map(time);
    assert_eq!(times, ["1234 s", "1.00 s", "99.9 ms", "1.00 ms", "23.4 µs", "5.00 ns"]);
    assert_eq!([0.5, 9.996, 99.96, 1e5].map(three_digits), ["0.50", "10.0", "100", "100000"]);
}

#[test]
fn every_number_of_rows_has_its_line() {
    let text = results(0).text(Path::new("here"));
    let words: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
    for line in [
        "rows scalar loops vector matrix-vector matrix-matrix bmm listing with sums",
        "1 8.00 s 4.00 s 2.00 s 1.00 ms 1.00 µs 5.00 ns 2.00 µs",
        "1 1.00 2.00 4.00 8000 8000000",
        "dot 3.00 ms 1.00 ms 3.00",
        "rows K = 1 K = 20",
        "5 12.3 -",
        "700 12.3 12.3",
        "written here",
    ] {
        let wanted: Vec<&str> = line.split_whitespace().collect();
        assert!(words.contains(&wanted), "{line} is not in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(!text.contains("underflow"), "{text}");
    assert!(text.contains("all ways on one thread; with sums on up to "), "{text}");
}

#[test]
fn underflow_is_said() {
    let results = results(7);
    assert!(results.text(Path::new("here")).contains("7 of 2000 rows underflow"));
    assert_eq!(results.document()["rows_lost_to_underflow"], 7);
}

#[test]
fn the_document_has_seconds_and_speed_ups_by_name() {
    let document = results(0).document();
    let rung = &document["ladder"][0];
    assert_eq!(rung["seconds"]["matrix_matrix"], 1e-3);
    assert_eq!(rung["speedup"]["matrix_vector"], 4.0);
    assert_eq!(rung["listing_seconds"], 5e-9);
    assert_eq!(rung["with_sums_seconds"], 2e-6);
    assert_eq!(document["demonstrations"]["a"]["speedup"], 3.0);
    assert_eq!(document["iterations"][2]["milliseconds"], 12.3456);
}
