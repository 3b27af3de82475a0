//! The outer layer of a model file: magic, format version, length and checksum around a payload.
//! The checksum is looked at before the version. So a flipped bit in the version is called damage,
//! and only a whole file is called older or newer. Every later format must keep these 52 bytes.

use crate::file_kind::{FileKind, GZIP, MODEL};
use crate::{digest::sha256, error::ModelProblem};

/// The format version that this program writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 4;
/// What wrote the versions before.
const OLDER_WRITER: &str = "bmm 0.1.0 before its release";
/// The largest model file, in bytes (1 GiB): enough for a hundred million means.
pub const MAX_FILE_LEN: u64 = 1 << 30;
/// The length of magic, version, payload length and checksum, in bytes.
pub(super) const HEADER_LEN: u64 = 52;
/// How the magic begins after a transfer as text, which strips or replaces the first byte.
const CHANGED_MAGIC: [&[u8]; 4] = [b"\x89BMM", b"\x09BMM", b"BMM\r", b"\xef\xbf\xbdBMM"];

/// The fields of the header, taken apart but not yet believed.
struct Header<'a> {
    version: u32,
    payload_len: u64,
    /// The 20 bytes before the checksum, which it covers.
    covered: &'a [u8],
    checksum: [u8; 32],
}

pub(super) fn seal(payload: &[u8]) -> Result<Vec<u8>, ModelProblem> {
    let payload_len = payload.len() as u64;
    checked_file_len(payload_len)?;
    let covered = [&MODEL[..], &FORMAT_VERSION.to_le_bytes(), &payload_len.to_le_bytes()].concat();
    Ok([&covered, &sha256(&[&covered, payload])[..], payload].concat())
}

/// The payload of a whole and undamaged `file` of a known format version.
pub(super) fn open(file: &[u8]) -> Result<&[u8], ModelProblem> {
    let (header, rest) = split(file)?;
    let needs = checked_file_len(header.payload_len)?;
    let has = file.len() as u64;
    if has < needs {
        return Err(ModelProblem::Truncated { has, needs });
    }
    if has > needs {
        return Err(ModelProblem::Damaged("bytes follow its end"));
    }
    if sha256(&[header.covered, rest]) != header.checksum {
        return Err(ModelProblem::Damaged("its checksum does not match"));
    }
    check_version(header.version)?;
    Ok(rest)
}

/// The length that the header in `start` claims for the file; never below its own.
pub(super) fn file_len(start: &[u8]) -> Result<u64, ModelProblem> {
    checked_file_len(split(start)?.0.payload_len)
}

fn checked_file_len(payload_len: u64) -> Result<u64, ModelProblem> {
    let bytes = payload_len.saturating_add(HEADER_LEN);
    if bytes > MAX_FILE_LEN {
        return Err(ModelProblem::TooLarge { bytes, limit: MAX_FILE_LEN });
    }
    Ok(bytes)
}

fn check_version(theirs: u32) -> Result<(), ModelProblem> {
    match theirs {
        FORMAT_VERSION => Ok(()),
        0 => Err(ModelProblem::Invalid("there is no format version 0".into())),
        1..FORMAT_VERSION => {
            Err(ModelProblem::OlderFormat { theirs, ours: FORMAT_VERSION, writer: OLDER_WRITER })
        }
        _ => Err(ModelProblem::NewerFormat { theirs, ours: FORMAT_VERSION }),
    }
}

fn split(file: &[u8]) -> Result<(Header<'_>, &[u8]), ModelProblem> {
    if !file.starts_with(&MODEL) && (file.is_empty() || !MODEL.starts_with(file)) {
        return Err(not_a_model(file));
    }
    take_header(file).ok_or(ModelProblem::Truncated { has: file.len() as u64, needs: HEADER_LEN })
}

/// Header and rest, or `None` where the file ends first.
fn take_header(file: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (covered, rest) = file.split_at_checked(20)?;
    let (_, fields) = covered.split_first_chunk::<8>()?;
    let (version, length) = fields.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<32>()?;
    let header = Header {
        version: u32::from_le_bytes(*version),
        payload_len: u64::from_le_bytes(*length.first_chunk()?),
        covered,
        checksum: *checksum,
    };
    Some((header, rest))
}

fn not_a_model(file: &[u8]) -> ModelProblem {
    if CHANGED_MAGIC.iter().any(|start| file.starts_with(start)) {
        return ModelProblem::Damaged("its first bytes were changed, as by a text-mode transfer");
    }
    if file.starts_with(GZIP) {
        return ModelProblem::Compressed;
    }
    ModelProblem::NotAModel(FileKind::from_head(file).name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_version(version: u32) -> Vec<u8> {
        let mut file = seal(b"payload").unwrap();
        file[8..12].copy_from_slice(&version.to_le_bytes());
        let sum = sha256(&[&file[..20], b"payload"]);
        file[20..52].copy_from_slice(&sum);
        file
    }

    #[test]
    fn version_0_is_none_and_a_bent_version_is_damage() {
        assert!(matches!(open(&with_version(0)), Err(ModelProblem::Invalid(_))));
        let mut bent = seal(b"payload").unwrap();
        bent[8] ^= 4;
        assert!(matches!(open(&bent), Err(ModelProblem::Damaged(_))));
    }

    #[test]
    fn a_text_mode_transfer_is_called_damage_not_another_kind_of_file() {
        let file = seal(b"payload").unwrap();
        let unix = [&b"\x89BMM\n\x1a\n"[..], &file[8..]].concat();
        let utf8 = [&b"\xef\xbf\xbdBMM\r\n\x1a\n"[..], &file[8..]].concat();
        let seven_bits = [&b"\x09BMM\r\n\x1a\n"[..], &file[8..]].concat();
        let is_damaged = |bent: &Vec<u8>| matches!(open(bent), Err(ModelProblem::Damaged(_)));
        assert!([unix, utf8, seven_bits].iter().all(is_damaged));
    }

    #[test]
    fn a_header_that_claims_too_much_is_refused_before_reading_on() {
        let mut file = seal(b"payload").unwrap();
        file[12..20].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(file_len(&file[..52]), Err(ModelProblem::TooLarge { .. })));
    }
}
