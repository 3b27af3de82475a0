//! Many short texts in one piece of memory: names of rows, and columns whose cells all differ.

/// A list of texts, each of them beside the next one in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    /// Where each text ends, counted from the beginning of its block.
    ends: Vec<u32>,
    /// Where each block of texts begins.
    blocks: Vec<usize>,
}

/// Texts of a block: few enough that its length fits 32 bits, as a row has at most 16 MiB.
const BLOCK: usize = 128;

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
        let start = i.checked_sub(1).map_or(Some(0), |before| self.end(before));
        let range = start.zip(self.end(i));
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// Where text `i` ends.
    fn end(&self, i: usize) -> Option<usize> {
        Some(self.blocks.get(i / BLOCK)? + *self.ends.get(i)? as usize)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    pub(crate) fn push(&mut self, text: &str) {
        if self.ends.len().is_multiple_of(BLOCK) {
            self.blocks.push(self.text.len());
        }
        self.text.push_str(text);
        let begin = self.blocks.last().copied().unwrap_or_default();
        self.ends.push((self.text.len() - begin) as u32);
    }

    /// Keeps the first `n` of them only.
    pub(crate) fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        self.blocks.truncate(n.div_ceil(BLOCK));
        let length = self.ends.len().checked_sub(1).and_then(|last| self.end(last));
        self.text.truncate(length.unwrap_or(0));
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
        let many: Vec<String> = (0..3 * BLOCK + 1).map(|i| i.to_string()).collect();
        let mut texts: Texts = many.iter().collect();
        assert!(texts.iter().eq(&many));
        for n in [3 * BLOCK, 2 * BLOCK + 1, 2 * BLOCK, 5] {
            texts.truncate(n);
            assert!(texts.iter().eq(&many[..n]), "{n}");
        }
        texts.push("next");
        assert_eq!((texts.get(4), texts.get(5), texts.get(6)), ("4", "next", ""));
    }
}
