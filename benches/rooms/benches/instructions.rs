//! Instructions and cache misses of the rooms, by valgrind's callgrind: the same on any load.

use std::hint::black_box;

use gungraun::prelude::*;
use tamis::consent::Consent;
use tamis::cookie::SetCookie;
use tamis_rooms::{COOKIE, SET_COOKIES, Site, cookie_field};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[library_benchmark]
#[bench::rig(COOKIE)]
fn cookie_pairs(field: &[u8]) -> usize {
    cookie_field(black_box(field))
}

#[library_benchmark]
#[bench::rig(SET_COOKIES[0])]
fn set_cookie(line: &'static [u8]) -> SetCookie<'static> {
    SetCookie::parse(black_box(line))
}

#[library_benchmark(setup = Site::new)]
#[bench::rig(10)]
fn consent(site: Site) -> (Consent, Site) {
    (black_box(&site).read_consent(), site)
}

#[library_benchmark(setup = Site::new)]
#[bench::rig(10)]
fn policy_request(site: Site) -> (usize, Site) {
    (black_box(&site).request(), site)
}

#[library_benchmark(setup = Site::new)]
#[bench::rig(10)]
fn policy_six_set_cookies(mut site: Site) -> (usize, Site) {
    (black_box(&mut site).set_cookies(), site)
}

#[library_benchmark(setup = Site::new)]
#[bench::rig(10)]
fn policy_six_set_cookies_anew(site: Site) -> (usize, Site) {
    (black_box(&site).set_cookies_anew(), site)
}

#[library_benchmark(setup = Site::new)]
#[bench::few(10)]
#[bench::thousand(1_000)]
#[bench::hundred_thousand(100_000)]
fn registry_three_names(site: Site) -> (usize, Site) {
    (black_box(&site).lookup(), site)
}

library_benchmark_group!(
    name = rooms,
    benchmarks = [
        cookie_pairs,
        set_cookie,
        consent,
        policy_request,
        policy_six_set_cookies,
        policy_six_set_cookies_anew,
        registry_three_names
    ]
);
main!(library_benchmark_groups = rooms);
