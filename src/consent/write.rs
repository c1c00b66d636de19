//! The value of the consent cookie for a visitor's choices, in the site's own format and nothing more.

use percent_encoding::utf8_percent_encode;

use super::Choices;
use super::statement::MOST_BYTES;
use crate::registry::{Format, GrantedValue, KeyTarget, Registry, UNESCAPED};

/// Written where nothing is granted, in formats that know grants only: words for no, of which no site can say that
/// they grant (`granted_values` refuses them).
const NOTHING: &str = "none";

/// Why choices can't be written into the consent cookie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// No word of the format stands for this category or service.
    #[error("no word of the consent cookie stands for `{0}`")]
    Wordless(String),
    /// `format: flag` with no word that grants.
    #[error("`consent.granted_values` lists no word that grants everything")]
    NoGrant,
    /// User agents store no cookie that long (6265bis 5.6 step 5).
    #[error("the value would have {0} octets, more than a cookie can hold")]
    TooLong(usize),
}

impl Choices {
    /// The value for the registry's consent cookie, percent-encoded as `encodeURIComponent` does, so that it can stand
    /// in a `Set-Cookie` field. `auto` and `json`: an object of booleans, one for each answer. `list`: what is granted; a
    /// category of which a service is refused is left out, and its granted services named one by one, since a
    /// list can't say "all but". `flag`: the word that grants, if everything that visitors are asked about is granted,
    /// else one that grants nothing.
    ///
    /// # Errors
    /// If the registry's format has no word for an answer, or the value would be too long for a cookie. `tamis check`
    /// finds both beforehand.
    pub fn cookie_value(&self, registry: &Registry) -> Result<String, Unwritable> {
        let text = match registry.consent().format {
            Format::Auto | Format::Json => self.object(registry)?,
            Format::List => self.list(registry)?,
            Format::Flag => self.flag(registry)?.to_owned(),
        };
        let value = utf8_percent_encode(&text, UNESCAPED).to_string();
        let whole = registry.consent().cookie.len() + value.len();
        if whole > MOST_BYTES { Err(Unwritable::TooLong(whole)) } else { Ok(value) }
    }

    fn object(&self, registry: &Registry) -> Result<String, Unwritable> {
        let members = self.iter().map(|(target, granted)| {
            Ok((word(registry, target)?.to_owned(), serde_json::Value::Bool(granted)))
        });
        let object: serde_json::Map<_, _> = members.collect::<Result<_, _>>()?;
        Ok(serde_json::Value::Object(object).to_string())
    }

    fn list(&self, registry: &Registry) -> Result<String, Unwritable> {
        let partly = |target| match target {
            KeyTarget::Category(category) => self.iter().any(|(other, granted)| match other {
                KeyTarget::Service(id) => !granted && registry.service(id).category == category,
                KeyTarget::Category(_) => false,
            }),
            KeyTarget::Service(_) => false,
        };
        let granted = self.iter().filter(|(target, granted)| *granted && !partly(*target));
        let words: Vec<&str> = granted.map(|(target, _)| word(registry, target)).collect::<Result<_, _>>()?;
        // An empty value is easily lost on the way, or taken for no choice.
        let nothing = if registry.key_target(NOTHING).is_none() { NOTHING } else { "" };
        Ok(if words.is_empty() { nothing.to_owned() } else { words.join(",") })
    }

    fn flag<'r>(&self, registry: &'r Registry) -> Result<&'r str, Unwritable> {
        let everything = registry.asked().iter().all(|target| self.get(*target) == Some(true));
        if !everything {
            return Ok(NOTHING);
        }
        let mut words = registry.consent().granted_values.iter().filter_map(|value| match value {
            GrantedValue::String(word) => Some(word.as_str()),
            GrantedValue::Bool(_) | GrantedValue::Integer(_) => None,
        });
        words.next().ok_or(Unwritable::NoGrant)
    }
}

fn word(registry: &Registry, target: KeyTarget) -> Result<&str, Unwritable> {
    registry.word(target).ok_or_else(|| Unwritable::Wordless(registry.key(target).to_owned()))
}
