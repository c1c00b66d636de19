//! What holds for all faults of a file, whatever stands in it.

use tamis::diagnostic::Diagnostics;

/// Each fault has its place within its text, and is told in every form.
///
/// # Panics
/// If not.
pub fn are_sound(faults: &Diagnostics) {
    for fault in faults.iter() {
        let text = &fault.source.text;
        let (start, end) = (fault.span.start, fault.span.end);
        assert!(start <= end && end <= text.len(), "{}: {start}..{end} of {}", fault.kind, text.len());
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{}: {start}..{end}", fault.kind);
        let (line, column) = fault.position();
        let there = text.split('\n').nth(line - 1);
        let there = there.unwrap_or_else(|| panic!("{}: no line {line}", fault.kind));
        assert!(column - 1 <= there.chars().count(), "{}: no column {column} in line {line}", fault.kind);
        assert!(
            !fault.message.is_empty() && !fault.line().contains('\n'),
            "{}: {:?}",
            fault.kind,
            fault.line()
        );
        assert!(fault.json().is_object());
    }
    let (whole, marked) = (faults.render(false), faults.render(true));
    assert_eq!(whole.is_empty(), faults.is_empty());
    assert!(!whole.contains('\u{1b}'), "an escape sequence of the file reaches the terminal");
    assert_eq!(marked.is_empty(), faults.is_empty());
}
