//! Both pictures hold what was asked for; axes fit what is drawn.

use super::frame::{TICK_RATIO, axes_around, power_text};
use super::*;

fn plot() -> LinePlot<'static> {
    let line = |name, factor: f64| Line {
        name,
        points: [5.0, 10.0, 20.0, 1000.0].map(|n| (n, factor * n)).to_vec(),
        ringed: None,
    };
    LinePlot {
        title: "The <ladder>",
        subtitle: "demo & more",
        x_label: "images",
        y_label: "seconds per E-step",
        axes: Axes::Logarithmic,
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
    let [x, y] = axes_around(Axes::Logarithmic, &plot().lines).unwrap();
    assert_eq!(x.ticks, [5.0, 10.0, 20.0, 1000.0]);
    assert_eq!((y.ticks.len(), y.ends), (8, (1e-7, 1.0)));
    assert!(x.ends.0 < 5.0 && x.ends.1 > 1000.0);
}

#[test]
fn one_point_is_a_plot_and_none_is_an_error() {
    let mut plot = plot();
    plot.lines = vec![Line { name: "one", points: vec![(5.0, 1e-3)], ringed: None }];
    assert!(plot.svg().unwrap().contains("one"));
    assert!(image::load_from_memory(&plot.png().unwrap()).is_ok());
    plot.lines[0].points = vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, -1.0)];
    assert!(plot.svg().is_err() && plot.png().is_err());
}

#[test]
fn numbers_on_the_x_axis_do_not_touch() {
    let points = (1..=100).map(|n| (f64::from(n), 1.0)).collect();
    let line = [Line { name: "dense", points, ringed: None }];
    let [x, _] = axes_around(Axes::Logarithmic, &line).unwrap();
    assert!(x.ticks.windows(2).all(|pair| pair[1] >= TICK_RATIO * pair[0]));
    let [x, _] = axes_around(Axes::Linear, &line).unwrap();
    assert!(x.ticks.windows(2).all(|pair| pair[1] >= pair[0] + 4.0));
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

/// Criteria over K, of one of which a point is impossible.
fn criteria() -> LinePlot<'static> {
    let points = |y: [f64; 4]| [1.0, 2.0, 3.0, 4.0].into_iter().zip(y).collect();
    let (bic, held_out) = ([4.65, 2.99, 2.95, 3.08], [4.5, 2.9, 3.0, f64::INFINITY]);
    let line = |name, y, best| Line { name, points: points(y), ringed: Some(best) };
    LinePlot {
        x_label: "K",
        y_label: "nats per row",
        axes: Axes::Linear,
        lines: vec![line("BIC", bic, (3.0, 2.95)), line("held out", held_out, (2.0, 2.9))],
        ..plot()
    }
}

#[test]
fn linear_axes_have_round_numbers_around_what_can_be_shown() {
    let plot = criteria();
    let [x, y] = axes_around(plot.axes, &plot.lines).unwrap();
    assert_eq!(x.ticks, [1.0, 2.0, 3.0, 4.0]);
    let marked: Vec<String> = y.ticks.iter().map(|tick| y.text(*tick)).collect();
    assert_eq!(marked, ["2.5", "3.0", "3.5", "4.0", "4.5", "5.0"]);
    assert!(y.ends.0 < 2.5 && y.ends.1 > 5.0 && x.ends.0 < 1.0 && x.ends.1 > 4.0);
    // One value alone has a frame too, negative or zero as well.
    for y in [0.0, -3.7, 1e7] {
        let line = Line { name: "one", points: vec![(1.0, y)], ringed: Some((1.0, y)) };
        let [_, axis] = axes_around(Axes::Linear, std::slice::from_ref(&line)).unwrap();
        assert!(axis.ends.0 < y && y < axis.ends.1 && axis.ticks.len() < 10, "{axis:?}");
        assert!(LinePlot { lines: vec![line], ..criteria() }.svg().is_ok());
    }
}

#[test]
fn the_points_named_are_ringed() {
    let rings = |plot: &LinePlot| plot.svg().unwrap().matches("<circle").count();
    let mut plot = criteria();
    assert_eq!(rings(&plot), 2);
    assert!(image::load_from_memory(&plot.png().unwrap()).is_ok());
    plot.lines[1].ringed = None;
    plot.lines[0].ringed = Some((1.0, f64::NAN));
    assert_eq!(rings(&plot), 0);
}
