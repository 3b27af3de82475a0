//! How pictures are read: whether grey values are inverted, and what size they are given.

use crate::data::{Dataset, Fitting, PictureSize, SourceKind};
use crate::error::{Error, Result};

/// The most pixels of an image, as features of a row.
const MAX_PIXELS: u64 = 1 << 24;

/// When grey values are inverted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Invert {
    /// For picture files that are dark on bright; with a model, as it says
    #[default]
    Auto,
    /// Always
    Yes,
    /// Never
    No,
}

/// Of the commands that read pictures.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PictureArgs {
    /// Whether dark is ink, so that grey values of images are inverted. auto: those of picture
    /// files, if the edge of most is bright and so are most pixels; with a model, as it says
    #[arg(long, value_enum, value_name = "auto|yes|no", default_value = "auto")]
    #[arg(hide_possible_values = true)]
    pub(crate) invert: Invert,
    /// Scale pictures of any other size to this one, such as 28x28, each side by itself: shapes of
    /// another aspect are stretched, and nothing is cut out
    /// [default: off; with a model, as it says]
    #[arg(long, value_name = "HxW")]
    resize: Option<ImageShape>,
}

/// `HxW`, the height and width of an image in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageShape {
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl ImageShape {
    /// The size that photos are made into.
    pub(super) fn for_photos(self) -> PictureSize {
        PictureSize::for_photos(self.height, self.width)
    }
}

impl std::str::FromStr for ImageShape {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        // A model stores them as u32.
        let sides = text.split_once(['x', 'X']).map(|(h, w)| (h.parse::<u32>(), w.parse::<u32>()));
        match sides {
            Some((Ok(height), Ok(width))) if height > 0 && width > 0 => {
                let n_pixels = u64::from(height) * u64::from(width);
                let shape = Self { height: height as usize, width: width as usize };
                if n_pixels > MAX_PIXELS {
                    Err("must have 16777216 pixels or less")
                } else {
                    Ok(shape)
                }
            }
            _ => Err("must be HEIGHTxWIDTH in pixels, such as 28x28"),
        }
    }
}

impl PictureArgs {
    /// The size that pictures are scaled to.
    pub(crate) fn size(&self) -> Option<PictureSize> {
        let fitting = Fitting::Scaled;
        let size = |shape: ImageShape| PictureSize { fitting, ..shape.for_photos() };
        self.resize.map(size)
    }
}

impl From<bool> for Invert {
    fn from(is_inverted: bool) -> Self {
        if is_inverted { Self::Yes } else { Self::No }
    }
}

impl Invert {
    /// What the user said.
    pub(super) fn asked(self) -> Option<bool> {
        (self != Self::Auto).then_some(self == Self::Yes)
    }
}

/// Refuses `--resize` for data without pictures, but for a model whose pictures were scaled.
///
/// # Errors
/// [`Error::Parameter`].
pub(super) fn check_resize(
    set: &Dataset,
    size: Option<PictureSize>,
    is_of_model: bool,
) -> Result<()> {
    let may_be_scaled = [SourceKind::Pictures, SourceKind::Mixed].contains(&set.kind);
    let may_be_asked = may_be_scaled || is_of_model;
    match size.filter(|size| size.fitting == Fitting::Scaled && !may_be_asked) {
        Some(PictureSize { height, width, .. }) => {
            let allowed =
                format!("left out: it is about picture files, not data of kind {}", set.kind);
            Err(Error::parameter("--resize", format!("{height}x{width}"), allowed))
        }
        None => Ok(()),
    }
}
