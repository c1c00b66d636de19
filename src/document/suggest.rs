//! What was probably meant.

/// "did you mean `x`?" where one is near, else the list of what is allowed.
pub fn one_of(written: &str, allowed: &[&str]) -> String {
    match nearest(written, allowed) {
        Some(near) => format!("did you mean `{near}`?"),
        None if allowed.is_empty() => "there is nothing to choose from".to_owned(),
        None => format!("write one of: {}", allowed.join(", ")),
    }
}

/// The allowed word within an edit distance of about a third of its length: two letters swapped in five are near.
fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let folded = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    allowed
        .iter()
        .map(|word| (distance(&folded(written), &folded(word)), *word))
        .filter(|(distance, word)| *distance <= (word.chars().count().max(3) + 1) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein's distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // From the characters of `a` so far to each beginning of `b` but the empty one, from which each of them is one away.
    let mut row: Vec<usize> = (1..=b.len()).collect();
    for (x, (before, with)) in a.chars().zip((0..).zip(1..)) {
        let (mut diagonal, mut left) = (before, with);
        for (cell, y) in row.iter_mut().zip(&b) {
            let next = (diagonal + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = next;
            left = next;
        }
    }
    row.last().copied().unwrap_or_else(|| a.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, far) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "bc", 1),
            ("bc", "abc", 1),
            ("abc", "axc", 1),
            ("abc", "ab", 1),
            ("ab", "ba", 2),
            ("kitten", "sitting", 3),
            ("é", "e", 1),
        ] {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }

    #[test]
    fn what_is_near_is_meant() {
        assert_eq!(one_of("namse", &["provider", "names"]), "did you mean `names`?");
        assert_eq!(one_of("Same Site", &["same_site"]), "did you mean `same_site`?");
        assert_eq!(one_of("x", &["on", "off"]), "write one of: on, off");
        assert_eq!(one_of("x", &[]), "there is nothing to choose from");
    }
}
