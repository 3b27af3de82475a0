//! `bmm view`: shades, blocks, pictures and colour.

use super::*;

#[test]
fn shade_is_plain_text_and_blocks_are_coloured() {
    let sandbox = Sandbox::with_run();
    let shade = sandbox.done("view --model run --as shade").text();
    assert!(shade.is_ascii() && shade.contains("cluster 0") && shade.contains("cluster 1"));
    assert_eq!(sandbox.done("view --model run").text(), shade, "no terminal, no colour");
    let blocks = sandbox.done("view --model run --as blocks").text();
    assert!(blocks.contains('\u{1b}') && blocks.contains('▀'), "{blocks}");
}

#[test]
fn color_decides_and_no_color_is_respected() {
    let sandbox = Sandbox::with_run();
    let coloured = |env: &str, args: &str| {
        let line = format!("{env} exec \"$BMM\" view --model run {args}");
        sandbox.shell(&line).text().contains('\u{1b}')
    };
    assert!(coloured("", "--color always"));
    assert!(coloured("NO_COLOR=1", "--color always"), "what is asked for comes first");
    assert!(!coloured("", "--color never"));
    assert!(!coloured("", "") && !coloured("NO_COLOR=1", ""));
}

/// `script` gives the program a terminal; where it is missing there is nothing to see.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colour_unless_no_color_is_set() {
    let sandbox = Sandbox::with_run();
    let on_terminal = |env: &str| {
        let view = format!("{env} TERM=xterm '{BMM}' view --model run");
        sandbox.shell(&format!("script -qec \"{view}\" /dev/null"))
    };
    let run = on_terminal("");
    if run.code != Some(0) {
        eprintln!("skipped: there is no `script` to make a terminal with");
        return;
    }
    assert!(run.text().contains('\u{1b}'), "{run:?}");
    assert!(!on_terminal("NO_COLOR=1").text().contains('\u{1b}'));
}

#[test]
fn a_png_is_a_picture_and_one_cluster_comes_with_its_members() {
    let sandbox = Sandbox::with_run();
    sandbox.done("view --model run --output all.png");
    sandbox.done("view --model run --cluster 1 --as png --output one");
    let picture = |name: &str| image::load_from_memory(&sandbox.read(name)).unwrap();
    let alone = picture("one").height();
    assert!(picture("all.png").width() > 0 && alone > 0);
    let text = sandbox.done("view --model run --cluster 1 --as shade").text();
    assert!(text.contains("most probable") && text.contains("least probable"), "{text}");
    // Without the page of the run there is the mean alone.
    std::fs::remove_file(sandbox.path("run/report.html")).unwrap();
    sandbox.done("view --model run --cluster 1 --as png --output mean.png");
    assert!(picture("mean.png").height() < alone);
}

#[test]
fn text_can_go_to_a_file() {
    let sandbox = Sandbox::with_run();
    sandbox.done("view --model run --output a.txt");
    assert_eq!(sandbox.read("a.txt"), sandbox.done("view --model run").out);
}

#[test]
fn columns_are_images_side_by_side() {
    let sandbox = Sandbox::with_run();
    let lines = |columns| {
        let words = format!("view --model run --columns {columns}");
        sandbox.done(&words).text().lines().count()
    };
    assert!(lines(1) > lines(2));
}

#[test]
fn json_holds_the_means() {
    let sandbox = Sandbox::with_run();
    let document = sandbox.done("view --model run --cluster 1 --json").json();
    assert_keys(&document, "model synthetic height width output clusters");
    let [cluster] = &document["clusters"].as_array().unwrap()[..] else { panic!("{document}") };
    assert_eq!(cluster["cluster"], 1);
    assert_eq!(cluster["mean"].as_array().unwrap().len(), 16);
}

#[test]
fn the_page_is_named_copied_and_told_in_one_document() {
    let sandbox = Sandbox::with_run();
    let named = sandbox.done("view --model run --as html").text();
    assert_eq!(named.trim(), "run/report.html");
    let document = sandbox.done("view --model run --as html --json").json();
    assert_eq!(document["page"], "run/report.html");
    sandbox.done("view --model run --output copy.html");
    assert_eq!(sandbox.read("copy.html"), sandbox.read("run/report.html"));
}
