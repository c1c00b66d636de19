//! What the fuzz targets share: a browser, registries to judge by, and what every fault in a file keeps to.

pub mod browser;
pub mod faults;
mod model;
pub mod sites;
