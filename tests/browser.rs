//! The page of a run in a real browser is tested by `tests/browser/run`, which needs Node.js and installs Chromium: `.ci/run` does
//! that. Here is what can be said of the page without a browser.

mod common;

use common::program::Sandbox;
use std::io::Write;

#[test]
fn the_page_asks_nothing_of_a_network_and_runs_no_script_but_its_own() {
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the page in a browser is tested by tests/browser/run"
    );
    let sandbox = Sandbox::with_run();
    let page = String::from_utf8(sandbox.read("run/report.html")).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("script-src 'sha256-"));
    // Namespaces of SVG are names, not addresses.
    let addresses = page.replace("http://www.w3.org/", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://"));
    for attribute in [" onclick=", " onload=", " onerror=", " style="] {
        let (markup, _) = page.split_once("<script").unwrap();
        assert!(!markup.contains(attribute), "{attribute}");
    }
}

#[test]
fn the_page_of_ten_clusters_of_digits_stays_under_300_kilobytes() {
    let sandbox = Sandbox::new();
    sandbox.done("train --k 10 --data demo --n-init 1 --out run");
    let size = sandbox.read("run/report.html").len();
    assert!(size < 300_000, "{size}");
}
