//! Times of the rooms.

use divan::{Bencher, black_box};
use tamis::cookie::SetCookie;
use tamis_rooms::{COOKIE, SET_COOKIES, Site, cookie_field, registry};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const SIZES: [usize; 3] = [10, 1_000, 100_000];

fn main() {
    divan::main();
}

#[divan::bench]
fn cookie_pairs() -> usize {
    cookie_field(black_box(COOKIE))
}

#[divan::bench]
fn set_cookie() -> SetCookie<'static> {
    SetCookie::parse(black_box(SET_COOKIES[0]))
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn registry_compile(bencher: Bencher<'_, '_>, entries: usize) {
    bencher.bench(|| registry(entries));
}

#[divan::bench(args = SIZES)]
fn registry_three_names(bencher: Bencher<'_, '_>, entries: usize) {
    let site = Site::new(entries);
    bencher.bench_local(|| black_box(&site).lookup());
}

#[divan::bench]
fn consent(bencher: Bencher<'_, '_>) {
    let site = Site::new(10);
    bencher.bench_local(|| black_box(&site).read_consent());
}

#[divan::bench]
fn policy_request(bencher: Bencher<'_, '_>) {
    let site = Site::new(10);
    bencher.bench_local(|| black_box(&site).request());
}

#[divan::bench]
fn policy_six_set_cookies(bencher: Bencher<'_, '_>) {
    let mut site = Site::new(10);
    bencher.bench_local(|| black_box(&mut site).set_cookies());
}

#[divan::bench]
fn policy_six_set_cookies_anew(bencher: Bencher<'_, '_>) {
    let site = Site::new(10);
    bencher.bench_local(|| black_box(&site).set_cookies_anew());
}
