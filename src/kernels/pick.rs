//! Bits as masks and masks as bits: adding to those of eight numbers that a byte picks, the innermost step of
//! [`super::pairs`], and which of sixteen marks reach a threshold, the last step of [`super::screen`].
//!
//! In two forms with the same results. AVX-512 has each as one instruction, which the compiler does not find by itself; that
//! form is the only place in the crate with `unsafe` code.

use super::lanes::{Lanes, Octet};

/// Between bits and lanes: bit j belongs to lane j.
pub(super) trait Pick {
    /// `sum` plus `scores`, in the lanes of `byte`.
    fn add_scores(sum: Octet<f64>, scores: &Octet<f64>, byte: u8) -> Octet<f64>;

    /// Adds `weight` to `sum` in the lanes of `byte`.
    fn add_weight(sum: &mut Octet<i64>, weight: i64, byte: u8);

    /// The lanes whose mark is at least `lowest`.
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16;
}

/// By masks from a table.
pub(super) struct Portable;

/// For each byte, which of its eight features are one: all bits or none.
static MASKS: [Octet<u64>; 256] = masks();

const fn masks() -> [Octet<u64>; 256] {
    let mut masks = [const { Lanes([0; 8]) }; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut j = 0;
        while j < 8 {
            masks[byte].0[j] = if byte >> j & 1 == 1 { u64::MAX } else { 0 };
            j += 1;
        }
        byte += 1;
    }
    masks
}

impl Pick for Portable {
    #[inline(always)]
    fn add_scores(sum: Octet<f64>, scores: &Octet<f64>, byte: u8) -> Octet<f64> {
        let mask = MASKS[usize::from(byte)];
        // A sum that begins at 0 never becomes -0, so adding 0 changes no bit of it.
        let picked = scores.zip(mask, |s, m| f64::from_bits(s.to_bits() & m));
        sum.zip(picked, |a, b| a + b)
    }

    #[inline(always)]
    fn add_weight(sum: &mut Octet<i64>, weight: i64, byte: u8) {
        *sum = sum.zip(MASKS[usize::from(byte)], |s, m| s.wrapping_add(weight & m as i64));
    }

    #[inline(always)]
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
        let flags = marks.map(|mark| u8::from(mark >= lowest));
        let (halves, _) = flags.as_chunks::<8>();
        gather(halves[0]) | gather(halves[1]) << 8
    }
}

/// Eight flags, each 0 or 1, as bits, the first one lowest. One multiplication moves flag `j` to bit `56 + j`; no two
/// partial products meet, so nothing carries.
#[inline(always)]
fn gather(flags: [u8; 8]) -> u16 {
    (u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u16
}

/// By the masked instructions of AVX-512; to be used only where the processor has them.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(not(target_arch = "x86_64"))]
pub(super) use Portable as Avx512;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx512 {
    use super::{Avx512, Octet, Pick};
    use std::arch::x86_64::{
        _mm256_cmpge_epi16_mask, _mm256_loadu_si256, _mm256_set1_epi16, _mm512_load_epi64,
        _mm512_load_pd, _mm512_mask_add_epi64, _mm512_mask_add_pd, _mm512_set1_epi64,
        _mm512_store_epi64, _mm512_store_pd,
    };

    impl Pick for Avx512 {
        #[inline(always)]
        fn add_scores(sum: Octet<f64>, scores: &Octet<f64>, byte: u8) -> Octet<f64> {
            // SAFETY: `dispatch` names this form only in functions that are compiled for AVX-512 and run where it is.
            unsafe { add_scores(sum, scores, byte) }
        }

        #[inline(always)]
        fn add_weight(sum: &mut Octet<i64>, weight: i64, byte: u8) {
            // SAFETY: as above.
            unsafe { add_weight(sum, weight, byte) }
        }

        #[inline(always)]
        fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
            // SAFETY: as above.
            unsafe { at_least(marks, lowest) }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn add_scores(sum: Octet<f64>, scores: &Octet<f64>, byte: u8) -> Octet<f64> {
        let mut total = sum;
        // SAFETY: an octet is 64 bytes at an address that is a multiple of 64.
        unsafe {
            let (a, b) = (_mm512_load_pd(sum.0.as_ptr()), _mm512_load_pd(scores.0.as_ptr()));
            _mm512_store_pd(total.0.as_mut_ptr(), _mm512_mask_add_pd(a, byte, a, b));
        }
        total
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn add_weight(sum: &mut Octet<i64>, weight: i64, byte: u8) {
        // SAFETY: an octet is 64 bytes at an address that is a multiple of 64.
        unsafe {
            let (a, b) = (_mm512_load_epi64(sum.0.as_ptr()), _mm512_set1_epi64(weight));
            _mm512_store_epi64(sum.0.as_mut_ptr(), _mm512_mask_add_epi64(a, byte, a, b));
        }
    }
    #[inline]
    #[target_feature(enable = "avx512bw,avx512vl")]
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
        // SAFETY: sixteen marks are 32 bytes, wherever they lie.
        let marks = unsafe { _mm256_loadu_si256(marks.as_ptr().cast()) };
        _mm256_cmpge_epi16_mask(marks, _mm256_set1_epi16(lowest))
    }
}
