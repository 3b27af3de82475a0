//! What rows and columns are called.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) sample: &'static str,
    pub(crate) feature: &'static str,
}

impl Words {
    /// Rows of a table if the height is 1, else images.
    pub(crate) fn for_height(height: usize) -> Self {
        if height == 1 {
            Self { sample: "row", feature: "item" }
        } else {
            Self { sample: "image", feature: "pixel" }
        }
    }
}
