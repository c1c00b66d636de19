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
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let next = (diagonal + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
