//! Formats that people try and that are not read as data: their names, and how to get from them to
//! one that is.

use super::{GZIP, MODEL};
use crate::error::BMM_MODEL;

/// A format that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// Its name, with the article.
    pub(crate) name: &'static str,
    /// How to get to a format that is read.
    pub(crate) recipe: &'static str,
}

impl Foreign {
    /// Whether it is a picture: somebody will miss it among others.
    pub(crate) fn is_picture(&self) -> bool {
        self.name.ends_with(" picture")
    }
}

const PARQUET: &str = "in Python, pandas.read_parquet('FILE').to_csv('rows.csv', index=False)";
const FEATHER: &str = "in Python, pandas.read_feather('FILE').to_csv('rows.csv', index=False)";
const MATLAB: &str = "in Python, numpy.save('rows.npy', scipy.io.loadmat('FILE')['NAME'])";
const PDF: &str = "save its pages as PNG first, for example with: pdftoppm -png FILE page";
const RDS: &str = "in R, write.csv(readRDS('FILE'), 'rows.csv', row.names = FALSE)";
const UNPACK: &str = "unpack it, then give the folder or the file that it holds";
const PNG: &str = "save it as PNG first, for example with: magick FILE picture.png";
const UTF_8: &str = "save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 FILE > rows.csv";
const NPY: &str = "in Python, numpy.save('rows.npy', array) writes an array in a form that is read";
const HEIC: &str = "save it as JPEG first, for example with: heif-convert FILE photo.jpg \
    (macOS: sips -s format jpeg FILE --out photo.jpg)";
const SHEET: &str = "save the sheet as CSV";

/// The first bytes, the name and the recipe of each format.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (GZIP, "a gzip archive", "decompress it first: gzip -d FILE"),
    (b"BZh", "a bzip2 file", "decompress it first: bzip2 -d FILE"),
    (b"\xfd7zXZ", "an xz file", "decompress it first: xz -d FILE"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "decompress it first: zstd -d FILE"),
    (b"7z\xbc\xaf", "a 7-Zip archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\x89HDF", "an HDF5 file", "in Python, numpy.save('rows.npy', h5py.File('FILE')['NAME'][:])"),
    (b"MATLAB", "a MATLAB file", MATLAB),
    (b"PAR1", "a Parquet file", PARQUET),
    (b"ARROW1", "an Arrow file", FEATHER),
    (b"FEA1", "a Feather file", FEATHER),
    (b"RDX", "an R data file", "in R, write.csv(NAME, 'rows.csv', row.names = FALSE)"),
    (b"X\n\0\0", "an R data file", RDS),
    (b"\x80\x02", "a Python pickle", NPY),
    (b"\x80\x03", "a Python pickle", NPY),
    (b"\x80\x04", "a Python pickle", NPY),
    (b"\x80\x05", "a Python pickle", NPY),
    (&MODEL, BMM_MODEL, "give it as the model, and as data the images to put into its clusters"),
    (b"%PDF", "a PDF document", PDF),
    (b"GIF8", "a GIF picture", PNG),
    (b"II*\0", "a TIFF picture", PNG),
    (b"MM\0*", "a TIFF picture", PNG),
    (b"\x7fELF", "a program", "give a file of images or rows"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", SHEET),
    (
        b"SQLite format",
        "an SQLite database",
        "write a table of it as CSV: sqlite3 -header -csv FILE 'select * from NAME' > rows.csv",
    ),
    (b"\xff\xfe", "text in UTF-16", UTF_8),
    (b"\xfe\xff", "text in UTF-16", UTF_8),
];

pub(super) const JSON: Foreign = Foreign {
    name: "a JSON text",
    recipe: "in Python, pandas.read_json('FILE').to_csv('rows.csv', index=False)",
};

/// What Git holds in the place of a large file.
pub(super) const LFS_POINTER: Foreign =
    Foreign { name: "a Git LFS pointer", recipe: "fetch the file itself: git lfs pull" };

