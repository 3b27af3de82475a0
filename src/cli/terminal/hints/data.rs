//! What to do about data that cannot be used.

use crate::error::{BMM_MODEL, DataProblem};

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
        Empty => "give a folder with IDX files or pictures, or a file of rows",
        NothingUsable { .. } => {
            "name the file itself, or a folder with IDX files or PNG, JPEG, BMP or PNM pictures"
        }
        Download { .. } => {
            "run it again later, or give the address of another mirror with --mirror"
        }
        UnknownKind { looks_like, .. } if looks_like == BMM_MODEL => {
            "give it to --model, and here the images to put into its clusters"
        }
        UnknownKind { recipe: Some(recipe), .. } => recipe,
        UnknownKind { recipe: None, .. } => {
            "give IDX (raw or .gz), PNG, JPEG, BMP, PNM, .npy, .bits, or a table of numbers as text"
        }
        WebPage | Truncated { .. } | DamagedGzip { .. } => {
            "the download went wrong: delete the file and fetch it again"
        }
        TooLong { .. } => "the file is damaged, or two were joined: fetch it again",
        TooLarge { .. } => "check that the file is not damaged, or split it",
        LabelsNotImages => "give the images file here, and this one to --labels",
        ImagesNotLabels => "give the labels file, often named ...-labels-idx1-ubyte",
        LabelCount { .. } => "give exactly one label for each image, in their order",
        IdxType { .. } => "give unsigned bytes (0x08): images of 3 dimensions, labels of 1",
        SeveralDataSets { .. } => "give each data set a folder of its own, or name a file",
        MixedSizes { .. } => "scale all images to one height and width first",
        NoPictureReader => "build bmm with the feature `cli`",
        Picture { .. } => "remove the picture or save it anew as PNG",
        MixedScales { .. } => {
            "leave the column out if it is no item (a number of the row, an age), or say with \
             --binarize what a one is"
        }
        OtherRule { .. } => "pack the images anew, with --binarize and the rule of the model",
        GreyForBinary => "make them 0 and 1 first, or name a model of images",
        RunFolder => "give it to --model, and pictures or a table as data",
        Unreadable { .. } => "check that it is there and may be read",
        Packed { .. } => "pack the data again with `bmm pack`",
        NewerPacked { .. } => "update bmm, or pack the data again with this one",
        NpyHeader { .. } => "save the array anew with numpy.save",
        NpyType { .. } => "convert it first, for example array.astype('uint8')",
        NpyShape { .. } => "give rows as (n, d) or images as (n, height, width)",
        Value { .. } | CellRange { .. } => {
            "scale the values to grey 0 to 255, or to probabilities between 0 and 1"
        }
        NotANumber { .. } => "keep one header line at most, and only numbers below it",
        NoLabels | LabelLine { .. } => {
            "write one whole number a line, in the order of the images, and nothing where a label \
             is not known"
        }
        Weight { .. } | NoWeight => {
            "mend the weights, or give the column another name if it holds none"
        }
        MissingColumn { .. } => "leave the column out: there is nothing to learn from it",
        MaskSize { .. } => {
            "give one mask for all images or one for each, of their size; bright pixels (128 of \
             255 and more) are missing"
        }
    };
    fixed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_one_line_of_advice() {
        let text = || String::from("x");
        let problems = [
            DataProblem::Empty,
            DataProblem::NothingUsable { seen: text() },
            DataProblem::WebPage,
            DataProblem::UnknownKind { looks_like: text(), recipe: None },
            DataProblem::Truncated { expected: 2, found: 1 },
            DataProblem::TooLong { expected: 2 },
            DataProblem::DamagedGzip { reason: text() },
            DataProblem::TooLarge { what: text(), limit: "1" },
            DataProblem::LabelsNotImages,
            DataProblem::ImagesNotLabels,
            DataProblem::IdxType { code: 9, dims: 3 },
            DataProblem::LabelCount { labels: 1, images: 2 },
            DataProblem::NoSplit { split: "train", why: text() },
            DataProblem::NoSplit { split: "test", why: text() },
            DataProblem::NotSplit { split: "test" },
            DataProblem::SeveralDataSets { names: text() },
            DataProblem::MixedSizes { size: text(), other: text(), other_size: text() },
            DataProblem::Picture { reason: text() },
            DataProblem::NpyHeader { reason: text() },
            DataProblem::NpyType { dtype: text() },
            DataProblem::NpyShape { shape: text() },
            DataProblem::Value { row: 1, column: 2, value: 3.5 },
            DataProblem::Ragged { line: 1, found: 2, expected: 3 },
            DataProblem::NotANumber { line: 1, column: 2, cell: text() },
            DataProblem::CellRange { line: 1, column: 2, value: -1.0 },
            DataProblem::LabelLine { line: 1, what: text() },
        ];
        for problem in problems {
            let (message, hint) = (problem.to_string(), hint(&problem));
            assert!(!message.contains('\n') && !hint.contains('\n'));
            assert!(hint.len() > 10 && hint.len() < 100, "{hint}");
        }
    }
}
