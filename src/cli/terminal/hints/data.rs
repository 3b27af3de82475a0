//! What to do about data that cannot be used.

use super::{foreign, tables};
use crate::data::missing_codes::is_code;
use crate::error::DataProblem;

pub(super) fn hint(problem: &DataProblem) -> String {
    use DataProblem::*;
    let fixed = match problem {
        NoSplit { split: "train", .. } => {
            "add the training files, or ask for the test split with `:test` after the path"
        }
        NoSplit { split, .. } => return format!("leave out `:{split}`, or add its files"),
        NotSplit { split } => return format!("leave out `:{split}`"),
        Ragged { expected, .. } => {
            return format!("give every line {expected} cells, and the same separator");
        }
        Table(problem) => return tables::hint(problem),
        AllTheSame { are_pictures: true, .. } => {
            "try --binarize otsu, or --shape 28x28, which cuts out what is drawn; --force fits it \
             all the same"
        }
        AllTheSame { .. } => {
            "check the data, and --binarize if it is given; --force fits it all the same"
        }
        Empty => "give a folder with IDX files or pictures, or a file of rows",
        NothingUsable(_) => {
            "name the file itself, or a folder with IDX files or PNG, JPEG, BMP, PNM, GIF or WebP \
             pictures"
        }
        Download(_) => "run it again later, or give the address of another mirror with --mirror",
        UnknownKind(kind) => foreign::recipe(kind).unwrap_or(
            "give IDX, PNG, JPEG, BMP, PNM, GIF, WebP, .npy, .npz, .mtx, .bits or a table as text",
        ),
        WebPage | Truncated { .. } | DamagedGzip(_) => {
            "the file is incomplete or no data: copy, save or download it again"
        }
        TooLong { .. } => "the file is damaged, or two were joined: fetch it again",
        TooLarge { limit, .. } => too_large(limit),
        LabelsNotImages => "give the images file here, and this one to --labels",
        ImagesNotLabels => "give the labels file, often named ...-labels-idx1-ubyte",
        LabelCount { .. } => "give exactly one label for each image, in their order",
        IdxType { .. } => "give unsigned bytes (0x08): images of 3 dimensions, labels of 1",
        SeveralDataSets(_) => "give each data set a folder of its own, or name a file",
        PictureSizes { common, .. } => return picture_sizes(*common),
        PicturesBelow(folder) => return format!("name the folder with the pictures: {folder}"),
        MixedSizes { .. } => "name sources of one size; --resize HxW gives picture files one",
        NoPictureReader => "build bmm with the feature `cli`",
        Picture(_) => "remove the picture or save it anew as PNG",
        MixedScales { .. } => {
            "leave the column out if it is no item (a number of the row, an age), or say with \
             --binarize what a one is"
        }
        OtherRule { .. } => "pack the images anew, with the --binarize and --invert of the model",
        GreyForBinary => "make them 0 and 1 first, or name a model of images",
        RunFolder => "give it to --model, and pictures or a table as data",
        Unreadable(_) => "check that it is there and may be read",
        Packed(_) => "pack the data again with `bmm pack`",
        NewerPacked { .. } => "update bmm, or pack the data again with this one",
        ArrayValues { .. } | Fractions | OutOfRange { .. } | NotANumber { .. } => {
            return numbers(problem);
        }
        NpyHeader(_)
        | Npz(_)
        | NpzArrays(_)
        | MatrixMarket(_)
        | Sparse(_)
        | NotBinary { .. }
        | NpyType(_)
        | NpyShape(_) => array(problem),
        NoLabels | LabelLine { .. } => {
            "write one whole number a line, in the order of the images, and nothing where a label \
             is not known"
        }
        NoLabel { .. } => "give whole numbers, one for each image, and NaN where it is not known",
        Weight { .. } | NoWeight => {
            "mend the weights, or give the column another name if it holds none"
        }
        MissingColumn(_) => "leave the column out: there is nothing to learn from it",
        MaskSize { .. } => {
            "give one mask for all images or one for each, of their size; bright pixels (128 of \
             255 and more) are missing"
        }
    };
    fixed.into()
}

fn picture_sizes((height, width): (usize, usize)) -> String {
    let size = format!("{height}x{width}");
    format!(
        "--resize {size} scales all; --shape {size} of train, sweep and pack cuts out what is drawn"
    )
}

fn too_large(limit: &str) -> &'static str {
    if limit.ends_with("packed like that") {
        "if it is so large on purpose, unpack it first: gzip -dk FILE.gz"
    } else if limit.ends_with(" features") {
        "give fewer features; for pictures, --shape HxW cuts out what is drawn and scales it"
    } else {
        "check that the file is not damaged, or split it"
    }
}

