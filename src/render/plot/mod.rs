//! A line plot with logarithmic or linear axes, as SVG text and as PNG bytes: the home of
//! `plotters`. Both pictures come from one drawing. The SVG holds text in the reader's sans-serif
//! font. The PNG has the letters of the captions ([`page`]), so no system font is needed.

mod frame;
mod marks;
mod page;

use super::png::rgb_picture;
use crate::error::{Error, Result};
use frame::{Axis, axes_around};
use image::RgbImage;
use marks::{colour, mark};
use page::Page;
use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::prelude::*;

/// One line of a [`LinePlot`].
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// x and y from left to right; points that the axes cannot show are left out.
    pub points: Vec<(f64, f64)>,
    /// The point that gets a ring, if any.
    pub ringed: Option<(f64, f64)>,
}

/// The scale of both axes of a [`LinePlot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// Logarithmic: equal ratios are equally long.
    Logarithmic,
    /// Linear: equal differences are equally long.
    Linear,
}

/// Lines over two axes, with a title above and a legend beside.
#[derive(Debug, Clone, PartialEq)]
pub struct LinePlot<'a> {
    /// The first line of text.
    pub title: &'a str,
    /// The second, smaller.
    pub subtitle: &'a str,
    /// The name of the x axis.
    pub x_label: &'a str,
    /// The name of the y axis.
    pub y_label: &'a str,
    /// The scale of both axes.
    pub axes: Axes,
    /// In the order of the legend; the sixth takes the colour of the first again.
    pub lines: Vec<Line<'a>>,
}

/// The size of the SVG and of the PNG, in pixels.
const SIZE: (u32, u32) = (1200, 720);
/// The PNG is drawn so many times as large, then shrunk: `plotters` draws no soft edges.
const OVERSAMPLING: u32 = 2;

/// Rows for title and subtitle, columns for the legend.
const HEAD: u32 = 110;
const LEGEND: u32 = 290;

/// A generic family: every reader of the SVG has one.
const FONT: &str = "sans-serif";
const TITLE_SIZE: u32 = 36;
const TEXT_SIZE: u32 = 24;
const SMALL_SIZE: u32 = 22;
const INK: RGBColor = RGBColor(20, 20, 20);
const GRID: RGBColor = RGBColor(220, 220, 220);
/// The length of a tick, in pixels; numbers stand as far beyond it.
const TICK: u32 = 6;
/// The radius of a ring, in pixels: round every mark.
const RING: u32 = 17;

impl LinePlot<'_> {
    /// The plot as an SVG document. Errors: [`Error::Parameter`] if there is no point to draw.
    pub fn svg(&self) -> Result<String> {
        let mut text = String::new();
        let page = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        self.draw(Pen { page: &page, scale: 1 })?;
        drop(page);
        Ok(text)
    }

    /// The plot as a PNG file, of the same size in pixels. Errors: those of [`Self::svg`].
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut picture = RgbImage::new(SIZE.0 * OVERSAMPLING, SIZE.1 * OVERSAMPLING);
        let page = Page { picture: &mut picture, scale: OVERSAMPLING }.into_drawing_area();
        self.draw(Pen { page: &page, scale: OVERSAMPLING })?;
        drop(page);
        rgb_picture(&picture, OVERSAMPLING)
    }

    fn draw<B: DrawingBackend>(&self, pen: Pen<B>) -> Result<()> {
        let axes = axes_around(self.axes, &self.lines)?;
        pen.plot(self, axes)
            .map_err(|e| Error::io("the plot")(std::io::Error::other(e.to_string())))
    }
}

type Drawn<B> = std::result::Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

type Area<B> = DrawingArea<B, Shift>;

/// A page and how to draw on it.
struct Pen<'a, B: DrawingBackend> {
    page: &'a Area<B>,
    /// Pixels of the page for each one of the picture.
    scale: u32,
}

