//! What a page shows: commands, and what it says that they print.
//!
//! - In a `console` block `$ ` begins a command and `> ` carries it on. The lines below are what
//!   it prints on both streams.
//! - In an `sh` block every line that begins with `bmm ` is a command. Its output is not shown.
//! - A `python` block is a command too. If the next block is of `text`, that is what it prints.
//! - Above a `text` block a remark that readers do not see says what prints it: `<!-- prints:
//!   COMMAND -->`.
//! - The remark `<!-- begins, but for its numbers: COMMAND -->` is for outputs with timings. The
//!   page shows the first lines alone, and their numbers may differ.
//! - In an output, a line `...` stands for any number of lines. At the end of a line, ` ...`
//!   stands for the rest.

use std::ops::Range;

/// A command of a page.
#[derive(Debug)]
pub struct Example {
    pub command: String,
    /// What it reads.
    pub input: String,
    /// The lines of the page that are its output, if it shows any.
    pub shown: Option<Range<usize>>,
    pub likeness: Likeness,
}

/// How the output is to be like what the page shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likeness {
    WordForWord,
    BeginsButForNumbers,
}

/// A block that is being read, by what its lines are.
enum Block {
    Prose,
    Console,
    Shell,
    Python,
    /// The output of the last command.
    Output,
    Other,
}

/// The commands of a page, in its order.
pub fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut block = Block::Prose;
    // Whether a text block that comes now is the output of the last command.
    let mut is_awaited = false;
    for (at, line) in page.lines().enumerate() {
        if let (Some(language), Block::Prose) = (line.strip_prefix("```"), &block) {
            block = match language {
                "console" => Block::Console,
                "sh" => Block::Shell,
                "python" => Block::Python,
                "text" if is_awaited => Block::Output,
                _ => Block::Other,
            };
            is_awaited = matches!(block, Block::Python);
            match block {
                Block::Python => found.push(Example::new("python3 -")),
                Block::Output => show(&mut found, at + 1..at + 1),
                _ => {}
            }
            continue;
        }
        if line == "```" {
            block = Block::Prose;
            continue;
        }
        match &block {
            Block::Prose => {
                found.extend(remark(line));
                is_awaited |= remark(line).is_some();
            }
            Block::Console => match (line.strip_prefix("$ "), line.strip_prefix("> ")) {
                (Some(command), _) => {
                    found.push(Example::new(command));
                    show(&mut found, at + 1..at + 1);
                }
                (_, Some(more)) => {
                    let last = found.last_mut().expect("a command above it");
                    last.command = format!("{}\n{more}", last.command);
                    show(&mut found, at + 1..at + 1);
                }
                _ => go_on(&mut found, at),
            },
            Block::Shell if line.starts_with("bmm ") => {
                found.push(Example::new(line.split(" # ").next().unwrap_or(line).trim()));
            }
            Block::Python => found.last_mut().into_iter().for_each(|python| {
                python.input = format!("{}{line}\n", python.input);
            }),
            Block::Output => go_on(&mut found, at),
            Block::Shell | Block::Other => {}
        }
    }
    found
}

impl Example {
    fn new(command: &str) -> Self {
        let (command, likeness) = (command.into(), Likeness::WordForWord);
        Self { command, input: String::new(), shown: None, likeness }
    }
}

fn show(found: &mut [Example], lines: Range<usize>) {
    found.last_mut().expect("a command").shown = Some(lines);
}

/// Line `at` belongs to what the last command prints.
fn go_on(found: &mut [Example], at: usize) {
    let shown = found.last_mut().and_then(|last| last.shown.as_mut());
    shown.expect("a command above the output").end = at + 1;
}

/// What a remark that no reader sees says of the block below it.
fn remark(line: &str) -> Option<Example> {
    let remark = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    if let Some(command) = remark.strip_prefix("prints: ") {
        return Some(Example::new(command));
    }
    let command = remark.strip_prefix("begins, but for its numbers: ")?;
    Some(Example { likeness: Likeness::BeginsButForNumbers, ..Example::new(command) })
}

