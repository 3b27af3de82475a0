//! Reads a part of a file straight into place, by several threads where the system allows it.
//! Nothing is copied in between. The first touch of fresh memory, which costs as much as the
//! reading, is shared among the threads.

use std::{fs::File, io};

#[cfg(unix)]
pub(crate) use in_parts as read;
#[cfg(not(unix))]
pub(crate) use in_sequence as read;

/// Bytes of one request: many against its overhead, few enough for several threads to share a file.
#[cfg(unix)]
const PART: usize = 1 << 20;

/// Reads `bytes.len()` bytes of `file` from `offset` on, in parts on any free thread. Reads at an
/// offset do not move the file's cursor. Errors: what the operating system says;
/// [`io::ErrorKind::UnexpectedEof`] if the file ends too early.
#[cfg(unix)]
pub(crate) fn in_parts(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    use crate::parallel;
    use std::os::unix::fs::FileExt;
    let read = |(i, part): (usize, &mut [u8])| file.read_exact_at(part, offset + (i * PART) as u64);
    parallel::try_map(bytes.chunks_mut(PART).enumerate(), read).map(drop)
}

/// [`in_parts`] for any system: seek, then read.
#[cfg(any(not(unix), test))]
pub(crate) fn in_sequence(mut file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn parts_side_by_side_are_the_file_in_sequence() {
        let content: Vec<u8> = (0..3 * PART + 17).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        for (offset, len) in [(0, content.len()), (16, 3 * PART), (5, 1), (9, 0), (PART, PART)] {
            let (mut parallel, mut sequential) = (vec![0; len], vec![0; len]);
            in_parts(&file, offset as u64, &mut parallel).unwrap();
            in_sequence(&file, offset as u64, &mut sequential).unwrap();
            assert!(parallel == sequential && parallel == content[offset..offset + len]);
        }
    }

    #[test]
    fn an_early_end_is_an_error_in_every_part() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 2 * PART]).unwrap();
        for offset in [1, PART, 2 * PART, 9 * PART] {
            let mut bytes = vec![0; 2 * PART];
            for read in [in_parts, in_sequence] {
                let error = read(&file, offset as u64, &mut bytes).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            }
        }
    }
}
