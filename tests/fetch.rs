//! `bmm fetch` against servers that stall, break off, lie or serve something else.
#![cfg(feature = "fetch")]

mod common;

use bmm::bench::data::{Download, Published};
use common::program::gzip;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The file that is published, and what to ask for.
fn published() -> (Vec<u8>, Published) {
    // Mixed well, so that gzip cannot make it smaller.
    let byte = |i: u64| {
        let x = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((x ^ x >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 56) as u8
    };
    let body: Vec<u8> = (0..200_000).map(byte).collect();
    let file = gzip(&body);
    let digest: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    let published = Published { name: "file.gz", len: file.len() as u64, sha256: digest.leak() };
    (file, published)
}

/// A server on a port of its own; `answer` gets the connection, the first byte that was asked for, and how many requests came before.
fn serve(
    answer: impl Fn(&mut TcpStream, usize, usize) + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let from = first_byte(&stream);
            answer(&mut stream, from, counted.fetch_add(1, Ordering::SeqCst));
        }
    });
    (address, count)
}

/// The first byte that a request asks for.
fn first_byte(stream: &TcpStream) -> usize {
    let mut from = 0;
    for line in BufReader::new(stream).lines().map_while(Result::ok).take_while(|l| !l.is_empty()) {
        let line = line.to_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
    }
    from
}

/// The file from byte `from` on, of which only `sent` bytes come.
fn send(stream: &mut TcpStream, file: &[u8], from: usize, sent: usize) {
    let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
    let rest = &file[from..];
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", rest.len());
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&rest[..sent.min(rest.len())]);
    let _ = stream.flush();
}

fn fetched(mirrors: &[String], file: &Published) -> Result<Vec<u8>, String> {
    let download = Download { mirrors, patience: Duration::from_millis(500) };
    let mut reached = 0;
    let bytes = download.fetch(file, &mut |n| reached = n);
    bytes.inspect(|_| assert_eq!(reached, file.len)).map_err(|e| e.to_string())
}

#[test]
fn a_whole_file_comes_in_one_request() {
    let (file, wanted) = published();
    let sent = file.clone();
    let (mirror, count) = serve(move |stream, from, _| send(stream, &sent, from, usize::MAX));
    assert_eq!(fetched(&[mirror], &wanted), Ok(file));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn what_breaks_off_is_gone_on_with() {
    let (file, wanted) = published();
    let sent = file.clone();
    let (mirror, count) = serve(move |stream, from, _| send(stream, &sent, from, 70_000));
    assert_eq!(fetched(&[mirror], &wanted), Ok(file));
    // Three pieces, or more where the end of a connection took some of its last bytes along.
    assert!((3..=9).contains(&count.load(Ordering::SeqCst)));
}

#[test]
fn what_stalls_is_gone_on_with_elsewhere() {
    let (file, wanted) = published();
    let [stalled, whole] = [file.clone(), file.clone()];
    let (stalling, _) = serve(move |stream, from, n| {
        if n == 0 {
            send(stream, &stalled, from, 50_000);
        }
        // Holds the connection until the other side gives up.
        let _ = stream.read(&mut [0; 1]);
    });
    let (other, count) = serve(move |stream, from, _| {
        assert!(from >= 40_000, "{from}");
        send(stream, &whole, from, usize::MAX);
    });
    assert_eq!(fetched(&[stalling, other], &wanted), Ok(file));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_web_page_and_wrong_bytes_are_called_what_they_are_and_the_next_mirror_is_asked() {
    let (file, wanted) = published();
    let mut bent = file.clone();
    bent[1000] ^= 1;
    let page = |stream: &mut TcpStream, _, _| {
        send(stream, b"<!doctype html><p>please log in", 0, usize::MAX)
    };
    let (lying, _) = serve(page);
    let (wrong, _) = serve(move |stream, from, _| send(stream, &bent, from, usize::MAX));
    for (mirror, reason) in [(&lying, "web page"), (&wrong, "SHA-256 is another")] {
        let error = fetched(std::slice::from_ref(mirror), &wanted).unwrap_err();
        assert!(error.contains(reason) && error.contains("file.gz"), "{error}");
    }
    let sent = file.clone();
    let (right, _) = serve(move |stream, from, _| send(stream, &sent, from, usize::MAX));
    assert_eq!(fetched(&[lying, wrong, right], &wanted), Ok(file));
}

#[test]
fn a_file_too_long_is_not_read_to_its_end() {
    let (file, wanted) = published();
    let long = [file.clone(), vec![0; 1 << 20]].concat();
    let (mirror, _) = serve(move |stream, from, _| send(stream, &long, from, usize::MAX));
    let error = fetched(&[mirror], &wanted).unwrap_err();
    assert!(error.contains("not the published file"), "{error}");
}

#[test]
fn an_error_of_the_server_and_no_server_are_told() {
    let (_, wanted) = published();
    let (mirror, count) = serve(|stream, _, _| {
        let _ = stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    assert!(fetched(&[mirror], &wanted).unwrap_err().contains("404"));
    assert_eq!(count.load(Ordering::SeqCst), 2, "one request in each round");
    assert!(fetched(&["http://127.0.0.1:9/".into()], &wanted).is_err());
}

/// The program itself: nothing is left behind, and what is there is not fetched again.
#[test]
fn the_command_leaves_whole_files_or_none() {
    let sandbox = common::program::Sandbox::new();
    let page = |stream: &mut TcpStream, _, _| send(stream, b"<html>no", 0, usize::MAX);
    let (mirror, _) = serve(page);
    // The known mirrors cannot be reached from a test, or have the real files: both are fine, so only this one is judged.
    sandbox.write("data/mnist/train-labels-idx1-ubyte.gz", "mine");
    let words = format!("fetch mnist --mirror {mirror} --timeout 1");
    sandbox.refuses(1, words.split_whitespace(), &["train-labels-idx1-ubyte.gz", "already exists"]);
}
