//! Operations on sixteen lanes of which a 16-bit word masks some.
//!
//! Adding to the masked lanes is the innermost step of [`crate::kernels::sparse::multi_way`]. The
//! largest of sixteen marks, and which of them reach a threshold, are what
//! [`crate::kernels::screen::select`] is made of.
//!
//! There are two forms with the same results. AVX-512 has instructions for these operations that
//! the compiler does not find by itself, or not reliably. SSE2 has one for the threshold. These
//! instructions and the prefetch are `unsafe`.

#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Avx512;

use super::lanes::{Lanes, Lanes16};

/// Operations on sixteen lanes and a word: bit j of the word belongs to lane j.
pub(super) trait Masked {
    /// `sum` plus `scores`, in the lanes of `word`.
    fn add_scores(sum: Lanes16<f32>, scores: &Lanes16<f32>, word: u16) -> Lanes16<f32>;

    fn add_weight(sum: &mut Lanes16<i32>, weight: i32, word: u16);

    fn largest(marks: &[i16; 16]) -> i16;

    /// The lanes whose mark is at least `lowest`.
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16;
}

/// By masks from a table.
pub(super) struct Portable;

/// For each byte, which of its eight features are one: all bits or none.
static MASKS: [[u32; 8]; 256] = masks();

const fn masks() -> [[u32; 8]; 256] {
    let mut masks = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut j = 0;
        while j < 8 {
            masks[byte][j] = if byte >> j & 1 == 1 { u32::MAX } else { 0 };
            j += 1;
        }
        byte += 1;
    }
    masks
}

/// The masks of sixteen features.
#[inline(always)]
fn masks_of(word: u16) -> Lanes16<u32> {
    let mut masks = Lanes::default();
    let [low, high] = word.to_le_bytes();
    let (halves, _) = masks.0.as_chunks_mut::<8>();
    (halves[0], halves[1]) = (MASKS[usize::from(low)], MASKS[usize::from(high)]);
    masks
}

impl Masked for Portable {
    #[inline(always)]
    fn add_scores(sum: Lanes16<f32>, scores: &Lanes16<f32>, word: u16) -> Lanes16<f32> {
        // A sum that begins at 0 never becomes -0, so adding 0 changes no bit of it.
        let picked = scores.zip(masks_of(word), |s, m| f32::from_bits(s.to_bits() & m));
        sum.zip(picked, |a, b| a + b)
    }

    #[inline(always)]
    fn add_weight(sum: &mut Lanes16<i32>, weight: i32, word: u16) {
        *sum = sum.zip(masks_of(word), |s, m| s.wrapping_add(weight & m as i32));
    }

    #[inline(always)]
    fn largest(marks: &[i16; 16]) -> i16 {
        Lanes(*marks).reduce(|a, b| a.max(b))
    }

    #[inline(always)]
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
        at_least(marks, lowest)
    }
}

/// By the instruction of SSE2 that makes bits of flags. It saves a twentieth of a fit at K = 100.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline(always)]
fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
    use std::arch::x86_64::{
        _mm_cmpgt_epi16, _mm_loadu_si128, _mm_movemask_epi8, _mm_packs_epi16, _mm_set1_epi16,
    };
    // SAFETY: eight marks are 16 bytes, wherever they lie, and every x86-64 has SSE2.
    unsafe {
        let below = |marks: &[i16; 8]| {
            _mm_cmpgt_epi16(_mm_set1_epi16(lowest), _mm_loadu_si128(marks.as_ptr().cast()))
        };
        let (halves, _) = marks.as_chunks::<8>();
        !(_mm_movemask_epi8(_mm_packs_epi16(below(&halves[0]), below(&halves[1]))) as u16)
    }
}

#[cfg(not(target_arch = "x86_64"))]
use at_least_of_flags as at_least;

#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn at_least_of_flags(marks: &[i16; 16], lowest: i16) -> u16 {
    let flags: [u8; 16] = super::lanes::array(|l| u8::from(marks[l] >= lowest));
    let (halves, _) = flags.as_chunks::<8>();
    gather(halves[0]) | gather(halves[1]) << 8
}

/// Eight flags, each 0 or 1, as bits, the first one lowest. One multiplication moves flag `j` to
/// bit `56 + j`; no two partial products meet, so nothing carries.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn gather(flags: [u8; 8]) -> u16 {
    (u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u16
}

/// Fetches `entries` into the cache before they are needed, where the processor can be asked to.
/// Rows that share components lie scattered in memory. Waiting for one after another takes as long
/// as all the rest. Most lists lie in two or three lines of the cache, so the first and the last
/// entry do. In longer lists the processor itself sees what comes next.
#[inline(always)]
#[cfg_attr(target_arch = "x86_64", allow(unsafe_code))]
pub(super) fn prefetch<T>(entries: &[T]) {
    #[cfg(target_arch = "x86_64")]
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for entry in [first, last] {
            // SAFETY: a hint, which reads nothing, and every processor of this kind knows it.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast()) }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = entries;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest mark and the lanes that reach `lowest`, in all forms that the processor has.
    fn all_forms(marks: &[i16; 16], lowest: i16) -> Vec<(i16, u16)> {
        let largest = Portable::largest(marks);
        #[allow(unused_mut)]
        let mut found = vec![
            (largest, Portable::at_least(marks, lowest)),
            (largest, at_least_of_flags(marks, lowest)),
        ];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl") {
            found.push((Avx512::largest(marks), Avx512::at_least(marks, lowest)));
        }
        found
    }

    #[test]
    fn all_forms_find_the_largest_mark_wherever_it_is_and_those_at_the_threshold() {
        let values = [i16::MIN, i16::MIN + 1, -300, -8, -1, 0, 1, 255, 256, i16::MAX - 1, i16::MAX];
        for (largest, place) in values.into_iter().flat_map(|v| (0..16).map(move |p| (v, p))) {
            let lower: Vec<i16> = values.into_iter().filter(|v| *v <= largest).collect();
            let mut marks: [i16; 16] = std::array::from_fn(|l| lower[l * 5 % lower.len()]);
            marks[place] = largest;
            for lowest in values {
                let bits = (0..16).fold(0, |bits, l| bits | u16::from(marks[l] >= lowest) << l);
                for found in all_forms(&marks, lowest) {
                    assert_eq!(found, (largest, bits), "{lowest} in {marks:?}");
                }
            }
        }
    }
}
