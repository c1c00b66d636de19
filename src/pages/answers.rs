//! What a posted form says.

use crate::registry::{KeyTarget, Registry};

/// A form as it was posted: its keys as text, in any order. What the registry doesn't have is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// `action=`.
    pub action: Action,
    /// Each `ask=`: the switches that were shown.
    pub ask: &'a [&'a str],
    /// Each `was=`: those that were shown switched on.
    pub was: &'a [&'a str],
    /// Each `grant=`: those that were on when the form was sent.
    pub grant: &'a [&'a str],
}

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Everything asked for is granted.
    AcceptAll,
    /// Everything asked for is refused.
    RefuseAll,
    /// Each switch counts.
    Save,
}

impl Action {
    /// The button of a form's `action=`.
    pub fn of(word: &str) -> Option<Self> {
        [Self::AcceptAll, Self::RefuseAll, Self::Save].into_iter().find(|action| action.word() == word)
    }

    /// As a form says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::AcceptAll => "accept-all",
            Self::RefuseAll => "refuse-all",
            Self::Save => "save",
        }
    }
}

impl Posted<'_> {
    /// The answers, each category and service that was asked for once.
    ///
    /// A service's switch that was not moved follows its category's if that one was: without a script nothing moves
    /// them together on the page, and whoever switches a category means what is in it.
    pub fn answers(&self, registry: &Registry) -> Vec<(KeyTarget, bool)> {
        let mut answers: Vec<(KeyTarget, bool)> = Vec::new();
        for key in self.ask {
            let Some(target) = registry.key_target(key) else { continue };
            if answers.iter().all(|(other, _)| *other != target) {
                answers.push((target, self.answer(registry, key, target)));
            }
        }
        answers
    }

    fn answer(&self, registry: &Registry, key: &str, target: KeyTarget) -> bool {
        match self.action {
            Action::AcceptAll => true,
            Action::RefuseAll => false,
            Action::Save => {
                let category = category_of(registry, target).filter(|_| !self.moved(key));
                let follows = category.filter(|category| self.ask.contains(category) && self.moved(category));
                self.grant.contains(&follows.unwrap_or(key))
            }
        }
    }

    fn moved(&self, key: &str) -> bool {
        self.was.contains(&key) != self.grant.contains(&key)
    }
}

/// The key of a service's category.
fn category_of(registry: &Registry, target: KeyTarget) -> Option<&str> {
    match target {
        KeyTarget::Category(_) => None,
        KeyTarget::Service(service) => Some(&registry.category(registry.service(service).category).key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const REGISTRY: &str = "
version: '1'
services: [{key: matomo, title: Matomo, category: statistical}, {key: xiti, title: XiTi, category: statistical}]
cookies: []
";

    fn save(ask: &str, was: &str, grant: &str) -> String {
        posted(Action::Save, ask, was, grant)
    }

    /// The granted keys of the answers.
    fn posted(action: Action, ask: &str, was: &str, grant: &str) -> String {
        let registry = Registry::compile(Source::new("r", REGISTRY)).0.unwrap();
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let (ask, was, grant) =
            (words(ask.to_owned().leak()), words(was.to_owned().leak()), words(grant.to_owned().leak()));
        let posted = Posted { action, ask: &ask, was: &was, grant: &grant };
        let answers = posted.answers(&registry);
        let granted = ask.iter().filter(|key| answers.contains(&(registry.key_target(key).unwrap(), true)));
        granted.copied().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn switches_that_were_not_moved_follow_the_one_that_was() {
        let all = "statistical matomo xiti";
        assert_eq!(save(all, "", "statistical"), all, "the category alone was switched on");
        assert_eq!(save(all, all, "matomo xiti"), "", "the category alone was switched off");
        assert_eq!(save(all, all, "statistical xiti"), "statistical xiti", "one service was switched off");
        assert_eq!(save(all, "", "matomo"), "matomo", "one service was switched on");
        assert_eq!(save(all, "statistical", "statistical"), "statistical", "nothing was moved");
        assert_eq!(save(all, "", ""), "");
        assert_eq!(save(all, "matomo", "statistical"), "statistical xiti", "a service moved the other way");
    }

    #[test]
    fn a_button_is_known_by_its_word() {
        for (word, action) in
            [("accept-all", Action::AcceptAll), ("refuse-all", Action::RefuseAll), ("save", Action::Save)]
        {
            assert_eq!((Action::of(word), action.word()), (Some(action), word));
        }
        assert!(["", "Save", "accept"].map(Action::of) == [None; 3]);
    }

    #[test]
    fn buttons_answer_what_was_asked_and_nothing_else() {
        assert_eq!(posted(Action::AcceptAll, "internal matomo", "", ""), "internal matomo");
        assert_eq!(posted(Action::RefuseAll, "internal matomo", "internal", "internal matomo"), "");
        let registry = Registry::compile(Source::new("r", REGISTRY)).0.unwrap();
        let posted = Posted {
            action: Action::AcceptAll,
            ask: &["internal", "gone", "internal"],
            was: &[],
            grant: &["xiti"],
        };
        assert_eq!(posted.answers(&registry), [(registry.key_target("internal").unwrap(), true)]);
    }
}
