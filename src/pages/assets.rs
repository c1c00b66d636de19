//! The files that pages and banner refer to, as they are served.

/// Style sheet of the pages.
pub(super) const STYLE: &str = include_str!("assets/pages.css");
/// Script of the pages.
pub(super) const SCRIPT: &str = include_str!("assets/pages.js");
/// Style sheet of the banner.
pub(super) const BANNER_STYLE: &str = include_str!("assets/banner.css");
/// Script that fetches the banner.
pub(super) const BANNER_SCRIPT: &str = include_str!("assets/banner.js");
