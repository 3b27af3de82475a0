//! Both pictures hold what was asked for; axes fit what is drawn.

use super::*;

fn plot() -> LinePlot<'static> {
    let line = |name, factor: f64| Line {
        name,
        points: [5.0, 10.0, 20.0, 1000.0].map(|n| (n, factor * n)).to_vec(),
    };
    LinePlot {
        title: "The <ladder>",
        subtitle: "demo & more",
        x_label: "images",
        y_label: "seconds per E-step",
        lines: vec![line("loops", 3e-4), line("matrices", 2e-6), line("tables", 1e-7)],
    }
}

#[test]
fn the_svg_holds_every_label_as_text() {
    let svg = plot().svg().unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
    for label in ["The &lt;ladder&gt;", "demo &amp; more", "images", "seconds per E-step"] {
        assert!(svg.contains(label), "{label} is not in {svg}");
    }
    for label in ["loops", "matrices", "tables", "1000", "1e-6", "0.01", "1"] {
        assert!(svg.contains(&format!("\n{label}\n")), "{label} is not in {svg}");
    }
    assert!(svg.contains("font-family=\"sans-serif\""));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn the_png_is_a_picture_with_every_colour_and_the_same_bytes_each_time() {
    let png = plot().png().unwrap();
    let picture = image::load_from_memory(&png).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), SIZE);
    for i in 0..3 {
        let RGBColor(r, g, b) = colour(i);
        let pixels = picture.pixels().filter(|pixel| pixel.0 == [r, g, b]).count();
        assert!(pixels > 500, "line {i} has {pixels} pixels");
    }
    assert_eq!(picture.get_pixel(0, 0).0, [255; 3]);
    assert_eq!(plot().png().unwrap(), png);
}

#[test]
fn the_axes_go_round_the_points() {
    let frame = Frame::around(&plot().lines).unwrap();
    assert_eq!(frame.x_ticks, [5.0, 10.0, 20.0, 1000.0]);
    assert_eq!((frame.y_ticks.len(), frame.y), (8, (1e-7, 1.0)));
    assert!(frame.x.0 < 5.0 && frame.x.1 > 1000.0);
}

#[test]
fn one_point_is_a_plot_and_none_is_an_error() {
    let mut plot = plot();
    plot.lines = vec![Line { name: "one", points: vec![(5.0, 1e-3)] }];
    assert!(plot.svg().unwrap().contains("one"));
    assert!(image::load_from_memory(&plot.png().unwrap()).is_ok());
    plot.lines[0].points = vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, -1.0)];
    assert!(plot.svg().is_err() && plot.png().is_err());
}

#[test]
fn numbers_on_the_x_axis_do_not_touch() {
    let points = (1..=100).map(|n| (f64::from(n), 1.0)).collect();
    let frame = Frame::around(&[Line { name: "dense", points }]).unwrap();
    assert!(frame.x_ticks.windows(2).all(|pair| pair[1] >= TICK_RATIO * pair[0]));
}

#[test]
fn control_characters_do_not_reach_the_picture() {
    let mut plot = plot();
    plot.subtitle = "a\u{1b}b\u{7}c";
    assert!(plot.svg().unwrap().contains("\nabc\n"));
}

#[test]
fn powers_are_short() {
    let texts = [1e-6, 1e-3, 0.01, 0.1, 1.0, 1e4, 1e5].map(power_text);
    assert_eq!(texts, ["1e-6", "1e-3", "0.01", "0.1", "1", "10000", "1e5"]);
}
