//! How to get from a format that is not read to one that is.

/// The way from a kind of file, by its name, to something that can be read.
pub(super) fn recipe(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "a gzip archive" => "decompress it first: gzip -d FILE",
        "a bzip2 file" => "decompress it first: bzip2 -d FILE",
        "an xz file" => "decompress it first: xz -d FILE",
        "a zstd file" => "decompress it first: zstd -d FILE",
        "a 7-Zip archive" | "a RAR archive" | "a zip archive" | "a tar archive" => {
            "unpack it, then give the folder or the file that it holds"
        }
        "a Python pickle" => {
            "in Python, numpy.save('rows.npy', array) writes an array in a form that is read"
        }
        "an HDF5 file" => "in Python, numpy.save('rows.npy', h5py.File('FILE')['NAME'][:])",
        "a MATLAB file" => "in Python, numpy.save('rows.npy', scipy.io.loadmat('FILE')['NAME'])",
        "a Stata file" => {
            "in Python, pandas.read_stata('FILE', convert_categoricals=False)\
             .to_csv('rows.csv', index=False)"
        }
        "an SPSS file" => {
            "in Python, with pyreadstat, pandas.read_spss('FILE', convert_categoricals=False)\
             .to_csv('rows.csv', index=False)"
        }
        "a SAS file" => {
            "in Python, pandas.read_sas('FILE', format='sas7bdat').to_csv('rows.csv', index=False)"
        }
        "a SAS transport file" => {
            "in Python, pandas.read_sas('FILE', format='xport').to_csv('rows.csv', index=False)"
        }
        "an Excel workbook" => {
            "save the sheet as CSV, or in Python, with openpyxl, \
             pandas.read_excel('FILE').to_csv('rows.csv', index=False)"
        }
        "a Parquet file" => {
            "in Python, pandas.read_parquet('FILE').to_csv('rows.csv', index=False)"
        }
        "an Arrow file" | "a Feather file" => {
            "in Python, pandas.read_feather('FILE').to_csv('rows.csv', index=False)"
        }
        "a JSON text" => "in Python, pandas.read_json('FILE').to_csv('rows.csv', index=False)",
        "an R data file" => "in R, write.csv(NAME, 'rows.csv', row.names = FALSE)",
        "an RDS file" => "in R, write.csv(readRDS('FILE'), 'rows.csv', row.names = FALSE)",
        "an SQLite database" => {
            "write a table of it as CSV: \
             sqlite3 -header -csv FILE 'select * from NAME' > rows.csv"
        }
        "an Office document" | "an old Office document" => "save the sheet as CSV",
        "text in UTF-16" => {
            "save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 FILE > rows.csv"
        }
        "a PDF document" => {
            "save its pages as PNG first, for example with: pdftoppm -png FILE page"
        }
        "a film" => {
            "save its frames as PNG first, for example with: ffmpeg -i FILE frames/%05d.png"
        }
        "a TIFF picture" => {
            "save it as PNG first, for example with: magick FILE picture.png (all of a folder: \
             magick mogrify -format png *.tif)"
        }
        "an AVIF picture" => "save it as PNG first, for example with: magick FILE picture.png",
        "a HEIC picture" => {
            "save it as JPEG first, for example with: heif-convert FILE photo.jpg \
             (macOS: sips -s format jpeg FILE --out photo.jpg)"
        }
        "a bmm model" => "give it to --model, and here the images to put into its clusters",
        "a safetensors file" => "import it with `bmm import`, if it is a model",
        "a Git LFS pointer" => "fetch the file itself: git lfs pull",
        "a program" => "give a file of images or rows",
        _ => return None,
    })
}

/// The way from a NumPy array of elements that are no real numbers to one that can be read.
pub(super) fn array_recipe(dtype: &str) -> &'static str {
    match dtype.trim_start_matches(['<', '>', '|', '=']).chars().next() {
        Some('O') => {
            "numpy.save('rows.npy', numpy.array(numpy.load('FILE', allow_pickle=True).tolist(), float))"
        }
        Some('r') => "pandas.DataFrame(numpy.load('FILE')).to_csv('rows.csv', index=False)",
        Some('c') => "keep the real part: numpy.save('rows.npy', numpy.load('FILE').real)",
        _ => "numpy.save('rows.npy', numpy.load('FILE').astype(float))",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_kind::BEGINNINGS;

    #[test]
    fn every_format_that_is_known_but_not_read_has_a_recipe() {
        let others = [
            "a JSON text",
            "a Git LFS pointer",
            "a zip archive",
            "an Office document",
            "an Excel workbook",
            "a tar archive",
            "a safetensors file",
            "an AVIF picture",
            "a HEIC picture",
            "a film",
        ];
        for name in BEGINNINGS.iter().map(|(_, name)| *name).chain(others) {
            assert!(recipe(name).is_some(), "{name}");
        }
    }
}
