//! What the environment asks of the tests: see [`crate::kernels::dispatch`].

use super::super::platform::Platform;
use std::env;

/// The instruction set that `BMM_USE_ISA` names, or the best one.
pub(in super::super) fn chosen() -> Platform {
    let available = Platform::available();
    let Ok(name) = env::var("BMM_USE_ISA") else { return available[0] };
    find(&available, &name).unwrap_or_else(|| panic!("BMM_USE_ISA: there is no {name} here"))
}

/// Fails if an instruction set that `BMM_REQUIRE_ISA` names is missing.
pub(super) fn require(available: &[Platform]) {
    let Ok(names) = env::var("BMM_REQUIRE_ISA") else { return };
    for name in names.split(',').map(str::trim) {
        assert!(find(available, name).is_some(), "BMM_REQUIRE_ISA: there is no {name} here");
    }
}

fn find(available: &[Platform], name: &str) -> Option<Platform> {
    available.iter().copied().find(|platform| platform.name() == name)
}
