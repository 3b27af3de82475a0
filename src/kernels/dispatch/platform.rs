//! The instruction sets that the kernels are compiled for, and the choice among them.

use std::sync::OnceLock;

/// An instruction set for which the kernels are compiled. [`Self::available`] alone makes values
/// other than [`Self::Portable`]: the processor has their instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    /// What every processor of the target has: SSE2 on x86-64, NEON on ARM.
    Portable,
    /// The level x86-64-v2.
    #[cfg(target_arch = "x86_64")]
    Sse42,
    /// The level x86-64-v3.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The level x86-64-v4.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Whether the processor has all of some features.
#[cfg(target_arch = "x86_64")]
macro_rules! has {
    ($($feature:tt),*) => { $(is_x86_feature_detected!($feature))&&* };
}

impl Platform {
    /// The instruction sets that this processor has, the best one first.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn available() -> Vec<Self> {
        // Each level includes those below.
        let v2 = has!("cmpxchg16b", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3");
        let v3 =
            v2 && has!("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave");
        let v4 = v3 && has!("avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl");
        let all = [(v4, Self::Avx512), (v3, Self::Avx2), (v2, Self::Sse42), (true, Self::Portable)];
        all.into_iter().filter_map(|(is_there, platform)| is_there.then_some(platform)).collect()
    }

    /// The instruction sets that this processor has, the best one first.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn available() -> Vec<Self> {
        vec![Self::Portable]
    }

    /// The one that kernels run on: the best one, unless a test asks for another.
    pub(super) fn current() -> Self {
        static CURRENT: OnceLock<Platform> = OnceLock::new();
        #[cfg(not(test))]
        let choose = || Self::available()[0];
        #[cfg(test)]
        let choose = super::tests::environment::chosen;
        *CURRENT.get_or_init(choose)
    }

    /// Its name in what users read.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Portable if cfg!(target_feature = "neon") => "neon",
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Sse42 => "sse4.2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
        }
    }
}
