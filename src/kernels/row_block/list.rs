//! From packed bytes to entries for what is not blank.

use super::tile::{TILE_BYTES, TILE_WORDS};

/// The numbers of nibbles and of words of a packed row that are not blank.
pub(super) fn n_not_blank(row: &[u8]) -> [u32; 2] {
    let mut counts = [0; 2];
    for nibbles in words_of_eight(row).map(nibbles_of) {
        counts[0] += nibbles.count_ones();
        counts[1] += words_of(nibbles).count_ones();
    }
    counts
}

/// Room for the entries of one tile's row, the padding included; a power of two.
pub(super) const SCRATCH: usize = 4 * TILE_BYTES;
pub(super) type Scratch<T> = [T; SCRATCH];

// Every entry is written, and kept only if it is not blank: there is no branch to be predicted
// wrongly. The remainders tell the compiler that places are in range.

pub(super) fn list_words<const N: usize>(bytes: &[u8], scratch: &mut [u32; N]) -> usize {
    let mut n = 0;
    for (bits, first) in words_of_eight(bytes).zip((0..).step_by(4 << 16)) {
        for j in 0..4 {
            let word = (bits >> (16 * j)) as u32 & 0xffff;
            scratch[n % N] = first + (j << 16) + word;
            n += usize::from(word != 0);
        }
    }
    n
}

pub(super) fn list_nibbles(bytes: &[u8], scratch: &mut Scratch<u16>) -> usize {
    // Four out of each word that is not blank.
    let mut words = [0; 2 * TILE_WORDS];
    let n_words = list_words(bytes, &mut words);
    let mut n = 0;
    for entry in &words[..n_words] {
        let (first, word) = ((entry >> 16) as u16 * 64, *entry as u16);
        for j in 0..4 {
            let nibble = word >> (4 * j) & 0xf;
            scratch[n % SCRATCH] = first + 16 * j + nibble;
            n += usize::from(nibble != 0);
        }
    }
    n
}

/// Eight bytes at a time, the first one lowest; zeros behind the end.
fn words_of_eight(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([u64::from_le_bytes(last)])
}

/// The lowest bit of every nibble that is not blank.
fn nibbles_of(bits: u64) -> u64 {
    let pairs = bits | bits >> 1;
    (pairs | pairs >> 2) & 0x1111_1111_1111_1111
}

/// The lowest bit of every word that is not blank, from [`nibbles_of`].
fn words_of(nibbles: u64) -> u64 {
    let bytes = nibbles | nibbles >> 4;
    (bytes | bytes >> 8) & 0x0001_0001_0001_0001
}
