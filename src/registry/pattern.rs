//! Declared cookie-names: exact, or patterns in which `*` and `{id}` stand for bytes.
//!
//! A pattern is its literal beginning, its literal end and what lies between the first and the last wildcard. The
//! middle is matched as a set of states, so the work is bounded by the product of both lengths whatever a visitor
//! sends, and nothing is allocated.

/// One step of a pattern. `*` is [`Token::Bytes`]; `{id}` is [`Token::NotDot`] followed by [`Token::NotDots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// One byte other than `.`.
    NotDot,
    /// Any number of bytes other than `.`.
    NotDots,
    /// Any number of any bytes.
    Bytes,
}

impl Token {
    /// It may stand for no byte, and for one more than it has.
    pub(super) fn repeats(self) -> bool {
        matches!(self, Self::NotDots | Self::Bytes)
    }

    /// The byte is one of those that it stands for.
    pub(super) fn accepts(self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => own == byte,
            Self::NotDot | Self::NotDots => byte != b'.',
            Self::Bytes => true,
        }
    }
}

/// What is wrong with a declared name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternFault {
    /// No byte at all.
    #[error("a cookie-name is empty")]
    Empty,
    /// Wildcards only, one of them `*`.
    #[error("this matches every cookie")]
    Everything,
    /// A byte that no cookie-name holds (6265bis 5.6 steps 1 to 3).
    #[error("a cookie-name can't hold {}", shown(*.0))]
    Forbidden(char),
    /// User agents trim SP and HTAB at both ends of a name (6265bis 5.6 step 5).
    #[error("a cookie-name has no space at its beginning or end")]
    OuterSpace,
    /// A backslash before anything but `*`, `{` and `\`.
    #[error("a `\\` stands alone here")]
    Backslash,
    /// `{` that begins no `{id}`.
    #[error("a `{{` begins no `{{id}}` here")]
    Brace,
    /// Longer than a name ever is.
    #[error("a cookie-name is too long")]
    TooLong,
    /// More steps between the first and the last wildcard than a set of states holds.
    #[error("there is too much between the first and the last wildcard")]
    TooWide,
}

impl PatternFault {
    /// What would be right.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Empty => "write the cookie's name",
            Self::Everything => "write at least one literal byte beside the wildcards, `_pk_*` for example",
            Self::Forbidden(_) => "write the name alone, without value, attributes or control characters",
            Self::OuterSpace => "remove the space",
            Self::Backslash => r"write `\\` for a backslash, `\*` for an asterisk, `\{` for a brace",
            Self::Brace => {
                r"write `{id}` for one or more bytes other than `.`, `*` for any bytes, or `\{` for a brace"
            }
            Self::TooLong => "write at most 1024 bytes: user agents keep no more than 4096 of name and value",
            Self::TooWide => "write at most 120 bytes between the first and the last wildcard",
        }
    }
}

fn shown(byte: char) -> String {
    if byte.is_control() { "a control character".to_owned() } else { format!("`{byte}`") }
}

/// A declared name, ready to match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    /// The literal bytes before the first wildcard; all of them where there is none.
    prefix: Box<[u8]>,
    /// From the first wildcard to the last; empty where there is none.
    middle: Box<[Token]>,
    /// The literal bytes after the last wildcard.
    suffix: Box<[u8]>,
    /// The bits of `middle`'s repeating tokens.
    repeating: u128,
    /// How many literal bytes there are: what specificity counts.
    literals: usize,
}

impl Pattern {
    /// Octets of a declared name.
    const MOST_BYTES: usize = 1024;
    /// Tokens of the middle: one bit each, and one for the end.
    const MOST_TOKENS: usize = 127;

