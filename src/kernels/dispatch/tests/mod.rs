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
        for ((kernel, ours), (_, portable)) in results(*platform).into_iter().zip(&portable) {
            assert!(ours == *portable, "{kernel} differs on {}", platform.name());
            assert!(ours.len() > 20, "{kernel} was hardly run");
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
