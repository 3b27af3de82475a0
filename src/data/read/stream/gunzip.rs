//! The content of a gzip file: its members one after another, zeros behind them passed over as
//! `gzip -t` does, and no more of it than a file of that length may sensibly hold.

use super::bounded::Beyond;
use flate2::bufread::GzDecoder;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// Content of so many bytes is read however well it is packed, 32 MiB.
const FREE: u64 = 32 << 20;
/// Beyond them, content may be so many times as long as the file. Deflate reaches 1032, with data
/// that is nearly all the same.
const MAX_RATIO: u64 = 256;

pub(super) struct Gunzip<R> {
    /// `None` behind the last member.
    member: Option<GzDecoder<BufReader<Counted<R>>>>,
    n_packed: Rc<Cell<u64>>,
    n_unpacked: u64,
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(file: R) -> Self {
        let n_packed = Rc::default();
        let counted = Counted { inner: file, n: Rc::clone(&n_packed) };
        let file = BufReader::with_capacity(1 << 16, counted);
        Self { member: Some(GzDecoder::new(file)), n_packed, n_unpacked: 0 }
    }

    /// Goes on to the next member. There is none if only zeros are left.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(mut file) = self.member.take().map(GzDecoder::into_inner) else { return Ok(()) };
        while let [first, ..] = *file.fill_buf()? {
            if first != 0 {
                self.member = Some(GzDecoder::new(file));
                break;
            }
            file.consume(1);
        }
        Ok(())
    }
}

/// Refuses content that is so much longer than its file that hardly anything can be in it.
pub(crate) fn check_ratio(n_unpacked: u64, n_packed: u64) -> io::Result<()> {
    if n_unpacked > FREE.max(MAX_RATIO.saturating_mul(n_packed)) {
        let what = format!("it unpacks to more than {MAX_RATIO} times its size");
        return Err(Beyond::error(what, "32 MiB packed like that"));
    }
    Ok(())
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let n = member.read(buffer)?;
            self.n_unpacked += n as u64;
            check_ratio(self.n_unpacked, self.n_packed.get())?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.next_member()?;
        }
        Ok(0)
    }
}

/// A reader that counts its bytes for someone else.
struct Counted<R> {
    inner: R,
    n: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n.set(self.n.get() + n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::gzip;
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    /// As well packed as can be.
    fn best_gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(file: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Gunzip::new(file).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn members_follow_each_other_and_zeros_may_follow_them() {
        let (a, b) = (gzip(b"abc"), gzip(b"de"));
        for zeros in [0, 1, 511, 100_000] {
            let zeros = vec![0; zeros];
            assert_eq!(unpacked(&[&a[..], &b, &zeros].concat()).unwrap(), b"abcde");
            assert_eq!(unpacked(&[&a[..], &zeros, &b].concat()).unwrap(), b"abcde");
        }
        assert_eq!(unpacked(&gzip(b"")).unwrap(), b"");
    }

    #[test]
    fn other_bytes_behind_a_member_and_a_cut_member_are_errors() {
        let a = gzip(b"abc");
        assert!(unpacked(&[&a[..], b"x"].concat()).is_err());
        assert!(unpacked(&[&a[..], b"\0\0x"].concat()).is_err());
        assert!(unpacked(&[&a[..], &a[..9]].concat()).is_err());
        for len in 0..a.len() {
            assert!(unpacked(&a[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn content_may_be_dense_or_short_but_not_both_long_and_nearly_empty() {
        let unpacked = |n: u64| unpacked(&best_gzip(&vec![0; n as usize])).map(|bytes| bytes.len());
        assert_eq!(unpacked(FREE).ok(), Some(FREE as usize));
        let problem = unpacked(4 * FREE).map_err(|error| Beyond::problem(&error).unwrap());
        assert!(problem.unwrap_err().to_string().contains("32 MiB packed like that"));
    }
}
