//! Text that tamis itself authors for visitors, escaped: the cookie policy, the preference centre, the banner.
//!
//! A registry becomes facts in one language (`sheet`, with the interface's own texts from `words`); every format is
//! written from them: HTML (`policy`, `centre`, `banner`), Markdown, CSV, JSON. What a page says to one visitor alone is
//! a few slots (`slot`) in a text that was rendered beforehand ([`Site`]).
//!
//! # Hooks
//!
//! Sites' scripts, style sheets and tests may rely on these ids and attributes:
//!
//! | where | hook |
//! | --- | --- |
//! | policy page | `#tamis-policy`, `#tamis-title`, `#tamis-definition`, `#tamis-kinds`, `[data-tamis-kind=KEY]`, `#tamis-cookies`, `#tamis-version[data-tamis-version]` |
//! | tables | `#tamis-category-KEY`, `[data-tamis-category=KEY]`; cells `[data-tamis-column=provider]`, `function`, `names`, `purposes`, `duration`, `set-by`, `exemption` |
//! | present choice | `#tamis-status[data-tamis-chosen=yes]` or `no`, `#tamis-notice`, `#tamis-gpc`, `#tamis-nothing-to-choose` |
//! | forms | `#tamis-all`, `#tamis-form`, `[data-tamis-form=policy]` or `centre`, `banner`; `button[name=action][value=accept-all]`, `refuse-all`, `save` |
//! | switches | `#tamis-grant-KEY`, `[data-tamis-switch=KEY]`, `[data-tamis-always=KEY]`, `details[data-tamis-services=KEY]` |
//! | centre | `#tamis-centre`, `#tamis-policy-link`, `#tamis-back` |
//! | message | `#tamis-message`, `#tamis-centre-link` |
//! | banner | `#tamis-banner`, `#tamis-banner-title`, `#tamis-banner-form`, `#tamis-banner-choose`, `#tamis-banner-policy`, `#tamis-banner-failed`; the DOM event `tamis:choice`; `[data-tamis-open]` of the site's own links |

mod answers;
mod assets;
mod banner;
mod centre;
mod csv;
mod duration;
mod error;
mod export;
mod form;
mod html;
mod json;
mod language;
mod markdown;
mod markup;
mod policy;
mod settings;
mod sheet;
mod shell;
mod shown;
mod site;
mod slot;
mod switches;
mod table;
#[cfg(test)]
mod tests;
mod texts;
mod visit;
mod words;

pub use answers::{Action, Posted};
pub use duration::lifetime_words;
pub use error::error_page;
pub use export::{Export, ExportError, export};
pub use html::{Html, Never};
pub use settings::{Place, Settings};
pub use site::{Message, Site};
pub use visit::{Notice, Visit};
