//! Two patterns side by side: a name that both match, and whether one covers all of the other.

use std::collections::VecDeque;

use super::pattern::{Pattern, Token};

/// A name that both match; a shortest one, in which wildcards stand for `x`.
///
/// A breadth-first walk through the pairs of places in both patterns: from each pair, skip a token that may stand
/// for nothing, or let both take the same byte.
pub(super) fn witness(a: &Pattern, b: &Pattern) -> Option<Vec<u8>> {
    if !comparable(a.prefix().iter(), b.prefix().iter())
        || !comparable(a.suffix().iter().rev(), b.suffix().iter().rev())
    {
        return None;
    }
    let (a, b): (Vec<Token>, Vec<Token>) = (a.tokens().collect(), b.tokens().collect());
    let width = b.len() + 1;
    // How each pair was first reached: from which one, by which byte.
    let mut reached: Vec<Option<(usize, Option<u8>)>> = vec![None; (a.len() + 1) * width];
    let mut open = VecDeque::from([(0, 0)]);
    while let Some((i, j)) = open.pop_front() {
        if (i, j) == (a.len(), b.len()) {
            return Some(spell(&reached, i * width + j));
        }
        let (left, right) = (a.get(i).copied(), b.get(j).copied());
        let skip_left = left.filter(|token| token.repeats()).map(|_| (i + 1, j, None));
        let skip_right = right.filter(|token| token.repeats()).map(|_| (i, j + 1, None));
        let both = left.zip(right).and_then(|(left, right)| {
            let byte = common(left, right)?;
            Some((i + usize::from(!left.repeats()), j + usize::from(!right.repeats()), Some(byte)))
        });
        for (to_i, to_j, byte) in [skip_left, skip_right, both].into_iter().flatten() {
            let cell = reached.get_mut(to_i * width + to_j).filter(|cell| cell.is_none());
            if let Some(cell) = cell.filter(|_| (to_i, to_j) != (0, 0)) {
                *cell = Some((i * width + j, byte));
                open.push_back((to_i, to_j));
            }
        }
    }
    None
}

/// The bytes on the way from the beginning.
fn spell(reached: &[Option<(usize, Option<u8>)>], end: usize) -> Vec<u8> {
    let step = |at: &usize| reached.get(*at).copied().flatten();
    let way = std::iter::successors(step(&end), |(from, _)| step(from));
    let mut name: Vec<u8> = way.filter_map(|(_, byte)| byte).collect();
    name.reverse();
    name
}

/// A byte that both accept, a readable one where there is a choice.
fn common(a: Token, b: Token) -> Option<u8> {
    let byte = match (a, b) {
        (Token::Byte(byte), _) | (_, Token::Byte(byte)) => byte,
        _ => b'x',
    };
    (a.accepts(byte) && b.accepts(byte)).then_some(byte)
}

/// One is the beginning of the other.
fn comparable<'a>(a: impl Iterator<Item = &'a u8>, b: impl Iterator<Item = &'a u8>) -> bool {
    a.zip(b).all(|(a, b)| a == b)
}

/// Every name that `inner` matches, `outer` matches too.
///
/// Runs `outer` over `inner`'s steps: a step that stands for many bytes is taken only by one that stands for all
/// of those.
pub(super) fn covers(outer: &Pattern, inner: &Pattern) -> bool {
    // A wildcard's first and last byte vary, so that no literal byte of `outer` takes them.
    if !inner.prefix().starts_with(outer.prefix()) || !inner.suffix().ends_with(outer.suffix()) {
        return false;
    }
    let outer: Vec<Token> = outer.tokens().collect();
    let mut states = vec![false; outer.len() + 1];
    if let Some(first) = states.first_mut() {
        *first = true;
    }
    skip_repeats(&outer, &mut states);
    for step in inner.tokens() {
        let mut next = vec![false; states.len()];
        for (state, token) in outer.iter().enumerate().filter(|(state, _)| states.get(*state) == Some(&true))
        {
            let to = state + usize::from(!token.repeats());
            if let Some(cell) = next.get_mut(to).filter(|_| takes(*token, step)) {
                *cell = true;
            }
        }
        skip_repeats(&outer, &mut next);
        states = next;
    }
    states.last() == Some(&true)
}

fn skip_repeats(tokens: &[Token], states: &mut [bool]) {
    for (state, token) in tokens.iter().enumerate() {
        let here = states.get(state) == Some(&true) && token.repeats();
        if let Some(after) = states.get_mut(state + 1).filter(|_| here) {
            *after = true;
        }
    }
}

/// The token stands for everything that the step can be.
fn takes(token: Token, step: Token) -> bool {
    match step {
        Token::Byte(byte) => token.accepts(byte),
        Token::NotDot => matches!(token, Token::NotDot | Token::NotDots | Token::Bytes),
        Token::NotDots => matches!(token, Token::NotDots | Token::Bytes),
        Token::Bytes => token == Token::Bytes,
    }
}
