//! Formats that people try and that are not read as data.

use super::{GZIP, MODEL};

/// How a `.sas7bdat` begins.
const SAS: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf";

/// The first bytes of each format, and its name with the article.
pub(crate) const BEGINNINGS: &[(&[u8], &str)] = &[
    (GZIP, "a gzip archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB file"),
    (b"PAR1", "a Parquet file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x71\x01\x01\0", "a Stata file"),
    (b"\x71\x02\x01\0", "a Stata file"),
    (b"\x72\x01\x01\0", "a Stata file"),
    (b"\x72\x02\x01\0", "a Stata file"),
    (b"\x73\x01\x01\0", "a Stata file"),
    (b"\x73\x02\x01\0", "a Stata file"),
    (b"$FL2", "an SPSS file"),
    (b"$FL3", "an SPSS file"),
    (SAS, "a SAS file"),
    (b"HEADER RECORD*******LIB", "a SAS transport file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"RDX", "an R data file"),
    (b"X\n\0\0", "an RDS file"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (&MODEL, "a bmm model"),
    (b"%PDF", "a PDF document"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format", "an SQLite database"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
];

/// The name of the format of a file that is no text and begins with `head`, if it is well known.
pub(super) fn name(head: &[u8]) -> Option<&'static str> {
    if let Some((_, name)) = BEGINNINGS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(name);
    }
    match head {
        [b'P', b'K', 3, 4, ..] => Some(zip(head)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("a WebP picture"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(iso_media(brand)),
        [_, _, _, _, _, _, _, _, b'{', ..] => Some("a safetensors file"),
        _ if head.get(257..262) == Some(b"ustar") => Some("a tar archive"),
        _ => None,
    }
}

/// A zip archive that holds no arrays, by its first entries.
fn zip(head: &[u8]) -> &'static str {
    let holds = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    match first_in_zip(head) {
        Some(first) if first.starts_with(b"xl/") => "an Excel workbook",
        Some(b"[Content_Types].xml" | b"_rels/.rels") if holds(b"xl/") => "an Excel workbook",
        Some(first) if first.starts_with(b"docProps/") && holds(b"xl/") => "an Excel workbook",
        Some(b"[Content_Types].xml" | b"_rels/.rels" | b"mimetype") => "an Office document",
        _ => "a zip archive",
    }
}

/// The name of the first entry of a zip archive.
pub(super) fn first_in_zip(head: &[u8]) -> Option<&[u8]> {
    head.starts_with(b"PK\x03\x04").then_some(())?;
    let len = u16::from_le_bytes(*head.get(26..)?.first_chunk()?);
    head.get(30..30 + usize::from(len))
}

/// A file of the family of MP4, by its brand.
fn iso_media(brand: &[u8]) -> &'static str {
    match brand {
        [b'a', b'v', b'i', ..] => "an AVIF picture",
        [b'h', b'e', ..] | [b'm', b'i', b'f', ..] | [b'm', b's', b'f', ..] => "a HEIC picture",
        _ => "a film",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_apart_by_what_they_hold() {
        let head = |entry: &str| {
            let len = (entry.len() as u16).to_le_bytes();
            [b"PK\x03\x04", &[0; 22][..], &len, &[0; 2], entry.as_bytes()].concat()
        };
        for (entry, expected) in [
            ("arr_0.npy", "a zip archive"),
            ("[Content_Types].xml", "an Office document"),
            ("xl/workbook.xml", "an Excel workbook"),
            ("a/b.png", "a zip archive"),
        ] {
            assert_eq!(name(&head(entry)), Some(expected));
        }
        let workbook = [head("[Content_Types].xml"), head("xl/styles.xml")].concat();
        assert_eq!(name(&workbook), Some("an Excel workbook"));
        let cut = [&b"PK\x03\x04"[..], &[0; 22], b"\xff\xff\0\0x.npy"].concat();
        for end in [4, 20, 29, 33] {
            assert_eq!(name(&cut[..end]), Some("a zip archive"));
        }
    }

    #[test]
    fn pictures_that_are_not_read_are_named() {
        assert_eq!(name(b"\0\0\0\x24ftypheic\0\0\0\0mif1"), Some("a HEIC picture"));
        assert_eq!(name(b"\0\0\0\x1cftypavif"), Some("an AVIF picture"));
        assert_eq!(name(b"\0\0\0\x20ftypisom"), Some("a film"));
        assert_eq!(name(b"\0\x01\x02"), None);
    }
}
