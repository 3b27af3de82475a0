//! The rule for grey values in tables and arrays. Whole numbers 0 to 255 stay as they are. If any
//! number is a fraction, all must lie between 0 and 1 and are scaled to 255. So 0/1 data stay 0/1,
//! however written. NaN is a missing value.

/// Grey values read so far.
#[derive(Debug, Default)]
pub(crate) struct GreyValues {
    values: Vec<u8>,
    fractions: bool,
    /// The first whole number above 1: it forbids fractions, before it or after.
    above_one: Option<usize>,
    /// The indices of missing values, ascending; they are stored as 0.
    missing: Vec<usize>,
}

/// A number that is no grey value, with its position in the run.
#[derive(Debug, PartialEq)]
pub(crate) struct NotGrey {
    pub(crate) index: usize,
    pub(crate) value: f64,
}

impl GreyValues {
    /// Appends a grey value, or a missing one for NaN.
    pub(crate) fn push(&mut self, value: f64) -> Result<(), NotGrey> {
        let index = self.values.len();
        if value.is_nan() {
            self.missing.push(index);
            self.values.push(0);
            return Ok(());
        }
        // The cast saturates and turns NaN into 0, so it is exact for whole numbers 0 to 255.
        let whole = value as u8;
        if f64::from(whole) == value {
            return self.push_whole(whole);
        }
        if !(0.0..=1.0).contains(&value) {
            return Err(NotGrey { index, value });
        }
        self.turn_to_fractions()?;
        self.values.push((value * 255.0).round() as u8);
        Ok(())
    }

    fn push_whole(&mut self, value: u8) -> Result<(), NotGrey> {
        let index = self.values.len();
        if value > 1 && self.fractions {
            return Err(NotGrey { index, value: value.into() });
        } else if value > 1 {
            self.above_one.get_or_insert(index);
        }
        self.values.push(if self.fractions { value * 255 } else { value });
        Ok(())
    }

    /// From the first fraction on, the 0 and 1 before it mean 0 and 255.
    fn turn_to_fractions(&mut self) -> Result<(), NotGrey> {
        if let Some(index) = self.above_one {
            let value = self.values.get(index).copied().unwrap_or_default().into();
            return Err(NotGrey { index, value });
        }
        if !self.fractions {
            self.fractions = true;
            self.values.iter_mut().for_each(|value| *value *= 255);
        }
        Ok(())
    }

    /// Whether there was a fraction, so that all values are scaled.
    pub(crate) fn has_fractions(&self) -> bool {
        self.fractions
    }

    /// The values, each 0 to 255, and the places of those that are missing, ascending.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<usize>) {
        (self.values, self.missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(numbers: &[f64]) -> Result<Vec<u8>, NotGrey> {
        let mut values = GreyValues::default();
        numbers.iter().try_for_each(|&number| values.push(number))?;
        Ok(values.into_parts().0)
    }

    #[test]
    fn whole_numbers_stay_and_one_fraction_scales_all() {
        assert_eq!(grey(&[0.0, 1.0, 255.0, -0.0]), Ok(vec![0, 1, 255, 0]));
        assert_eq!(grey(&[0.0, 1.0, 1.0]), Ok(vec![0, 1, 1]));
        assert_eq!(grey(&[1.0, 0.0, 0.5, 1.0]), Ok(vec![255, 0, 128, 255]));
    }

    #[test]
    fn numbers_out_of_range_and_above_one_beside_fractions_are_refused() {
        assert_eq!(grey(&[0.0, 7.0, 0.5]), Err(NotGrey { index: 1, value: 7.0 }));
        assert_eq!(grey(&[0.5, 0.0, 7.0]), Err(NotGrey { index: 2, value: 7.0 }));
        for bad in [-1.0, 256.0, 1.5, -0.25, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(grey(&[0.0, bad]), Err(NotGrey { index: 1, value: bad }));
        }
    }

    #[test]
    fn what_is_missing_is_remembered_and_forbids_nothing() {
        for numbers in [[0.0, f64::NAN, 7.0, f64::NAN], [1.0, f64::NAN, 0.5, f64::NAN]] {
            let mut values = GreyValues::default();
            numbers.iter().try_for_each(|&number| values.push(number)).unwrap();
            let (values, missing) = values.into_parts();
            assert_eq!((values[1], values[3], missing), (0, 0, vec![1, 3]));
        }
    }
}