    /// Reads a name as people write it.
    ///
    /// # Errors
    /// The first fault, from the left.
    pub(super) fn parse(text: &str) -> Result<Self, PatternFault> {
        let tokens = tokens(text)?;
        let byte = |token: &Token| match token {
            Token::Byte(byte) => Some(*byte),
            _ => None,
        };
        let blank = |token: Option<&Token>| matches!(token, Some(Token::Byte(b' ' | b'\t')));
        let literals = tokens.iter().filter_map(byte).count();
        if tokens.is_empty() {
            return Err(PatternFault::Empty);
        } else if literals == 0 && tokens.contains(&Token::Bytes) {
            return Err(PatternFault::Everything);
        } else if blank(tokens.first()) || blank(tokens.last()) {
            return Err(PatternFault::OuterSpace);
        } else if text.len() > Self::MOST_BYTES {
            return Err(PatternFault::TooLong);
        }
        let prefix: Box<[u8]> = tokens.iter().map_while(byte).collect();
        let wild = tokens.get(prefix.len()..).unwrap_or_default();
        let after = wild.iter().rev().take_while(|token| byte(token).is_some()).count();
        let (middle, suffix) = wild.split_at(wild.len() - after);
        if middle.len() > Self::MOST_TOKENS {
            return Err(PatternFault::TooWide);
        }
        let repeating = middle.iter().rev().fold(0, |bits, token| bits << 1 | u128::from(token.repeats()));
        let suffix = suffix.iter().filter_map(byte).collect();
        Ok(Self { prefix, middle: middle.into(), suffix, repeating, literals })
    }

    /// The name, if this is no pattern.
    pub(super) fn exact(&self) -> Option<&[u8]> {
        self.middle.is_empty().then_some(&*self.prefix)
    }

    /// The literal bytes before the first wildcard.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// The literal bytes after the last wildcard.
    pub(super) fn suffix(&self) -> &[u8] {
        &self.suffix
    }

    /// More is more specific.
    pub(super) fn literals(&self) -> usize {
        self.literals
    }

    /// All of it, step by step.
    pub(super) fn tokens(&self) -> impl Iterator<Item = Token> {
        let bytes = |bytes: &[u8]| bytes.iter().copied().map(Token::Byte).collect::<Vec<_>>();
        bytes(&self.prefix).into_iter().chain(self.middle.iter().copied()).chain(bytes(&self.suffix))
    }

    /// Whether it covers what follows its literal beginning.
    pub(super) fn matches_after_prefix(&self, rest: &[u8]) -> bool {
        let Some(middle) = rest.strip_suffix(&*self.suffix) else { return false };
        match &*self.middle {
            [] => middle.is_empty(),
            [Token::Bytes] => true,
            [Token::NotDot, Token::NotDots] => !middle.is_empty() && memchr::memchr(b'.', middle).is_none(),
            _ => self.simulate(middle),
        }
    }

    /// Whether it covers a name.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        name.strip_prefix(&*self.prefix).is_some_and(|rest| self.matches_after_prefix(rest))
    }

    /// Runs the middle over bytes: bit `i` of the state says that the first `i` tokens can have matched so far.
    fn simulate(&self, bytes: &[u8]) -> bool {
        let mut states = self.skip_repeats(1);
        for byte in bytes {
            let mut next = 0;
            let mut left = states;
            while left != 0 {
                let state = left.trailing_zeros();
                left &= left - 1;
                if let Some(token) = self.middle.get(state as usize).filter(|token| token.accepts(*byte)) {
                    next |= 1 << (state + u32::from(!token.repeats()));
                }
            }
            states = self.skip_repeats(next);
            if states == 0 {
                return false;
            }
        }
        states >> self.middle.len() & 1 == 1
    }

    /// Adds the states that are reached without a byte: after a token that may stand for none.
    fn skip_repeats(&self, mut states: u128) -> u128 {
        loop {
            let more = states | (states & self.repeating) << 1;
            if more == states {
                return states;
            }
            states = more;
        }
    }
}

/// The steps of a written name, runs of `*` folded into one.
fn tokens(text: &str) -> Result<Vec<Token>, PatternFault> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut after = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '*' if tokens.last() == Some(&Token::Bytes) => {}
            '*' => tokens.push(Token::Bytes),
            '{' => {
                after = after.strip_prefix("id}").ok_or(PatternFault::Brace)?;
                tokens.extend([Token::NotDot, Token::NotDots]);
            }
            '\\' => {
                let escaped = after.bytes().next().filter(|byte| matches!(byte, b'*' | b'{' | b'\\'));
                tokens.push(Token::Byte(escaped.ok_or(PatternFault::Backslash)?));
                after = after.get(1..).unwrap_or_default();
            }
            '=' | ';' => return Err(PatternFault::Forbidden(first)),
            control if control.is_ascii_control() => return Err(PatternFault::Forbidden(control)),
            other => tokens.extend(other.encode_utf8(&mut [0; 4]).bytes().map(Token::Byte)),
        }
        rest = after;
    }
    Ok(tokens)
}
