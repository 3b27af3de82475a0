//! A fitted mixture with all that is needed to use it, to judge it and to fit it again.

use std::collections::BTreeSet;
use std::{fs::File, io::Read, path::Path};

use serde::{Deserialize, Serialize};

use super::record::{FitRecord, Provenance, Trust};
use super::{atomic, decode, encode, envelope};
use super::{label_table::LabelTable, typicality::Typicality};
use crate::error::{Error, ModelProblem, Result};
use crate::mixture::BernoulliMixture;
use crate::record::{Binarize, Item};

/// A mixture with all that is needed to use it and to say where it came from.
///
/// The fields stand in the order of the file (see the module).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Model {
    /// Weights (K) and means (K x D).
    #[serde(with = "mixture")]
    pub mixture: BernoulliMixture,
    /// The height of an image in pixels; height x width is D. 1 for the rows of a table.
    pub height: u32,
    /// The width of an image in pixels.
    pub width: u32,
    /// The rule that makes bits of grey values.
    pub binarize: Binarize,
    /// Whether the rule cuts inverted grey values, 255 - v: those of dark ink on bright ground.
    pub inverted: bool,
    /// The features that were missing in every training row, ascending: nothing is known of them.
    pub(crate) unseen: Vec<u32>,
    /// The items of a table, in the order of the features; empty for images and unnamed columns.
    pub(crate) items: Vec<Item>,
    /// The labels met in each cluster, where the training data had labels.
    pub labels: Option<LabelTable>,
    /// How the fit went; `None` for an imported model.
    pub(crate) report: Option<FitRecord>,
    /// What is needed to fit it again; `None` for an imported model.
    #[serde(with = "provenance")]
    pub(crate) provenance: Option<Provenance>,
    /// How far the fit can be trusted; `None` for an imported model.
    pub(crate) trust: Option<Trust>,
    /// What the training samples of each cluster were like; `None` for an imported model.
    pub typicality: Option<Typicality>,
    /// Whether pictures of another size are scaled as a whole, not cut out. It ends the file, and
    /// only where it is true: files from before it are read, and stay the same.
    #[serde(skip)]
    pub(crate) scaled: bool,
}

impl Model {
    /// A model of images of this size, or of rows of `width` where `height` is 1.
    ///
    /// # Errors
    /// [`Error::Parameter`] if height x width is not D.
    pub fn new(
        mixture: BernoulliMixture,
        height: u32,
        width: u32,
        binarize: Binarize,
    ) -> Result<Self> {
        let n_features = mixture.n_features();
        let model = Self::unchecked(mixture, (height, width), binarize);
        model.check().map(|()| model).map_err(|_| {
            let allowed = format!("{n_features}, the number of features");
            Error::parameter("height x width", format!("{height} x {width}"), allowed)
        })
    }

    /// A model with nothing but a mixture, its image size and its rule.
    pub(super) fn unchecked(
        mixture: BernoulliMixture,
        (height, width): (u32, u32),
        binarize: Binarize,
    ) -> Self {
        Self {
            mixture,
            height,
            width,
            binarize,
            inverted: false,
            unseen: Vec::new(),
            items: Vec::new(),
            labels: None,
            report: None,
            provenance: None,
            trust: None,
            typicality: None,
            scaled: false,
        }
    }

