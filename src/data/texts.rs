//! Many short texts in one piece of memory: names of rows, and columns whose cells all differ.

/// A list of texts, each of them beside the next one in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Text `i`; empty if there is none.
    pub fn get(&self, i: usize) -> &str {
        let start =
            i.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(0));
        self.ends.get(i).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Keeps the first `n` of them only.
    pub(crate) fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Those at `places`, in that order.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        places.iter().map(|&i| self.get(i)).collect()
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| all.push(text.as_ref()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_went_in() {
        let mut texts: Texts = ["a", "", "grün", "b"].into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "grün", "b"]);
        assert_eq!((texts.len(), texts.get(2), texts.get(4)), (4, "grün", ""));
        assert_eq!(texts.select(&[2, 0, 2]).iter().collect::<Vec<_>>(), ["grün", "a", "grün"]);
        texts.truncate(2);
        texts.push("c");
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "c"]);
        assert!(Texts::default().is_empty());
    }
}
