//! Loads images, clusters them, saves the model, and uses it on images again.

use bmm::{Binarize, FitParams, Model, Pixels, Source, fit, load, write_npy};

fn main() -> bmm::Result<()> {
    let folder = std::env::temp_dir().join("bmm-example");
    let (images, file) = (folder.join("images.npy"), folder.join("model.bmm"));

    // Sixty images of 6 x 8, bright above or below the middle, with a dark pixel each.
    let grey =
        |i: usize, p: usize| if (p < 24) == i.is_multiple_of(2) && p != i % 48 { 220 } else { 15 };
    let values = (0..60 * 48).map(|at| grey(at / 48, at % 48)).collect();
    std::fs::create_dir_all(&folder).map_err(bmm::Error::io(&folder))?;
    let bytes = write_npy(&Pixels::new(60, 6, 8, values)?);
    std::fs::write(&images, bytes).map_err(bmm::Error::io(&images))?;

    // Any source that the commands read: pictures, folders, IDX, .npy, tables.
    let pixels = load(&Source::new(&images))?.pixels;
    let rule: Binarize = "threshold:128".parse()?;
    let fitted = fit(&rule.apply(&pixels)?, &FitParams::new(2))?;

    // The model keeps the size and the rule, so that later images are treated alike.
    let (height, width) = (pixels.height() as u32, pixels.width() as u32);
    Model::new(fitted.mixture, height, width, rule)?.overwrite(&file)?;

    let model = Model::read(&file)?;
    let images = load(&Source::new(&images))?.pixels;
    let clusters = model.mixture.predict(&model.binarize.apply(&images)?)?;
    let n_like_the_first = clusters.iter().filter(|&&k| k == clusters[0]).count();
    println!("{n_like_the_first} of 60 images are in the cluster of the first");
    assert_eq!(n_like_the_first, 30);
    Ok(())
}
