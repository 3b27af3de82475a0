//! Downloads published files with the `ureq` crate: mirrors are tried in turn, and SHA-256 decides.

use crate::error::{DataProblem, Error, Result};
use crate::{digest::Digest, file_kind::GZIP};
use std::{io::Read, time::Duration};

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its name, which follows the address of a mirror.
    pub name: &'static str,
    /// Its length in bytes.
    pub len: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

impl Published {
    /// Whether `bytes` are this file.
    pub fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.len && Digest::of_bytes(bytes).to_string() == self.sha256
    }
}

/// How to download.
#[derive(Debug, Clone)]
pub struct Download<'a> {
    /// Addresses of folders, ending in a slash, in the order in which they are asked.
    pub mirrors: &'a [String],
    /// Time to wait for a connection, an answer, or a piece of a file, before the next try.
    pub patience: Duration,
}

const ROUNDS: usize = 2;
const PIECE: usize = 1 << 16;

impl Download<'_> {
    /// The bytes of `file`. A broken download continues at the next mirror. `watch` is told the
    /// number of bytes so far. Errors: [`Error::Data`] with the address and the reason of the last
    /// failure, if no mirror gave the file.
    pub fn fetch(&self, file: &Published, watch: &mut dyn FnMut(u64)) -> Result<Vec<u8>> {
        let (mut bytes, mut failure) = (Vec::new(), None);
        for mirror in std::iter::repeat_n(self.mirrors, ROUNDS).flatten() {
            let address = format!("{mirror}{}", file.name);
            // Retry as long as bytes arrive.
            let asked = loop {
                let before = bytes.len();
                match self.ask(&address, file, &mut bytes, watch) {
                    Err(_) if bytes.len() > before => {}
                    done => break done,
                }
            };
            match asked {
                Ok(()) if file.is(&bytes) => return Ok(bytes),
                Ok(()) => {
                    failure.get_or_insert(wrong(&address, what_it_is(&bytes, file)));
                    bytes.clear();
                }
                Err(error) => drop(failure.get_or_insert(error)),
            }
        }
        Err(failure.unwrap_or_else(|| wrong(file.name, "there is no mirror to ask".into())))
    }

    fn ask(
        &self,
        address: &str,
        file: &Published,
        bytes: &mut Vec<u8>,
        watch: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let failed = |e: &dyn std::fmt::Display| wrong(address, e.to_string());
        let mut request = self.agent().get(address);
        if !bytes.is_empty() {
            request = request.header("Range", format!("bytes={}-", bytes.len()));
        }
        let answer = request.call().map_err(|e| failed(&e))?;
        if answer.status() != 206 {
            bytes.clear();
        }
        // One byte more than there should be shows that it is another file.
        let rest = (file.len + 1).saturating_sub(bytes.len() as u64);
        let mut body = answer.into_body().into_reader().take(rest);
        let mut piece = vec![0; PIECE];
        loop {
            let n = body.read(&mut piece).map_err(|e| failed(&e))?;
            if n == 0 {
                break;
            }
            bytes.extend_from_slice(&piece[..n]);
            watch(bytes.len() as u64);
        }
        // All published files are packed by gzip.
        let looks_like_it = bytes.starts_with(GZIP) || bytes.is_empty();
        if looks_like_it && (bytes.len() as u64) < file.len {
            return Err(failed(&format!("ended after {} of {} bytes", bytes.len(), file.len)));
        }
        Ok(())
    }

    fn agent(&self) -> ureq::Agent {
        let patience = Some(self.patience);
        ureq::Agent::config_builder()
            .timeout_connect(patience)
            .timeout_recv_response(patience)
            .timeout_recv_body(patience)
            .user_agent(concat!("bmm/", env!("CARGO_PKG_VERSION")))
            .build()
            .into()
    }
}

fn wrong(address: &str, reason: String) -> Error {
    Error::data(address, DataProblem::Download(reason))
}

fn what_it_is(bytes: &[u8], file: &Published) -> String {
    if bytes.trim_ascii_start().starts_with(b"<") {
        "is a web page, not the file".into()
    } else if bytes.len() as u64 == file.len {
        "is not the published file: its SHA-256 is another".into()
    } else {
        format!("is not the published file, which has {} bytes", file.len)
    }
}
