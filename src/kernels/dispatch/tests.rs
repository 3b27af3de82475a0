//! Every kernel, compiled for every instruction set, against the portable form, bit for bit.

mod results;

use super::super::pick::Portable as PortablePick;
use super::*;
use results::results;

/// Calls a macro with `extra` and all kernels: name, width if it has one, arguments and portable form.
macro_rules! each_kernel {
    ($callback:ident $($extra:tt)*) => {
        $callback! { [$($extra)*]
            fill_table[](log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) = dense::fill_table;
            score_rows[](cells: &[Lanes<f64>], block: &RowBlock, tile: usize, scores: &mut [Lanes<f64>], stride: usize, offset: usize) = dense::score_rows;
            accumulate_rows[](cells: &mut [Lanes<f64>], block: &RowBlock, tile: usize, resp: &[Lanes<f64>], stride: usize, offset: usize) = dense::accumulate_rows;
            fold_cells[](cells: &mut [Lanes<f64>], sums: &mut [Lanes<f64>]) = dense::fold_cells;
            softmax_rows[](scores: &mut [Lanes<f64>], bias: &[Lanes<f64>], prior: &[Lanes<f64>], sums: &mut SoftmaxSums) = softmax::softmax_rows;
            raise_envelope[](envelope: &mut [[Patterns; 2]], component: Screened, first: usize) = screen::raise_envelope;
            fill_byte[N](cells: &mut [Marks<N>; 32], components: &[Screened], index: usize, envelope: &[Patterns; 2], units_per_nat: f32) = screen::fill_byte;
            screen_rows[N](cells: &[Marks<N>], block: &RowBlock, tile: usize, positions: &[u32], totals: &mut [Marks<N>], stride: usize, offset: usize) = screen::screen_rows;
            select[N](totals: &[Marks<N>], n_components: usize, positions: &[u32], reach: &[i16], found: &mut Candidates) = select;
            score_pairs[](log_odds: &[Octet<f64>], stride: usize, block: &RowBlock, tile: usize, pairs: &Pairs<f64>, sums: &mut [Octet<f64>]) = pairs::score_pairs::<PortablePick>;
            sum_lanes[](sums: &[Octet<f64>], totals: &mut [f64]) = pairs::sum_lanes;
            add_pairs[](sums: &mut [Octet<i64>], stride: usize, block: &RowBlock, tile: usize, pairs: &Pairs<i64>) = pairs::add_pairs::<PortablePick>;
            exp_all[](values: &mut [f64]) = exp_each;
            ln_all[](values: &mut [f64]) = ln_each;
        }
    };
}

#[inline(always)]
fn exp_each(values: &mut [f64]) {
    values.iter_mut().for_each(|x| *x = exp::exp_nonpositive(*x));
}

// The form with masked instructions is what is chosen where the processor has them.
#[inline(always)]
fn select<const N: usize>(
    totals: &[Marks<N>],
    n_components: usize,
    positions: &[u32],
    reach: &[i16],
    found: &mut Candidates,
) {
    screen::select::<PortablePick, N>(totals, n_components, positions, reach, found);
}

#[inline(always)]
fn ln_each(values: &mut [f64]) {
    values.iter_mut().for_each(|x| *x = exp::ln(*x));
}

macro_rules! declare {
    ([] $($name:ident[$($n:ident)?]($($arg:ident: $type:ty),*) = $portable:path;)*) => {
        /// All kernels in one version.
        trait Kernels {
            $(fn $name$(<const $n: usize>)?($($arg: $type),*);)*
        }
    };
}
each_kernel!(declare);

/// The kernels for one instruction set.
macro_rules! implement {
    ([$version:ident $target:literal] $($name:ident[$($n:ident)?]($($arg:ident: $type:ty),*) = $portable:path;)*) => {
        struct $version;

        impl Kernels for $version {
            $(fn $name$(<const $n: usize>)?($($arg: $type),*) {
                #[multiversion(targets($target))]
                fn version$(<const $n: usize>)?($($arg: $type),*) {
                    $portable($($arg),*);
                }
                version($($arg),*);
            })*
        }
    };
}
each_kernel!(implement Sse42 "x86_64+sse4.2");
each_kernel!(implement Avx2 "x86_64+avx2+bmi1+bmi2+fma");
each_kernel!(implement Avx512 "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+fma");
each_kernel!(implement Sve "aarch64+sve");

macro_rules! call {
    ([] $($name:ident[$($n:ident)?]($($arg:ident: $type:ty),*) = $portable:path;)*) => {
        /// What is chosen on this machine.
        struct Chosen;

        impl Kernels for Chosen {
            $(fn $name$(<const $n: usize>)?($($arg: $type),*) {
                super::$name($($arg),*);
            })*
        }

        /// The portable form: tests are compiled for the oldest processor.
        struct Portable;

        impl Kernels for Portable {
            $(fn $name$(<const $n: usize>)?($($arg: $type),*) {
                $portable($($arg),*);
            })*
        }
    };
}
each_kernel!(call);

fn assert_portable<K: Kernels>() {
    for (ours, portable) in results::<K>().into_iter().zip(results::<Portable>()) {
        assert!(ours.1 == portable.1, "{} differs", ours.0);
        assert!(ours.1.len() > 20, "{} was hardly run", ours.0);
    }
}

// Where the processor lacks one of them, that test runs the portable form against itself.
#[test]
fn sse4_2_gives_the_bits_of_the_portable_form() {
    assert_portable::<Sse42>();
}

#[test]
fn avx2_gives_the_bits_of_the_portable_form() {
    assert_portable::<Avx2>();
}

#[test]
fn avx512_gives_the_bits_of_the_portable_form() {
    assert_portable::<Avx512>();
}

#[test]
fn sve_gives_the_bits_of_the_portable_form() {
    assert_portable::<Sve>();
}

#[test]
fn what_is_chosen_here_gives_the_bits_of_the_portable_form() {
    assert_portable::<Chosen>();
}
