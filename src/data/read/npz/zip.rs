//! What a zip file holds, as far as NumPy writes it: members that are stored or deflated, also
//! beyond 4 GiB. Source: the APPNOTE of PKWARE, version 6.3.
//!
//! The directory at the end lists the members, and a record behind it says where it is. A member is
//! checked for its length and CRC while it is read. All together may not claim to be much longer
//! than the file.

use super::super::stream::check_ratio;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const END_64_LOCATOR: &[u8] = b"PK\x06\x07";
const ENTRY: &[u8] = b"PK\x01\x02";
const MEMBER: &[u8] = b"PK\x03\x04";
/// The record at the end, and the longest comment that may follow it.
const MAX_END: usize = 22 + 0xffff;
/// The most members that are looked at.
const MAX_MEMBERS: usize = 10_000;

pub(super) struct Archive {
    bytes: Arc<[u8]>,
    pub(super) members: Vec<Member>,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    is_encrypted: bool,
    method: u16,
    crc: u32,
    n_packed: u64,
    /// Its length when it is unpacked.
    pub(super) len: u64,
    /// Where its own header begins.
    at: u64,
}

impl Archive {
    /// The members of a whole file, or what is wrong with it.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let members = directory(&bytes).ok_or("its directory is cut short or damaged")?;
        let len = members.iter().fold(0, |sum: u64, member| sum.saturating_add(member.len));
        check_ratio(len, bytes.len() as u64).map_err(|error| error.to_string())?;
        Ok(Self { bytes: bytes.into(), members })
    }

    /// The content of a member, which is checked on the way: an error of kind `InvalidData`.
    pub(super) fn open(&self, member: &Member) -> Result<Box<dyn Read>, String> {
        let packed = self.packed(member).ok_or("a member lies outside of it")?;
        if member.is_encrypted {
            return Err("its members are encrypted".into());
        }
        let (crc, left) = (member.crc, member.len);
        Ok(match member.method {
            0 => Box::new(Checked { inner: packed, crc, left, sum: Crc::new() }),
            8 => {
                let inner = DeflateDecoder::new(packed);
                Box::new(Checked { inner, crc, left, sum: Crc::new() })
            }
            other => return Err(format!("its members are packed by method {other}")),
        })
    }

    fn packed(&self, member: &Member) -> Option<Cursor<Part>> {
        let header = self.bytes.get(usize::try_from(member.at).ok()?..)?;
        header.starts_with(MEMBER).then_some(())?;
        let start = 30 + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
        let end = start.checked_add(usize::try_from(member.n_packed).ok()?)?;
        header.get(start..end)?;
        let at = member.at as usize;
        Some(Cursor::new(Part { bytes: Arc::clone(&self.bytes), range: at + start..at + end }))
    }
}

/// A part of the file that lives on its own; its range lies inside.
struct Part {
    bytes: Arc<[u8]>,
    range: std::ops::Range<usize>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or_default()
    }
}

/// Content of a length and checksum.
struct Checked<R> {
    inner: R,
    crc: u32,
    left: u64,
    sum: Crc,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what.to_owned()));
        let n = self.inner.read(buffer)?;
        let Some(left) = self.left.checked_sub(n as u64) else {
            return damaged("a member is longer than it says");
        };
        self.left = left;
        self.sum.update(buffer.get(..n).unwrap_or_default());
        if n == 0 && !buffer.is_empty() && (left > 0 || self.sum.sum() != self.crc) {
            return damaged("a member is shorter than it says, or its checksum does not match");
        }
        Ok(n)
    }
}

/// The members that the directory lists.
fn directory(bytes: &[u8]) -> Option<Vec<Member>> {
    let tail = bytes.len().saturating_sub(MAX_END);
    let is_end = |at: &usize| {
        let record = bytes.get(*at..).filter(|record| record.starts_with(END));
        let comment = record.and_then(|record| u16_at(record, 20));
        comment.is_some_and(|len| at + 22 + usize::from(len) == bytes.len())
    };
    let end = (tail..bytes.len()).rev().find(is_end)?;
    let end_record = bytes.get(end..)?;
    let (mut n, mut at) = (u64::from(u16_at(end_record, 10)?), u64::from(u32_at(end_record, 16)?));
    if n == 0xffff || at == 0xffff_ffff {
        (n, at) = end_64(bytes, end)?;
    }
    let mut members = Vec::new();
    let mut rest = bytes.get(usize::try_from(at).ok()?..)?;
    for _ in 0..n.min(MAX_MEMBERS as u64) {
        let (member, len) = entry(rest)?;
        members.push(member);
        rest = rest.get(len..)?;
    }
    Some(members)
}

/// Number of members and place of the directory, from the longer record before the one at `end`.
fn end_64(bytes: &[u8], end: usize) -> Option<(u64, u64)> {
    let locator = bytes.get(end.checked_sub(20)?..end)?;
    locator.starts_with(END_64_LOCATOR).then_some(())?;
    let record = bytes.get(usize::try_from(u64_at(locator, 8)?).ok()?..)?;
    record.starts_with(END_64).then_some(())?;
    Some((u64_at(record, 32)?, u64_at(record, 48)?))
}

/// The first member of a directory, and the length of its entry.
fn entry(bytes: &[u8]) -> Option<(Member, usize)> {
    bytes.starts_with(ENTRY).then_some(())?;
    let n_name = usize::from(u16_at(bytes, 28)?);
    let n_extra = usize::from(u16_at(bytes, 30)?);
    let n_comment = usize::from(u16_at(bytes, 32)?);
    let name = bytes.get(46..46 + n_name)?;
    let extra = bytes.get(46 + n_name..46 + n_name + n_extra)?;
    // Lengths and place are in the extra field where they do not fit, in this order.
    let mut long = extra_64(extra).chunks_exact(8);
    let mut number = |short: u32| match short {
        u32::MAX => long.next().and_then(|bytes| u64_at(bytes, 0)),
        short => Some(short.into()),
    };
    let (len, n_packed) = (number(u32_at(bytes, 24)?)?, number(u32_at(bytes, 20)?)?);
    let member = Member {
        name: String::from_utf8_lossy(name).into_owned(),
        is_encrypted: u16_at(bytes, 8)? & 1 == 1,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        n_packed,
        len,
        at: number(u32_at(bytes, 42)?)?,
    };
    Some((member, 46 + n_name + n_extra + n_comment))
}

/// The extra field of long numbers, or nothing.
fn extra_64(mut extra: &[u8]) -> &[u8] {
    while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(len);
        if id == 1 {
            return extra.get(4..end).unwrap_or_default();
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    &[]
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
