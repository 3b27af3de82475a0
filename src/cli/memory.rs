//! What the program asks of the allocator.

/// Memory from so many bytes on is the system's again as soon as it is freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 1 << 18;

/// Has large memory returned to the system when it is freed.
///
/// Left alone, the allocator of glibc learns from every large piece that is freed to keep pieces of that size, up to 32 MB each
/// and for each thread apart: at K = 1000 half as much again as the fit needs. Other allocators need no such word.
pub(super) fn return_what_is_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "there is no safe way to say this to the allocator")]
    // SAFETY: sets a number that the allocator reads at its next call. No other thread runs yet, and if the number is refused
    // nothing changes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}
