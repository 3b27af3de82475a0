//! Every kernel, compiled for every instruction set, against the portable form, bit for bit.

mod results;

use super::super::masked::Portable as PortableMasked;
use super::*;
use results::results;

/// Calls a macro with `extra` and all kernels: name, width and cell if it is for any, arguments, result and
/// portable form.
macro_rules! each_kernel {
    ($callback:ident $($extra:tt)*) => {
        $callback! { [$($extra)*]
            fill_table[](log_odds: &[Lanes<f64>], cells: &mut [Lanes<f64>]) = tables::fill_table;
            score_rows[](cells: &[Lanes<f64>], block: &RowBlock, tile: usize, scores: &mut [Lanes<f64>]) = tables::score_rows;
            sum_columns[](columns: &Columns, first_feature: usize, resp: &[Lanes<f64>], sums: &mut [Lanes<f64>]) = tables::sum_columns;
            softmax_rows[](scores: &mut [Lanes<f64>], stride: usize, bias: &[Lanes<f64>], prior: &[Lanes<f64>], log_prob: &mut [f64], sums: &mut [Lanes<f64>]) = softmax::softmax_rows;
            widen_envelope[](envelope: &mut [[Envelope; 2]], component: ScreenedComponent, first: usize) = envelope::widen_envelope;
            fill_cells[N C](cells: &mut [C; 32], components: &[ScreenedComponent], index: usize, envelope: &[Envelope; 2], units_per_nat: f32) = fill::fill_cells;
            screen_rows[N C](cells: &[&Tile<C>], block: &RowBlock, tile: usize, positions: &[u32], chunks: Chunks<N>) = cell::screen_rows;
            select[N](totals: &[Marks<N>], n_components: usize, positions: &[u32], reach: &[i16], found: &mut Candidates) = select;
            score_multi_way[](log_odds: &[Lanes16<f32>], stride: usize, block: &RowBlock, tile: usize, multi_way: &mut MultiWayRows<f64>) = multi_way::score_multi_way::<PortableMasked>;
            score_two_way[](log_odds: &[Lanes16<f32>], stride: usize, block: &RowBlock, tile: usize, two_way: &mut TwoWayRows<f64>) = two_way::score_two_way::<PortableMasked>;
            softmax_two_way[](leads: &[f64], reach: f64, shares: &mut [i32]) -> i64 = two_way::softmax_two_way;
            add_multi_way[](sums: &mut [Lanes16<i32>], stride: usize, block: &RowBlock, tile: usize, multi_way: &MultiWayRows<i32>, rows: Range<usize>) = multi_way::add_multi_way::<PortableMasked>;
            add_two_way[](sums: &mut [Lanes16<i32>], stride: usize, block: &RowBlock, tile: usize, two_way: &TwoWayRows<i32>, rows: Range<usize>) = two_way::add_two_way::<PortableMasked>;
            flush_sums[](sums: &mut [Lanes16<i32>], totals: &mut [Lanes8<i64>]) = multi_way::flush_sums;
            odds_all[](means: &mut [f64]) = odds::odds_all;
            zero_prob_products[](means: &[f64], products: &mut [f64]) = odds::zero_prob_products;
            replace_log_odds[](new: &[f64], log_odds: &mut [Lanes8<f64>], narrow: &mut [Lanes16<f32>]) -> [f64; 2] = odds::replace_log_odds;
            exp_all[](values: &mut [f64]) = exp::exp_all;
            ln_all[](values: &mut [f64]) = exp::ln_all;
        }
    };
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
    select::select::<PortableMasked, N>(totals, n_components, positions, reach, found);
}

macro_rules! declare {
    ([] $($name:ident[$($n:ident $($c:ident)?)?]($($arg:ident: $type:ty),*) $(-> $result:ty)? = $portable:path;)*) => {
        /// All kernels in one version.
        trait Kernels {
            $(fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)?;)*
        }
    };
}
each_kernel!(declare);

/// The kernels for one instruction set.
macro_rules! implement {
    ([$version:ident $target:literal] $($name:ident[$($n:ident $($c:ident)?)?]($($arg:ident: $type:ty),*) $(-> $result:ty)? = $portable:path;)*) => {
        struct $version;

        impl Kernels for $version {
            $(fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)? {
                #[multiversion(targets($target))]
                fn version$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)? {
                    $portable($($arg),*)
                }
                version($($arg),*)
            })*
        }
    };
}
each_kernel!(implement Sse42 "x86_64+sse4.2");
each_kernel!(implement Avx2 "x86_64+avx2+bmi1+bmi2+fma");
each_kernel!(implement Avx512 "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+fma");
each_kernel!(implement Sve "aarch64+sve");

macro_rules! call {
    ([] $($name:ident[$($n:ident $($c:ident)?)?]($($arg:ident: $type:ty),*) $(-> $result:ty)? = $portable:path;)*) => {
        /// What is chosen on this machine.
        struct Chosen;

        impl Kernels for Chosen {
            $(fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)? {
                super::$name($($arg),*)
            })*
        }

        /// The portable form: tests are compiled for the oldest processor.
        struct Portable;

        impl Kernels for Portable {
            $(fn $name$(<$($c: Cell<$n>,)? const $n: usize>)?($($arg: $type),*) $(-> $result)? {
                $portable($($arg),*)
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
