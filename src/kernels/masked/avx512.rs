//! The operations on masked lanes by the instructions of AVX-512.

#![allow(unsafe_code)]

use super::{Lanes16, Masked};
use std::arch::x86_64::{
    _mm_cvtsi128_si32, _mm_loadu_si128, _mm_max_epi16, _mm_minpos_epu16, _mm_set1_epi16,
    _mm_xor_si128, _mm256_cmpge_epi16_mask, _mm256_loadu_si256, _mm256_set1_epi16,
    _mm512_load_epi32, _mm512_load_ps, _mm512_mask_add_epi32, _mm512_mask_add_ps,
    _mm512_set1_epi32, _mm512_store_epi32, _mm512_store_ps,
};

/// To be used only where the processor has AVX-512.
pub(in crate::kernels) struct Avx512;

impl Masked for Avx512 {
    #[inline(always)]
    fn add_scores(sum: Lanes16<f32>, scores: &Lanes16<f32>, word: u16) -> Lanes16<f32> {
        // SAFETY: `dispatch` uses this form only in functions compiled for AVX-512, on processors
        // that have it.
        unsafe { add_scores(sum, scores, word) }
    }

    #[inline(always)]
    fn add_weight(sum: &mut Lanes16<i32>, weight: i32, word: u16) {
        // SAFETY: see `add_scores`.
        unsafe { add_weight(sum, weight, word) }
    }

    #[inline(always)]
    fn largest(marks: &[i16; 16]) -> i16 {
        // SAFETY: see `add_scores`.
        unsafe { largest(marks) }
    }

    #[inline(always)]
    fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
        // SAFETY: see `add_scores`.
        unsafe { at_least(marks, lowest) }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_scores(sum: Lanes16<f32>, scores: &Lanes16<f32>, word: u16) -> Lanes16<f32> {
    let mut total = sum;
    // SAFETY: sixteen lanes are 64 bytes at an address that is a multiple of 64.
    unsafe {
        let (a, b) = (_mm512_load_ps(sum.0.as_ptr()), _mm512_load_ps(scores.0.as_ptr()));
        _mm512_store_ps(total.0.as_mut_ptr(), _mm512_mask_add_ps(a, word, a, b));
    }
    total
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_weight(sum: &mut Lanes16<i32>, weight: i32, word: u16) {
    // SAFETY: sixteen lanes are 64 bytes at an address that is a multiple of 64.
    unsafe {
        let (a, b) = (_mm512_load_epi32(sum.0.as_ptr()), _mm512_set1_epi32(weight));
        _mm512_store_epi32(sum.0.as_mut_ptr(), _mm512_mask_add_epi32(a, word, a, b));
    }
}

/// There is an instruction for the smallest of unsigned numbers: so the order is turned.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn largest(marks: &[i16; 16]) -> i16 {
    let (halves, _) = marks.as_chunks::<8>();
    // SAFETY: eight marks are 16 bytes, wherever they lie.
    let half = |i: usize| unsafe { _mm_loadu_si128(halves[i].as_ptr().cast()) };
    let turn = _mm_set1_epi16(i16::MAX);
    let turned = _mm_xor_si128(_mm_max_epi16(half(0), half(1)), turn);
    _mm_cvtsi128_si32(_mm_minpos_epu16(turned)) as i16 ^ i16::MAX
}

#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn at_least(marks: &[i16; 16], lowest: i16) -> u16 {
    // SAFETY: sixteen marks are 32 bytes, wherever they lie.
    let marks = unsafe { _mm256_loadu_si256(marks.as_ptr().cast()) };
    _mm256_cmpge_epi16_mask(marks, _mm256_set1_epi16(lowest))
}
