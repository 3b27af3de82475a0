//! The hash of a binarised data set: a model names by it the rows that it was fitted to.

use crate::bits::BitMatrix;
use crate::digest::{Digest, Hasher};

/// SHA-256 of the rows. Hashed are `n_samples` and `n_features` (u64 each) and the packed bytes;
/// then, if entries are missing, the packed mask of them; then `weights` (f64 each), if any.
/// Numbers are little-endian. Labels are not hashed.
pub fn fingerprint(bits: &BitMatrix, weights: Option<&[f64]>) -> Digest {
    let mut hash = Hasher::default();
    hash.update(&(bits.n_samples() as u64).to_le_bytes());
    hash.update(&(bits.n_features() as u64).to_le_bytes());
    let pieces = bits.pieces().chain(bits.missing().into_iter().flat_map(BitMatrix::pieces));
    pieces.for_each(|piece| hash.update(&piece));
    weights.into_iter().flatten().for_each(|weight| hash.update(&weight.to_le_bytes()));
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_sha256_of_shape_and_bytes() {
        // printf '\1\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\5' | sha256sum
        let bits = BitMatrix::from_fn(1, 3, |_, d| d != 1);
        assert_eq!(fingerprint(&bits, None).to_string(), SHA_OF_ONE_ROW);
    }

    const SHA_OF_ONE_ROW: &str = "60ee384e0d3435d9ccb0db0acf82e36d7312657739c442d25c787fd04199364a";

    #[test]
    fn shape_and_every_bit_count() {
        let all: Vec<_> = [(2, 8), (1, 16), (2, 7)]
            .iter()
            .map(|&(n, d)| fingerprint(&BitMatrix::zeros(n, d), None))
            .chain([fingerprint(&BitMatrix::from_fn(2, 8, |i, d| i == 1 && d == 7), None)])
            .collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().map(Digest::bytes).collect();
        assert_eq!(distinct.len(), 4);
    }
}
