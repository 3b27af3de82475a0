//! A grey image of real numbers; functions that scale, crop and move it.

/// Row by row, at least one pixel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    width: usize,
    values: Vec<f64>,
}

impl Field {
    pub(super) fn new(width: usize, values: Vec<f64>) -> Self {
        assert!(!values.is_empty() && values.len().is_multiple_of(width), "not whole rows");
        Self { width, values }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.values.len() / self.width
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The largest value, or 0.
    pub(super) fn top(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }

    pub(super) fn grey(&self) -> Vec<u8> {
        self.values.iter().map(|value| (value + 0.5) as u8).collect()
    }

    /// Both sides times `factor`, rounded, at least 1; a pixel is the mean of the area it covers.
    pub(super) fn scaled(&self, factor: f64) -> Self {
        Self::scaled_from(&self.values, self.width, factor)
    }

    /// The same from values of any type, of which no copy is made.
    pub(super) fn scaled_from<T: Copy + Into<f64>>(
        values: &[T],
        width: usize,
        factor: f64,
    ) -> Self {
        let side = |n: usize| ((n as f64 * factor + 0.5).floor() as usize).max(1);
        let columns = with_height(values, width, side(values.len() / width));
        with_width(&columns.values, width, side(width))
    }

    /// An image of another height and width; a pixel is the mean of the area it covers. Of the two
    /// images that may come in between, the smaller one is made.
    pub(super) fn resized(
        values: &[u8],
        width: usize,
        (new_height, new_width): (usize, usize),
    ) -> Self {
        if new_height * width <= values.len() / width * new_width {
            with_width(&with_height(values, width, new_height).values, width, new_width)
        } else {
            with_height(&with_width(values, width, new_width).values, new_width, new_height)
        }
    }

    fn transposed(&self) -> Self {
        let column = |x: usize| (0..self.height()).map(move |y| self.values[y * self.width + x]);
        Self { width: self.height(), values: (0..self.width).flat_map(column).collect() }
    }

    /// The mean over 3 x 3 pixels; edges are continued outwards.
    pub(super) fn smoothed(&self) -> Self {
        self.smoothed_down().transposed().smoothed_down().transposed()
    }

    fn smoothed_down(&self) -> Self {
        let last = self.height() - 1;
        let value = |y: usize, x: usize| self.values[y * self.width + x];
        let mean = |y: usize, x: usize| {
            (value(y.saturating_sub(1), x) + value(y, x) + value((y + 1).min(last), x)) / 3.0
        };
        let row = |y: usize| (0..self.width).map(move |x| mean(y, x));
        Self { width: self.width, values: (0..=last).flat_map(row).collect() }
    }

    /// The part inside the smallest box around the `kept` pixels. At least one pixel must be kept.
    pub(super) fn cropped(&self, kept: &[bool]) -> Self {
        let places = || kept.iter().enumerate().filter(|(_, kept)| **kept).map(|(i, _)| i);
        let range = |coordinate: &dyn Fn(usize) -> usize| {
            let (first, last) = (places().map(coordinate).min(), places().map(coordinate).max());
            first.unwrap_or(0)..last.map_or(1, |last| last + 1)
        };
        let (rows, columns) = (range(&|i| i / self.width), range(&|i| i % self.width));
        let row = |y: usize| &self.values[y * self.width..][columns.clone()];
        Self { width: columns.len(), values: rows.flat_map(row).copied().collect() }
    }

    /// The centre of mass, (down, right) from the upper left corner; of a black image its middle.
    pub(super) fn centre_of_mass(&self) -> (f64, f64) {
        let total: f64 = self.values.iter().sum();
        if total <= 0.0 {
            return (self.height() as f64 / 2.0, self.width as f64 / 2.0);
        }
        let mean = |place: &dyn Fn(usize) -> usize| {
            let moment = self.values.iter().enumerate().map(|(i, v)| v * (place(i) as f64 + 0.5));
            moment.sum::<f64>() / total
        };
        (mean(&|i| i / self.width), mean(&|i| i % self.width))
    }

    /// This image on black, moved down and right by an offset; what does not fit is cut off.
    pub(super) fn pasted(
        &self,
        (height, width): (usize, usize),
        (down, right): (isize, isize),
    ) -> Self {
        let value = |i: usize| {
            let y = (i / width) as isize - down;
            let x = (i % width) as isize - right;
            let is_inside =
                (0..self.height() as isize).contains(&y) && (0..self.width as isize).contains(&x);
            if is_inside { self.values[y as usize * self.width + x as usize] } else { 0.0 }
        };
        Self { width, values: (0..height * width).map(value).collect() }
    }
}

/// The image of `width` with another height; a pixel is the mean of the rows it covers.
fn with_height<T: Copy + Into<f64>>(values: &[T], width: usize, height: usize) -> Field {
    let old_height = values.len() / width;
    let step = old_height as f64 / height as f64;
    let mut means = Vec::with_capacity(height * width);
    for y in 0..height {
        let (start, end) = (y as f64 * step, (y + 1) as f64 * step);
        let mut row = vec![0.0; width];
        for from in start.floor() as usize..(end.ceil() as usize).min(old_height) {
            let covered = (end.min((from + 1) as f64) - start.max(from as f64)) / step;
            let source = &values[from * width..(from + 1) * width];
            row.iter_mut().zip(source).for_each(|(sum, value)| *sum += covered * (*value).into());
        }
        means.extend(row);
    }
    Field::new(width, means)
}

/// The image of `width` with another one; a pixel is the mean of the columns it covers.
fn with_width<T: Copy + Into<f64>>(values: &[T], width: usize, new_width: usize) -> Field {
    let step = width as f64 / new_width as f64;
    let mean = |row: &[T], x: usize| -> f64 {
        let (start, end) = (x as f64 * step, (x + 1) as f64 * step);
        let columns = start.floor() as usize..(end.ceil() as usize).min(width);
        let covered = |from: usize| (end.min((from + 1) as f64) - start.max(from as f64)) / step;
        columns.fold(0.0, |sum, from| sum + covered(from) * row[from].into())
    };
    let rows = values.chunks_exact(width);
    let places = rows.flat_map(|row| (0..new_width).map(move |x| (row, x)));
    Field::new(new_width, places.map(|(row, x)| mean(row, x)).collect())
}
