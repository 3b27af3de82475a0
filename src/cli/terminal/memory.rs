//! Memory: what the allocator is told, and how much may go into lists of rows.

#[cfg(target_os = "linux")]
use std::{fs, path::Path};

/// Pieces of at least this many bytes go back to the system when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 1 << 18;

/// Makes the allocator of glibc return large pieces to the system when they are freed. By default
/// it keeps freed pieces of up to 32 MB, for each thread apart. At K = 1000 that is half as much
/// again as the fit needs. Other allocators do not do this.
pub(crate) fn return_what_is_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "there is no safe way to tell the allocator")]
    // SAFETY: sets a number that the allocator reads at its next call. No other thread runs yet.
    // If the number is refused, nothing changes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Taken for what is free where the system does not say: 2 GiB.
const UNKNOWN: usize = 2 << 30;

/// Bytes for lists of rows: those `asked` for, or half of what is free.
pub(crate) fn for_lists(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| free().map_or(UNKNOWN, |free| free / 2))
}

/// A size in bytes. The letters K, M, G and T behind it stand for powers of 1024.
pub(crate) fn size(text: &str) -> Result<usize, &'static str> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => Some(0),
        "K" | "KB" | "KIB" => Some(10),
        "M" | "MB" | "MIB" => Some(20),
        "G" | "GB" | "GIB" => Some(30),
        "T" | "TB" | "TIB" => Some(40),
        _ => None,
    };
    let size = digits.parse::<f64>().ok().zip(unit).map(|(n, unit)| n * f64::from(unit).exp2());
    let size = size.filter(|size| (0.0..9e18).contains(size)).map(|size| size as usize);
    size.ok_or("must be a number of bytes, or one with K, M, G or T behind it, such as 512M")
}

/// The bytes that are free for this process, if the system says so.
#[cfg(target_os = "linux")]
fn free() -> Option<usize> {
    let about = fs::read_to_string("/proc/meminfo").ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free =
        line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()?.checked_mul(1024)?;
    Some(limits().into_iter().fold(free, usize::min))
}

/// The limits of this process's control groups (version 1 or 2): those of containers and services.
#[cfg(target_os = "linux")]
fn limits() -> Vec<usize> {
    let mut limits = Vec::new();
    // Lines such as `0::/system.slice/job` and `4:memory:/job`. In a container the path may be the
    // host's.
    for line in fs::read_to_string("/proc/self/cgroup").unwrap_or_default().lines() {
        let (root, file, path) = match line.splitn(3, ':').collect::<Vec<_>>()[..] {
            [_, "", path] => ("/sys/fs/cgroup", "memory.max", path),
            [_, "memory", path] => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", path),
            _ => continue,
        };
        let own = Path::new(root).join(path.trim_start_matches('/'));
        let folders = own.ancestors().take_while(|folder| folder.starts_with(root));
        let texts = folders.filter_map(|folder| fs::read_to_string(folder.join(file)).ok());
        limits.extend(texts.filter_map(|text| text.trim().parse::<usize>().ok()));
    }
    limits
}

#[cfg(not(target_os = "linux"))]
fn free() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let sizes = ["0", "1000", "64K", "1.5m", "2G", "3 GB", "1TiB"].map(|text| size(text).ok());
        let expected = [0, 1000, 64 << 10, 3 << 19, 2 << 30];
        assert_eq!(sizes[..5], expected.map(Some));
        assert_eq!(sizes[5..], [None, Some(1 << 40)]);
        for wrong in ["", "G", "-1", "nan", "1X", "1e30", "ten"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn some_memory_is_free_and_half_of_it_is_taken() {
        assert!(free().is_some_and(|free| free > 1 << 20));
        assert_eq!(for_lists(Some(7)), 7);
        assert!(for_lists(None) < usize::MAX / 2);
    }
}
