//! How pictures are read: whether grey values are inverted, and what size they are given.

use crate::cli::terminal::Console;
use crate::data::{Dataset, PictureSize};
use crate::error::{Error, Result};

/// When grey values are inverted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Invert {
    /// For pictures with a bright edge; with a model, as it says
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
    /// Whether dark is ink, so that grey values are inverted. auto: for all pictures of a source,
    /// if the edge of three in four is bright and most pixels are; with a model, as it says
    #[arg(long, value_enum, value_name = "auto|yes|no", default_value = "auto")]
    #[arg(hide_possible_values = true)]
    pub(crate) invert: Invert,
    /// Scale pictures of any other size to this one, such as 28x28, each side by itself: shapes of
    /// another aspect are stretched, and nothing is cut out [default: off]
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
                Ok(Self { height: height as usize, width: width as usize })
            }
            _ => Err("must be HEIGHTxWIDTH in pixels, such as 28x28"),
        }
    }
}

impl PictureArgs {
    /// The size that pictures are scaled to.
    pub(crate) fn size(&self) -> Option<PictureSize> {
        let size = |shape: ImageShape| PictureSize { is_scaled: true, ..shape.for_photos() };
        self.resize.map(size)
    }
}

impl Invert {
    /// What the user said.
    pub(super) fn asked(self) -> Option<bool> {
        (self != Self::Auto).then_some(self == Self::Yes)
    }
}

/// Inverts the grey values of `set` if asked, if the rule of a model does it, or for pictures dark
/// on bright, and says so. Returns whether the bits are those of inverted values.
///
/// # Errors
/// [`Error::Parameter`] for `--invert` about bits, which are no grey values.
pub(super) fn inverted(
    set: &mut Dataset,
    invert: Invert,
    by_model: Option<bool>,
    console: &Console,
) -> Result<bool> {
    let asked = invert.asked();
    if set.is_binary() {
        let own = set.parts.first().is_some_and(|part| part.is_inverted);
        return match asked.filter(|asked| *asked != own) {
            Some(asked) => {
                let value = if asked { "yes" } else { "no" };
                let allowed = format!("left out: {} holds bits, not grey values", set.origin(0).0);
                Err(Error::parameter("--invert", value, allowed))
            }
            None => Ok(own),
        };
    }
    let is_inverted = asked.or(by_model).unwrap_or_else(|| set.is_dark_on_bright());
    if is_inverted && set.invert() && asked.is_none() {
        console.note(if by_model.is_some() {
            "note      grey values are inverted, as for the model; --invert no keeps them"
        } else {
            "note      dark on bright: grey values are inverted; --invert no keeps them"
        });
    }
    Ok(is_inverted)
}