impl Likeness {
    /// Whether `printed` is as the page has it.
    pub fn holds(self, shown: &str, printed: &str) -> bool {
        match self {
            Self::WordForWord => {
                let lines = |text| comparable(text).collect::<Vec<_>>();
                shows(&lines(shown), &lines(printed))
            }
            Self::BeginsButForNumbers => {
                let (shown, printed) = (without_numbers(shown), without_numbers(printed));
                shown.len() > 1 && printed.starts_with(&shown)
            }
        }
    }
}

/// Whether the lines of a page are the lines printed, but for those that `...` leaves out.
fn shows(shown: &[String], printed: &[String]) -> bool {
    let Some((line, rest)) = shown.split_first() else { return printed.is_empty() };
    if line == "..." {
        return (0..=printed.len()).any(|n| shows(rest, &printed[n..]));
    }
    let Some((first, others)) = printed.split_first() else { return false };
    let is_shown = match line.strip_suffix(" ...") {
        Some(beginning) => first.starts_with(beginning),
        None => line == first,
    };
    is_shown && shows(rest, others)
}

/// The lines, without what hangs on the machine and the version: the one normalisation of outputs.
fn comparable(text: &str) -> impl Iterator<Item = String> {
    text.trim_end().lines().map(|line| {
        let line = line.trim_end().replace(env!("CARGO_PKG_VERSION"), "VERSION");
        match line.strip_prefix("kernel ").and_then(|kernel| kernel.rsplitn(3, ", ").last()) {
            Some(kernel) => format!("kernel {kernel}, INSTRUCTIONS, THREADS"),
            None => line,
        }
    })
}

/// The words of each line, with one sign for every number and one for every unit of time.
fn without_numbers(text: &str) -> Vec<Vec<&str>> {
    let sign = |word| match word {
        "s" | "ms" | "µs" | "ns" => "TIME",
        word if word.parse::<f64>().is_ok() => "NUMBER",
        word => word,
    };
    text.trim_end().lines().map(|line| line.split_whitespace().map(sign).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# A page

```console
$ echo one
one
$ printf 'a
> b'
a
b
$ true
```

```sh
bmm view      # a remark
cargo build
```

<!-- prints: bmm info -->

```text
facts
```

```python
print(1)
```

```text
1
```

```text
of nothing
```
";

    #[test]
    fn a_page_is_taken_apart() {
        let lines: Vec<&str> = PAGE.lines().collect();
        let found: Vec<_> = examples(PAGE)
            .into_iter()
            .map(|e| (e.command, e.shown.map(|shown| lines[shown].join("\n"))))
            .collect();
        let wanted = [
            ("echo one", Some("one")),
            ("printf 'a\nb'", Some("a\nb")),
            ("true", Some("")),
            ("bmm view", None),
            ("bmm info", Some("facts")),
            ("python3 -", Some("1")),
        ];
        let wanted = wanted.map(|(command, shown)| (command.into(), shown.map(String::from)));
        assert_eq!(found, wanted);
        assert_eq!(examples(PAGE)[5].input, "print(1)\n");
    }

    #[test]
    fn nothing_but_the_machine_may_differ() {
        let same = |a, b| Likeness::WordForWord.holds(a, b);
        assert!(same("kernel  x, y, avx2, 2 threads\n1", "kernel  x, y, portable, 1 thread\n1 \n"));
        assert!(!same("kernel  x, y, avx2, 2 threads", "kernel  x, z, avx2, 2 threads"));
        assert!(!same("weight 0.1", "weight 0.2"));
        assert!(!same("one", "one\ntwo"));
        assert!(same("one\n...\nfo ...", "one\ntwo\nthree\nfo ur"));
        assert!(same("...\ntwo\n...", "one\ntwo"));
        assert!(!same("one\n...\nfour", "one\ntwo"));
        assert!(!same("one two ...", "one"));
        let like = |a, b| Likeness::BeginsButForNumbers.holds(a, b);
        assert!(like("images  bmm\n  5  1.2 µs", "images    bmm\n  7  31 ms\nmore"));
        assert!(!like("images  bmm\n  5  1.2 µs", "images    bmm\n  7  fast\nmore"));
    }
}
