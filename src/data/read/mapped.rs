//! Memory-mapped files: the system loads a page at its first use and drops pages when memory is
//! short. The file must not change meanwhile. Bytes written into it are seen. Where it was cut off
//! or the disk fails, the system ends the process (SIGBUS). Replacing the file by a new one, as
//! this program writes, does no harm.

use crate::bits::SharedBytes;
use std::{fs::File, io, sync::Arc};

/// The bytes of `file` as they are now. Errors: what the operating system says.
#[expect(unsafe_code, reason = "the system, not the compiler, keeps these bytes as they are")]
pub(crate) fn map(file: &File) -> io::Result<SharedBytes> {
    // SAFETY: the map is read-only, and the file lives as long as its pages are mapped. Nobody can
    // be kept from writing into the file. But only safe code reads the bytes, and it checks every
    // index: changed bytes are other rows, at worst an index out of range.
    let bytes = unsafe { memmap2::Mmap::map(file) }?;
    // Rows are read from first to last. Failure of this advice does not matter.
    #[cfg(unix)]
    let _ = bytes.advise(memmap2::Advice::Sequential);
    Ok(Arc::new(bytes))
}
