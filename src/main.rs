//! The `bmm` program.

fn main() {}
