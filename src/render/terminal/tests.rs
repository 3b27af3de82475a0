//! Sizes, colours and laws of the terminal output.

use super::*;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

const DIGIT: Shape = Shape { height: 28, width: 28 };

fn tiles<'a>(values: &'a [f64], n: usize, caption: &[&str]) -> Vec<Tile<'a>> {
    let caption: Vec<String> = caption.iter().map(|line| line.to_string()).collect();
    vec![Tile { values, caption }; n]
}

fn without_escapes(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or("").to_string();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

fn grid(width: usize) -> Grid {
    Grid { width, columns: None }
}

#[test]
fn digits_side_by_side() {
    let values = vec![0.7; 784];
    let text = shade(&tiles(&values, 5, &["cluster 3", "weight 0.112"]), DIGIT, grid(80)).unwrap();
    // Two columns of 28, a gap of 2; three bands of 14 rows and 2 captions, blank lines between.
    assert_eq!(text.lines().count(), 3 * 16 + 2);
    assert_eq!(text.lines().map(str::len).max(), Some(58));
    assert!(text.ends_with("weight 0.112\n"));
}

#[test]
fn shades_follow_the_ink() {
    let values: Vec<f64> = (0..10).map(|i| f64::from(i) / 9.0).collect();
    let text = shade(&tiles(&values, 1, &[]), Shape { height: 1, width: 10 }, grid(10)).unwrap();
    assert_eq!(text, " .:-=+*#%@\n");
    let blank = shade(&tiles(&[0.0; 4], 1, &[]), Shape { height: 4, width: 1 }, grid(1));
    assert_eq!(blank.unwrap(), "\n\n");
}

#[test]
fn blocks_carry_both_pixels_and_reset() {
    let mut values = vec![0.0; 28 * 28];
    values[28..56].fill(1.0);
    let tiles = tiles(&values, 1, &["x"]);
    let text = half_blocks(&tiles, DIGIT, grid(80), Colours::Rgb).unwrap();
    let first = text.lines().next().unwrap();
    let blocks = "\u{2580}".repeat(28);
    assert_eq!(first, format!("\x1b[38;2;0;0;0m\x1b[48;2;255;255;255m{blocks}\x1b[0m"));
    let text = half_blocks(&tiles, DIGIT, grid(80), Colours::Ansi256).unwrap();
    assert!(text.starts_with(&format!("\x1b[38;5;16m\x1b[48;5;231m{blocks}\x1b[0m\n")));
    assert_eq!(text.lines().count(), 15);
}

#[test]
fn odd_heights_leave_the_last_half_open() {
    let shape = Shape { height: 25, width: 1 };
    let text = half_blocks(&tiles(&[1.0; 25], 1, &[]), shape, grid(9), Colours::Rgb).unwrap();
    assert_eq!(text.lines().count(), 13);
    assert_eq!(text.lines().last(), Some("\x1b[38;2;255;255;255m\u{2580}\x1b[0m"));
}

#[test]
fn the_palette_entry_is_the_nearest() {
    let level_of = |index: u8| match index {
        16 => 0,
        231 => 255,
        grey => 8 + 10 * (i32::from(grey) - 232),
    };
    for level in 0..=255_u8 {
        let distance = |index: u8| (level_of(index) - i32::from(level)).abs();
        let nearest = (232..=255).chain([16, 231]).map(distance).min();
        assert_eq!(Some(distance(palette_index(level))), nearest, "level {level}");
    }
}

#[test]
fn hostile_captions_are_tamed() {
    let values = vec![0.5; 784];
    let text = shade(&tiles(&values, 1, &["\x1b[2J\nlabel"]), DIGIT, grid(80)).unwrap();
    assert!(!text.contains('\x1b'));
    assert_eq!(text.lines().count(), 15);
}

#[test]
fn any_width_is_accepted() {
    let values = vec![0.5; 784];
    let text = shade(&tiles(&values, 3, &["x"]), DIGIT, grid(usize::MAX)).unwrap();
    assert_eq!(text.lines().count(), 15);
}

#[test]
fn wrong_input_is_refused() {
    assert!(shade(&[], DIGIT, grid(80)).is_err());
    assert!(shade(&tiles(&[0.5; 3], 1, &[]), DIGIT, grid(80)).is_err());
    assert!(shade(&tiles(&[], 1, &[]), Shape { height: 0, width: 0 }, grid(80)).is_err());
}

proptest! {
    #[test]
    fn no_line_is_too_wide(
        height in 1_usize..60, width in 1_usize..120, n in 1_usize..8, room in 0_usize..130,
        columns in prop::option::of(0_usize..60), caption in "[a-z \u{e9}\u{6570}]{0,40}",
    ) {
        let values = vec![0.4; height * width];
        let (shape, grid) = (Shape { height, width }, Grid { width: room, columns });
        let tiles = tiles(&values, n, &[&caption]);
        let shaded = shade(&tiles, shape, grid).unwrap();
        let blocks = half_blocks(&tiles, shape, grid, Colours::Rgb).unwrap();
        for line in shaded.lines() {
            prop_assert!(line.width() <= room.max(1), "{line:?}");
            prop_assert_eq!(line.trim_end_matches(' '), line);
        }
        for line in blocks.lines() {
            prop_assert!(without_escapes(line).width() <= room.max(1));
            prop_assert!(!line.contains('\x1b') || line.ends_with(RESET));
        }
        prop_assert_eq!(shaded.lines().count(), blocks.lines().count());
    }
}
