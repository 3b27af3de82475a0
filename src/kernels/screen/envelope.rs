//! The envelope: for every pattern of four features, bounds on the pattern sums of all components.

use crate::kernels::lanes::Lanes16;

/// One number for each of the 16 patterns of four features.
pub type Patterns = [f32; 16];

/// Finite stand-in for the log-odds -inf of a feature that is never one: `inf - inf` would be NaN.
pub const LOG_ODDS_OF_ZERO: f32 = -1e5;

/// A pattern sum below this holds [`LOG_ODDS_OF_ZERO`]: the pattern is impossible.
const IMPOSSIBLE: f32 = LOG_ODDS_OF_ZERO / 2.0;

/// Bounds on the pattern sums of some components, for one group of four features.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// The largest sum of each pattern.
    pub upper_bound: Patterns,
    /// The smallest sum of each pattern among the components in which it is possible.
    pub lower_bound: Patterns,
}

/// One component as screening sees it.
#[derive(Debug, Clone, Copy)]
pub struct ScreenedComponent<'a> {
    /// Log-odds: one word for each word of a packed row.
    pub log_odds: &'a [Lanes16<f32>],
    /// Features with a mean of exactly 0, as a packed row in words.
    pub never: Option<&'a [u16]>,
}

impl Envelope {
    /// Of no components.
    pub const NONE: Self =
        Self { upper_bound: [f32::NEG_INFINITY; 16], lower_bound: [f32::INFINITY; 16] };
}

impl ScreenedComponent<'_> {
    /// The eight log-odds of one byte.
    #[inline(always)]
    pub(super) fn byte(&self, index: usize) -> [f32; 8] {
        let never = self.never.map_or(0, |words| words[index / 2] >> (index % 2 * 8));
        let mut log_odds = self.log_odds[index / 2].0.as_chunks().0[index % 2];
        for (j, o) in log_odds.iter_mut().enumerate() {
            *o = if never >> j & 1 == 1 { LOG_ODDS_OF_ZERO } else { *o };
        }
        log_odds
    }
}

#[inline(always)]
pub(crate) fn widen_envelope(
    envelope: &mut [[Envelope; 2]],
    component: ScreenedComponent,
    first: usize,
) {
    for (index, groups) in (first..).zip(envelope) {
        let byte = component.byte(index);
        for (group, features) in byte.as_chunks::<4>().0.iter().enumerate() {
            let Envelope { upper_bound: mut upper, lower_bound: mut lower } = groups[group];
            for pattern in 0..16 {
                let mut sum = 0.0;
                for (j, feature) in features.iter().enumerate() {
                    sum += if pattern >> j & 1 == 1 { *feature } else { 0.0 };
                }
                upper[pattern] = if sum > upper[pattern] { sum } else { upper[pattern] };
                lower[pattern] =
                    if sum < lower[pattern] && sum > IMPOSSIBLE { sum } else { lower[pattern] };
            }
            groups[group] = Envelope { upper_bound: upper, lower_bound: lower };
        }
    }
}