/// What to do about numbers that are neither grey values nor zeros and ones, and words among them.
fn numbers(problem: &DataProblem) -> String {
    use DataProblem::*;
    match problem {
        OutOfRange { value, .. } if is_code(*value) => format!(
            "say what a one is, as by numpy.save('rows.npy', a >= 1); if {value} stands for \
             missing, give --missing {value}"
        ),
        ArrayValues { odd, values, .. } if !odd.is_empty() && values.len() > 2 => {
            format!(
                "{}; else say by --binarize \
                 threshold:T what a one is, or give images their --shape",
                tables::missing(odd)
            )
        }
        ArrayValues { cut, .. } => format!(
            "say what a one is, as by --binarize threshold:{}: this or more. Or give images their \
             --shape",
            cut.unwrap_or(1)
        ),
        Fractions => "say what a one is, as by --binarize threshold:128: 0.5 or more, as 1 counts \
                      as 255. Or give images their --shape"
            .into(),
        NotANumber { line: 1, .. } => {
            "begin every name of a header with a letter, or correct the cell".into()
        }
        NotANumber { codes, .. } => format!(
            "correct it, or give --missing {} if {} for a missing value",
            tables::list(codes),
            if codes.len() > 1 { "these stand" } else { "it stands" }
        ),
        _ => "say what a one is, as by numpy.save('rows.npy', a >= 1), or scale images to 0 to 255"
            .into(),
    }
}

fn array(problem: &DataProblem) -> &'static str {
    use DataProblem::*;
    match problem {
        Npz(_) => "save it anew with numpy.savez, or one array of it with numpy.save",
        NpzArrays(_) => "take one out: numpy.save('rows.npy', numpy.load('FILE')['NAME'])",
        MatrixMarket(_) => "write it as general: scipy.io.mmwrite('m.mtx', m, symmetry='general')",
        Sparse(what) if what.ends_with("comes twice") => {
            "add them up: m.sum_duplicates(); scipy.sparse.save_npz('rows.npz', m.tocsr())"
        }
        Sparse(_) => "write it anew: scipy.sparse.save_npz('rows.npz', m.tocsr())",
        NotBinary { .. } => {
            "say what a one is: in Python, scipy.sparse.save_npz('rows.npz', (m > 0).tocsr())"
        }
        NpyType(dtype) => foreign::array_recipe(dtype),
        NpyShape(_) => {
            "give rows as (n, d) or grey images as (n, height, width), labels as (n,) to --labels"
        }
        _ => "save the array anew with numpy.save",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataProblem::*;

    #[test]
    fn every_problem_has_one_line_of_advice() {
        let text = || String::from("x");
        let problems = [
            Empty,
            NothingUsable(text()),
            WebPage,
            UnknownKind(text()),
            Truncated { expected: 2, found: 1 },
            TooLong { expected: 2 },
            DamagedGzip(text()),
            TooLarge { what: text(), limit: "1" },
            LabelsNotImages,
            ImagesNotLabels,
            IdxType { code: 9, dims: 3 },
            LabelCount { labels: 1, images: 2 },
            NoSplit { split: "train", why: "x" },
            NoSplit { split: "test", why: "x" },
            NotSplit { split: "test" },
            SeveralDataSets(text()),
            MixedSizes { size: text(), other: text(), other_size: text() },
            PictureSizes { size: (1, 2), other: text(), other_size: (2, 1), common: (2, 1) },
            PicturesBelow(text()),
            Picture(text()),
            NpyHeader(text()),
            NpyType(text()),
            NpyType("|O".into()),
            NpyType("record".into()),
            NpyType("<c16".into()),
            NpyType("<U1".into()),
            NoLabel { place: text(), value: 0.5 },
            NpyShape(text()),
            Npz(text()),
            NpzArrays(text()),
            MatrixMarket(text()),
            Sparse(text()),
            NotBinary { place: text(), value: 2.0 },
            OutOfRange { place: text(), value: 3.5 },
            Ragged { line: 1, found: 2, expected: 3 },
            NotANumber { line: 1, column: 2, cell: text(), codes: vec![text()] },
            LabelLine { line: 1, text: text() },
        ];
        for problem in problems {
            let (message, hint) = (problem.to_string(), hint(&problem));
            assert!(!message.contains('\n') && !hint.contains('\n'));
            assert!(hint.len() > 10 && hint.len() < 100, "{hint}");
        }
    }
}