impl<B: DrawingBackend> Pen<'_, B> {
    fn plot(&self, plot: &LinePlot, axes: [Axis; 2]) -> Drawn<B> {
        self.page.fill(&WHITE)?;
        self.text(self.page, plot.title, TITLE_SIZE, (30, 18))?;
        self.text(self.page, plot.subtitle, SMALL_SIZE, (30, 70))?;
        let (_, body) = self.page.split_vertically(self.px(HEAD));
        let (area, legend) = body.split_horizontally(self.px(SIZE.0 - LEGEND));
        self.lines(plot, axes, &area)?;
        self.legend(&plot.lines, &legend)?;
        self.page.present()
    }

    fn lines(&self, plot: &LinePlot, [x, y]: [Axis; 2], area: &Area<B>) -> Drawn<B> {
        let mut chart = ChartBuilder::on(area)
            .margin(self.px(16))
            .x_label_area_size(self.px(76))
            .y_label_area_size(self.px(104))
            .build_cartesian_2d(x.clone(), y.clone())?;
        chart
            .configure_mesh()
            .bold_line_style(GRID.stroke_width(self.scale))
            .light_line_style(TRANSPARENT)
            .axis_style(INK.stroke_width(self.scale))
            .set_all_tick_mark_size(self.px(TICK))
            .label_style((FONT, self.px(SMALL_SIZE), &INK))
            .axis_desc_style((FONT, self.px(TEXT_SIZE), &INK))
            .x_label_formatter(&f64::to_string)
            .y_label_formatter(&|value| y.text(*value))
            .x_labels(x.ticks.len())
            .y_labels(y.ticks.len())
            .x_desc(plot.x_label)
            .y_desc(plot.y_label)
            .draw()?;
        for (i, line) in plot.lines.iter().enumerate() {
            self.line(&mut chart, i, line, plot.axes)?;
        }
        // Above all lines.
        for (i, line) in plot.lines.iter().enumerate() {
            let ring = colour(i).stroke_width(self.px(3));
            let at = line.ringed.filter(|at| plot.axes.can_show(at));
            chart.draw_series(at.map(|at| Circle::new(at, self.px(RING), ring)))?;
        }
        Ok(())
    }

    fn line(
        &self,
        chart: &mut ChartContext<B, Cartesian2d<Axis, Axis>>,
        i: usize,
        line: &Line,
        axes: Axes,
    ) -> Drawn<B> {
        let points: Vec<_> = line.points.iter().copied().filter(|at| axes.can_show(at)).collect();
        let path = PathElement::new(points.clone(), colour(i).stroke_width(self.px(3)));
        chart.draw_series([path])?;
        let marks = points.into_iter().map(|at| EmptyElement::at(at) + mark(i, self.scale));
        chart.draw_series(marks)?;
        Ok(())
    }

    /// One entry for each line, from the top: a piece of the line, its mark and its name.
    fn legend(&self, lines: &[Line], area: &Area<B>) -> Drawn<B> {
        for (i, line) in lines.iter().enumerate() {
            let y = 40 + 40 * i as i32;
            let [left, middle, right] = [0, 22, 44].map(|x| self.scaled((x, y)));
            area.draw(&PathElement::new([left, right], colour(i).stroke_width(self.px(3))))?;
            area.draw(&(EmptyElement::at(middle) + mark(i, self.scale)))?;
            self.text(area, line.name, TEXT_SIZE, (56, y - 10))?;
        }
        Ok(())
    }

    /// Text with its upper left corner at a point of the picture.
    fn text(&self, area: &Area<B>, text: &str, size: u32, at: (i32, i32)) -> Drawn<B> {
        // XML has no place for control characters.
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let style = TextStyle::from((FONT, self.px(size))).color(&INK);
        area.draw(&Text::new(text, self.scaled(at), style))
    }

    /// A length of the picture in pixels of the page.
    fn px(&self, length: u32) -> u32 {
        length * self.scale
    }

    fn scaled(&self, (x, y): (i32, i32)) -> (i32, i32) {
        (x * self.scale as i32, y * self.scale as i32)
    }
}

#[cfg(test)]
mod tests;
