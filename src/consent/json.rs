//! A small strict reader of JSON (RFC 8259) that keeps repeated keys, bounds depth and size, and says where a text
//! that is no JSON yet goes on percent-encoded.

use std::borrow::Cow;

use super::Unreadable;

/// Objects and arrays within each other, the outermost counted.
const MOST_DEEP: usize = 8;
/// Members of all objects and items of all arrays together.
const MOST_KEYS: usize = 256;

/// One member of an object.
pub(super) type Member<'a> = (Cow<'a, str>, Json<'a>);

/// A JSON value; members in the text's order, repeated ones too.
#[derive(Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// As written: `1` and `1.0` are not the same choice.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<Member<'a>>),
}

/// Why a text is no JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) reason: Unreadable,
    /// The reader met `%` where the grammar wants a token: the text may be percent-encoded. A `%` inside a string
    /// is never the cause, so decoding cannot be provoked by what a string holds (an address, say).
    pub(super) encoded: bool,
}

/// Reads a text that is one JSON value, with nothing but white space around.
pub(super) fn parse(text: &str) -> Result<Json<'_>, Fault> {
    let mut reader = Reader { rest: text, keys: 0, in_string: false };
    reader.text().map_err(|reason| Fault {
        reason,
        encoded: reason == Unreadable::Syntax && !reader.in_string && reader.rest.starts_with('%'),
    })
}

struct Reader<'a> {
    /// What is not read yet; at a fault it begins with the character that does not fit.
    rest: &'a str,
    keys: usize,
    in_string: bool,
}

impl<'a> Reader<'a> {
    fn text(&mut self) -> Result<Json<'a>, Unreadable> {
        let value = self.value(1)?;
        self.white_space();
        if self.rest.is_empty() { Ok(value) } else { Err(Unreadable::Trailing) }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Unreadable> {
        self.white_space();
        match self.rest.bytes().next() {
            Some(b'{' | b'[') if depth > MOST_DEEP => Err(Unreadable::TooDeep),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(Unreadable::Syntax),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, Unreadable> {
        let mut members = Vec::new();
        self.expect("{")?;
        if self.next_is("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.count()?;
            self.white_space();
            let key = self.string()?;
            self.white_space();
            self.expect(":")?;
            members.push((key, self.value(depth + 1)?));
            if !self.next_is(",") {
                self.expect("}")?;
                return Ok(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, Unreadable> {
        let mut items = Vec::new();
        self.expect("[")?;
        if self.next_is("]") {
            return Ok(Json::Array(items));
        }
        loop {
            self.count()?;
            items.push(self.value(depth + 1)?);
            if !self.next_is(",") {
                self.expect("]")?;
                return Ok(Json::Array(items));
            }
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Unreadable> {
        self.expect("\"")?;
        self.in_string = true;
        let mut text = Cow::Borrowed("");
        loop {
            let end = |c: char| matches!(c, '"' | '\\' | '\0'..='\u{1f}');
            let (plain, rest) = self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
            self.rest = rest;
            text += plain; // borrows while it is the first part
            if self.taken("\"") {
                self.in_string = false;
                return Ok(text);
            }
            self.expect("\\")?;
            text.to_mut().push(self.escape()?);
        }
    }

    /// What follows a backslash (RFC 8259 7).
    fn escape(&mut self) -> Result<char, Unreadable> {
        let (kind, rest) = self.rest.split_at_checked(1).ok_or(Unreadable::Syntax)?;
        let plain = match kind {
            "\"" => '"',
            "\\" => '\\',
            "/" => '/',
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            "u" => {
                self.rest = rest;
                return self.unicode();
            }
            _ => return Err(Unreadable::Syntax),
        };
        self.rest = rest;
        Ok(plain)
    }

    /// One UTF-16 code unit, or the two of a surrogate pair; a lone surrogate is no character.
    fn unicode(&mut self) -> Result<char, Unreadable> {
        let first = self.code_unit()?;
        let mut units = [first, 0];
        if (0xd800..0xdc00).contains(&first) {
            self.expect("\\u")?;
            units = [first, self.code_unit()?];
        }
        let decoded = char::decode_utf16(units).next();
        decoded.and_then(Result::ok).ok_or(Unreadable::Syntax)
    }

    fn code_unit(&mut self) -> Result<u16, Unreadable> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(Unreadable::Syntax)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Unreadable::Syntax);
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).map_err(|_| Unreadable::Syntax)
    }

    fn number(&mut self) -> Result<Json<'a>, Unreadable> {
        let start = self.rest;
        self.taken("-");
        if !self.taken("0") {
            self.digits()?;
        }
        if self.taken(".") {
            self.digits()?;
        }
        if self.taken("e") || self.taken("E") {
            let _sign = self.taken("+") || self.taken("-");
            self.digits()?;
        }
        let length = start.len() - self.rest.len();
        start.get(..length).map(Json::Number).ok_or(Unreadable::Syntax)
    }

    fn digits(&mut self) -> Result<(), Unreadable> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let none = rest.len() == self.rest.len();
        self.rest = rest;
        if none { Err(Unreadable::Syntax) } else { Ok(()) }
    }

    /// A literal name, letter by letter, so that a fault stops at the letter that differs.
    fn word(&mut self, name: &str, value: Json<'a>) -> Result<Json<'a>, Unreadable> {
        for letter in name.chars() {
            self.rest = self.rest.strip_prefix(letter).ok_or(Unreadable::Syntax)?;
        }
        Ok(value)
    }

    fn count(&mut self) -> Result<(), Unreadable> {
        self.keys += 1;
        if self.keys > MOST_KEYS { Err(Unreadable::TooLarge) } else { Ok(()) }
    }

    /// Takes the token if it comes next, after white space.
    fn next_is(&mut self, token: &str) -> bool {
        self.white_space();
        self.taken(token)
    }

    fn expect(&mut self, token: &str) -> Result<(), Unreadable> {
        if self.taken(token) { Ok(()) } else { Err(Unreadable::Syntax) }
    }

    fn taken(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}
