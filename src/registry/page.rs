//! The prose of the cookie policy page that is not about one category or cookie.

use super::Text;

/// The `page:` section, in the order of the page; `None` = not written.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The heading of the page: "Cookies policy".
    pub title: Option<Text>,
    /// What comes first.
    pub introduction: Option<Text>,
    /// "What is a cookie?"
    pub definition: Option<Passage>,
    /// The heading over the kinds of cookies, whose texts are the categories' descriptions.
    pub kinds: Option<Text>,
    /// The heading over the tables.
    pub cookies: Option<Text>,
}

/// A heading and the paragraph under it.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The heading.
    pub title: Text,
    /// The paragraph.
    pub text: Text,
}

impl Page {
    /// Its texts, those that are written.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let definition = self.definition.iter().flat_map(|passage| [&passage.title, &passage.text]);
        let single = [&self.title, &self.introduction, &self.kinds, &self.cookies];
        single.into_iter().flatten().chain(definition)
    }
}
