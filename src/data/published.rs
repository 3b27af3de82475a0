//! The published data sets that can be downloaded: where they are, and what their files must be.

use super::download::Published;

/// 60,000 and 10,000 grey images of 28 x 28 with labels, in the format of MNIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedSet {
    /// Handwritten digits.
    Mnist,
    /// Pictures of clothes.
    FashionMnist,
    /// Handwritten Japanese characters.
    Kmnist,
}

/// The names of the files of every set.
const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

impl PublishedSet {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mnist, Self::FashionMnist, Self::Kmnist];

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Kmnist => "kmnist",
        }
    }

    /// What it shows.
    pub fn subject(self) -> &'static str {
        match self {
            Self::Mnist => "Handwritten digits",
            Self::FashionMnist => "Pictures of clothes",
            Self::Kmnist => "Handwritten Japanese characters",
        }
    }

    /// Addresses of folders that hold its files, ending in a slash.
    pub fn mirrors(self) -> [&'static str; 2] {
        match self {
            Self::Mnist => [
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ],
            Self::FashionMnist => [
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ],
            Self::Kmnist => [
                "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
                "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            ],
        }
    }

    /// Its files: training images and labels, test images and labels.
    pub fn files(self) -> [Published; 4] {
        let files = match self {
            Self::Mnist => [
                (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ],
            Self::FashionMnist => [
                (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            Self::Kmnist => [
                (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
                (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            ],
        };
        let mut names = NAMES.into_iter();
        files.map(|(len, sha256)| Published { name: names.next().unwrap_or_default(), len, sha256 })
    }
}
