//! Files looked at where they lie: the system reads their pages when somebody looks and lets go of them when memory is short.
//!
//! A file must not be changed meanwhile. What is written into it is seen, and a process that looks where a file has been cut off, or where
//! a disk fails, is ended by the system (SIGBUS). Programs that write well, this one too, put a new file in the place of the old one,
//! which does no harm.

use crate::bits::SharedBytes;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// The bytes of `file` as they are now.
///
/// # Errors
/// What the operating system says.
#[expect(unsafe_code, reason = "the system, not the compiler, keeps these bytes as they are")]
pub(crate) fn map(file: &File) -> io::Result<SharedBytes> {
    // SAFETY: read-only, and the file lives as long as its pages are mapped. That nobody writes into it cannot be made sure; but safe code
    // looks at the bytes and checks every place: other bytes are other rows, and at worst a place that does not exist.
    let bytes = unsafe { memmap2::Mmap::map(file) }?;
    // Passes over rows go from the first one to the last one. It is advice: without it, pages come all the same.
    #[cfg(unix)]
    let _ = bytes.advise(memmap2::Advice::Sequential);
    Ok(Arc::new(bytes))
}
