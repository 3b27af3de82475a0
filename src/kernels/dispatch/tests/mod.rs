//! Every kernel on every instruction set against the portable form, bit for bit.

pub(super) mod environment;
mod results;

use super::platform::Platform;
use results::results;

#[test]
fn every_instruction_set_gives_the_bits_of_the_portable_form() {
    let available = Platform::available();
    environment::require(&available);
    let portable = results(Platform::Portable);
    for platform in &available {
        for (ours, portable) in results(*platform).into_iter().zip(&portable) {
            assert!(ours.1 == portable.1, "{} differs on {}", ours.0, platform.name());
            assert!(ours.1.len() > 20, "{} was hardly run", ours.0);
        }
    }
    let names: Vec<&str> = available.iter().map(|platform| platform.name()).collect();
    println!("instruction sets tested: {}", names.join(", "));
}

#[test]
fn unit_tests_run_on_the_instruction_set_that_is_asked_for() {
    println!("unit tests run on: {}", super::instruction_set());
    assert_eq!(Platform::current(), environment::chosen());
}
