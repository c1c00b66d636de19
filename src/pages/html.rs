//! HTML that is escaped by construction: markup comes from this room's own literals only, everything else is text.
//!
//! What doesn't depend on the visitor is rendered once into a [`Template`]; the few places that do are its slots.

/// A page under construction.
#[derive(Debug, Default)]
pub struct Html<S> {
    pieces: Vec<Piece<S>>,
    text: String,
}

/// A rendered page with places left open.
#[derive(Debug)]
pub(super) struct Template<S> {
    pieces: Vec<Piece<S>>,
    size: usize,
}

#[derive(Debug)]
enum Piece<S> {
    Fixed(Box<str>),
    Slot(S),
}

/// What no page has: markup that is complete.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

impl<S: Copy> Html<S> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { pieces: Vec::new(), text: String::new() }
    }

    /// Markup: a literal of the source, so never a stranger's text.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// Text, for an element's content or within a quoted attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                c => self.text.push(c),
            }
        }
        self
    }

    /// ` name="text"`.
    pub fn attribute(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(text).raw("\"")
    }

    /// A place that each visitor's page fills.
    pub(super) fn slot(&mut self, slot: S) -> &mut Self {
        let before = std::mem::take(&mut self.text);
        self.pieces.push(Piece::Fixed(before.into_boxed_str()));
        self.pieces.push(Piece::Slot(slot));
        self
    }

    /// The page with its slots.
    pub(super) fn template(mut self) -> Template<S> {
        self.pieces.push(Piece::Fixed(self.text.into_boxed_str()));
        let size = |piece: &Piece<S>| if let Piece::Fixed(text) = piece { text.len() } else { 0 };
        Template { size: self.pieces.iter().map(size).sum(), pieces: self.pieces }
    }
}

impl Html<Never> {
    /// The page.
    pub fn finish(self) -> String {
        self.text
    }
}

impl<S: Copy> Template<S> {
    /// Room for what slots usually add, in octets.
    const SLOTS: usize = 1024;

    /// The page with its slots filled.
    pub(super) fn fill(&self, fill: impl Fn(S, &mut Html<Never>)) -> String {
        let mut page = Html { pieces: Vec::new(), text: String::with_capacity(self.size + Self::SLOTS) };
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(text) => page.text.push_str(text),
                Piece::Slot(slot) => fill(*slot, &mut page),
            }
        }
        page.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::<Never>::new();
        html.raw("<p").attribute("title", "\"'>&").raw(">").text("<script>&amp;").raw("</p>");
        assert_eq!(html.finish(), "<p title=\"&quot;&#39;&gt;&amp;\">&lt;script&gt;&amp;amp;</p>");
    }

    #[test]
    fn slots_are_filled_in_their_place() {
        let mut html = Html::new();
        html.raw("a").slot('1').raw("b").slot('2');
        let template = html.template();
        let fill = |slot: char, page: &mut Html<Never>| {
            page.text(&format!("<{slot}>"));
        };
        assert_eq!(template.fill(fill), "a&lt;1&gt;b&lt;2&gt;");
    }
}