/// The format of a file that is no text and begins with `head`, if it is well known.
pub(super) fn known(head: &[u8]) -> Option<Foreign> {
    let known = BEGINNINGS.iter().find(|(magic, ..)| head.starts_with(magic));
    if let Some(&(_, name, recipe)) = known {
        return Some(Foreign { name, recipe });
    }
    match head {
        [b'P', b'K', 3, 4, ..] => Some(zip(head)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            Some(Foreign { name: "a WebP picture", recipe: PNG })
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(boxed(brand)),
        [_, _, _, _, _, _, _, _, b'{', ..] => {
            let recipe = "import it with `bmm import`, if it is a model";
            Some(Foreign { name: "a safetensors file", recipe })
        }
        _ if head.get(257..262) == Some(b"ustar") => {
            Some(Foreign { name: "a tar archive", recipe: UNPACK })
        }
        _ => None,
    }
}

/// A zip archive, by the name of its first entry.
fn zip(head: &[u8]) -> Foreign {
    let len = head.get(26..28).and_then(|len| len.first_chunk());
    let len = len.map_or(0, |len| u16::from_le_bytes(*len));
    let first = head.get(30..30 + usize::from(len)).unwrap_or_default();
    if first.ends_with(b".npy") {
        let recipe = "take one array out of it: in Python, \
            numpy.save('rows.npy', numpy.load('FILE')['NAME'])";
        Foreign { name: "a NumPy archive (.npz)", recipe }
    } else if first.starts_with(b"[Content_Types]") || first.starts_with(b"mimetype") {
        Foreign { name: "an Office document", recipe: SHEET }
    } else {
        Foreign { name: "a zip archive", recipe: UNPACK }
    }
}

/// A file of the family of MP4, by its brand.
fn boxed(brand: &[u8]) -> Foreign {
    match brand {
        [b'a', b'v', b'i', ..] => Foreign { name: "an AVIF picture", recipe: PNG },
        [b'h', b'e', ..] | [b'm', b'i', b'f', ..] | [b'm', b's', b'f', ..] => {
            Foreign { name: "a HEIC picture", recipe: HEIC }
        }
        _ => Foreign {
            name: "a film",
            recipe: "save its frames as PNG first, for example with: \
                ffmpeg -i FILE frames/%05d.png",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_apart_by_what_they_hold() {
        let zip = |name: &str| {
            let mut head = b"PK\x03\x04".to_vec();
            head.resize(26, 0);
            head.extend((name.len() as u16).to_le_bytes());
            head.extend([0, 0]);
            head.extend(name.as_bytes());
            known(&head).unwrap()
        };
        let npz = zip("arr_0.npy");
        assert!(npz.name.contains("npz") && npz.recipe.contains("numpy.save"));
        assert!(zip("[Content_Types].xml").recipe.contains("CSV"));
        assert_eq!((zip("a/b.png").name, zip("a/b.png").recipe), ("a zip archive", UNPACK));
        for end in [4, 20, 29, 33] {
            let head = [&b"PK\x03\x04"[..], &[0; 22], b"\xff\xff\0\0x.npy"].concat();
            assert_eq!(known(&head[..end]).unwrap().name, "a zip archive");
        }
    }

    #[test]
    fn pictures_that_are_not_read_have_a_recipe() {
        let name = |head: &[u8]| known(head).unwrap().name;
        assert_eq!(name(b"\0\0\0\x24ftypheic\0\0\0\0mif1"), "a HEIC picture");
        assert_eq!(name(b"\0\0\0\x1cftypavif"), "an AVIF picture");
        assert_eq!(name(b"\0\0\0\x20ftypisom"), "a film");
        assert_eq!(name(b"RIFF\x01\0\0\0WEBPVP8"), "a WebP picture");
        assert_eq!(known(b"\0\x01\x02"), None);
    }
}