    /// The model in the file at `path`.
    ///
    /// The size is checked against the header and [`MAX_FILE_LEN`](super::MAX_FILE_LEN) before
    /// memory is taken for it.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read, [`Error::Model`] for everything [`decode`] refuses.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(Error::io(path))?;
        decode(&read_file(path, file)?).map_err(|problem| Error::model(path, problem))
    }

    /// Writes a model file to `path`, whole or not at all; missing parent folders are made.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is something at `path`; [`Error::Model`] for everything
    /// [`encode`] refuses; [`Error::Io`] for what the operating system refuses.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_file(path.as_ref(), false)
    }

    /// Writes a model file to `path` in place of what is there, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Model`] and [`Error::Io`] as [`Self::write`]; then what was there is as it was.
    pub fn overwrite(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_file(path.as_ref(), true)
    }

    fn write_file(&self, path: &Path, force: bool) -> Result<()> {
        let bytes = encode(self).map_err(|problem| Error::model(path, problem))?;
        atomic::write_file(path, &bytes, force)
    }

    /// The rule as users read it, such as `threshold:128 of inverted grey values`.
    pub(crate) fn rule(&self) -> String {
        self.binarize.in_words(self.inverted)
    }

    /// Whether the model was fitted to data that a program drew.
    pub fn is_synthetic(&self) -> bool {
        self.provenance.as_ref().is_some_and(|provenance| provenance.synthetic)
    }

    /// Whether its clusters were fitted to labels.
    pub(crate) fn has_label_clusters(&self) -> bool {
        self.labels.as_ref().is_some_and(|table| !table.label_of.is_empty())
    }

    /// Whether the parts fit together. It is asked before every writing and after every reading.
    ///
    /// # Errors
    /// [`ModelProblem::Invalid`] if height x width is not D, or the items have not D features or
    /// categories that are not distinct. Also if a table of labels or quantiles does not fit K, a
    /// number of the fit is not finite, or a start or cluster is named that is not there.
    pub(crate) fn check(&self) -> Result<(), ModelProblem> {
        let (height, width) = (self.height, self.width);
        let (n_components, n_features) = (self.mixture.n_components(), self.mixture.n_features());
        ModelProblem::ensure(u64::from(height) * u64::from(width) == n_features as u64, || {
            format!("its pictures are {height} x {width}, its means {n_features} long")
        })?;
        let (unseen, above) = (&self.unseen, self.unseen.iter().skip(1));
        let is_sound = unseen.iter().zip(above).all(|(a, b)| a < b)
            && unseen.last().is_none_or(|&last| (last as usize) < n_features);
        ModelProblem::ensure(is_sound, || "its unseen features are not ascending".into())?;
        let of_items: usize = self.items.iter().map(Item::n_features).sum();
        ModelProblem::ensure([0, n_features].contains(&of_items), || {
            format!("its items have {of_items} features, its means {n_features}")
        })?;
        let is_sound = |item: &Item| {
            let distinct: BTreeSet<&String> = item.categories.iter().collect();
            distinct.len() == item.categories.len() && distinct.len() != 1
        };
        ModelProblem::ensure(self.items.iter().all(is_sound), || {
            "an item has one category, or one twice".into()
        })?;
        self.labels.iter().try_for_each(|labels| labels.check(n_components))?;
        self.report.iter().try_for_each(FitRecord::check)?;
        self.provenance.iter().try_for_each(Provenance::check)?;
        self.trust.iter().try_for_each(|trust| trust.check(n_components))?;
        self.typicality.iter().try_for_each(|typicality| typicality.check(n_components))
    }
}

/// The bytes of a model file, and at most one more than its header asks for.
fn read_file(path: &Path, mut file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.by_ref().take(envelope::HEADER_LEN).read_to_end(&mut bytes).map_err(Error::io(path))?;
    let needs = envelope::file_len(&bytes).map_err(|problem| Error::model(path, problem))?;
    let about = file.metadata().map_err(Error::io(path))?;
    if about.is_file() && about.len() < needs {
        return Err(Error::model(path, ModelProblem::Truncated { has: about.len(), needs }));
    }
    let rest = needs - envelope::HEADER_LEN + 1;
    file.take(rest).read_to_end(&mut bytes).map_err(Error::io(path))?;
    Ok(bytes)
}

/// A mixture from unchecked `weights` (K) and `means` (K x D, one component after another).
pub(super) fn mixture_from(
    weights: Vec<f64>,
    means: Vec<f64>,
    n_features: usize,
) -> Result<BernoulliMixture, ModelProblem> {
    let n_components = weights.len();
    ModelProblem::ensure(n_components.checked_mul(n_features) == Some(means.len()), || {
        format!("it has {} means, not {n_components} x {n_features}", means.len())
    })?;
    BernoulliMixture::new(weights, means).map_err(|error| ModelProblem::Invalid(error.to_string()))
}

/// A mixture in the file: the list of weights, then that of means.
mod mixture {
    use super::{BernoulliMixture, ModelProblem, mixture_from};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        mixture: &BernoulliMixture,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (mixture.weights(), mixture.means()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BernoulliMixture, D::Error> {
        let (weights, means) = <(Vec<f64>, Vec<f64>)>::deserialize(from)?;
        let n_features = means.len() / weights.len().max(1);
        mixture_from(weights, means, n_features).map_err(|problem| match problem {
            ModelProblem::Invalid(what) => D::Error::custom(what),
            other => D::Error::custom(other),
        })
    }
}

/// A provenance in the file, field after field: flat maps, as in JSON, have no binary form.
mod provenance {
    use super::Provenance;
    use crate::record::{Digest, FitSettings};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        provenance: &Option<Provenance>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let fields = provenance
            .as_ref()
            .map(|p| (&p.program_version, &p.data_sha256, p.n_samples, p.synthetic, &p.settings));
        fields.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Provenance>, D::Error> {
        let fields = Option::<(String, Digest, u64, bool, FitSettings)>::deserialize(from)?;
        Ok(fields.map(|(program_version, data_sha256, n_samples, synthetic, settings)| {
            Provenance { program_version, data_sha256, n_samples, synthetic, settings }
        }))
    }
}
