//! Numbers of clusters on the command line: `2..20`, `5,10,20`, or ranges and numbers in one list.

use std::str::FromStr;

/// Numbers of clusters, each at least 1, ascending, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KList(pub(super) Vec<usize>);

/// Every K is a fit, so their number is limited.
const MAX_KS: usize = 1000;

impl FromStr for KList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(1, text)
    }
}

/// A list for `--blrt`, which compares each K with K - 1: numbers from 2.
pub(super) fn read_tested(text: &str) -> Result<KList, String> {
    read(2, text)
}

fn read(least: usize, text: &str) -> Result<KList, String> {
    let wrong = || {
        format!(
            "must be a range or a list of at most {MAX_KS} whole numbers from {least}, \
             such as 2..20 or 5,10,20"
        )
    };
    let mut ks = Vec::new();
    for part in text.split(',') {
        let (first, last) = ends(part).filter(|ends| ends.0 >= least).ok_or_else(wrong)?;
        // Checked before the range is listed: its end may be any number.
        if first > last || last - first >= MAX_KS {
            return Err(wrong());
        }
        ks.extend(first..=last);
    }
    ks.sort_unstable();
    ks.dedup();
    if ks.len() > MAX_KS { Err(wrong()) } else { Ok(KList(ks)) }
}

/// Both ends of a range. A single number is a range of one.
fn ends(part: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.trim().parse().ok();
    match part.split_once("..") {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None => number(part).map(|k| (k, k)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read() {
        let list = |text: &str| text.parse::<KList>().unwrap().0;
        assert_eq!(list("2..5"), [2, 3, 4, 5]);
        assert_eq!(list("20,5,10,5"), [5, 10, 20]);
        assert_eq!(list("2..4, 8"), [2, 3, 4, 8]);
        assert_eq!(list("3"), [3]);
        assert_eq!(read_tested("2..3").unwrap().0, [2, 3]);
    }
}
