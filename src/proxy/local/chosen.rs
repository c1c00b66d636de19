//! What one act of choosing says, and what it keeps of the choice before.

use crate::consent::Choices;
use crate::registry::{KeyTarget, Registry};

/// A choice over an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Every answer from now on.
    pub(super) all: Choices,
    /// Those that were given now.
    said: Choices,
}

impl Chosen {
    /// The same answer to everything, over whatever there was.
    pub(super) fn everything(registry: &Registry, granted: bool) -> Self {
        let all = Choices::all(registry, granted);
        Self { said: all.clone(), all }
    }

    /// Answers over those before. A category speaks for its services too, unless they are named beside it.
    pub(super) fn over(registry: &Registry, before: &Choices, answers: &[(KeyTarget, bool)]) -> Self {
        let mut said = Choices::default();
        for (target, granted) in answers {
            if let KeyTarget::Category(category) = target {
                said.set_whole(registry, *category, *granted);
            }
        }
        for (target, granted) in answers {
            if let KeyTarget::Service(_) = target {
                said.set(*target, *granted);
            }
        }
        Self::with(before, said)
    }

    /// Agrees to what was asked, over the answers before. A category speaks for those of its services that have no answer.
    pub(super) fn agreeing(registry: &Registry, before: &Choices, asked: &[(KeyTarget, bool)]) -> Self {
        let mut said: Choices = asked.iter().map(|(target, _)| (*target, true)).collect();
        for target in registry.asked() {
            if let KeyTarget::Service(id) = *target
                && before.get(*target).is_none()
                && said.get(KeyTarget::Category(registry.service(id).category)).is_some()
            {
                said.set(*target, true);
            }
        }
        Self::with(before, said)
    }

    /// What of it is no grant, over the answers before.
    pub(super) fn refusals(&self, before: &Choices) -> Self {
        Self::with(before, self.said.iter().filter(|(_, granted)| !granted).collect())
    }

    /// Whether everything that it grants was agreed to now, so that its time begins now.
    pub(super) fn is_new(&self) -> bool {
        self.all.iter().all(|(target, granted)| !granted || self.said.get(target).is_some())
    }

    fn with(before: &Choices, said: Choices) -> Self {
        let mut all = before.clone();
        said.iter().for_each(|(target, granted)| all.set(target, granted));
        Self { all, said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const REGISTRY: &str = "
version: \"1\"
services: [{key: matomo, title: Matomo, category: statistical}, {key: xiti, title: XiTi, category: statistical}]
cookies:
  - {provider: P, names: [_pk], purposes: C., service: matomo}
  - {provider: P, names: [_xt], purposes: C., service: xiti}
  - {provider: P, names: [_fb], purposes: C., category: third-party}
";

    /// `statistical -matomo`: granted and refused.
    fn answers(registry: &Registry, words: &str) -> Vec<(KeyTarget, bool)> {
        let each =
            words.split_whitespace().map(|word| (word.trim_start_matches('-'), !word.starts_with('-')));
        each.map(|(key, granted)| (registry.key_target(key).unwrap(), granted)).collect()
    }

    fn words(registry: &Registry, choices: &Choices) -> String {
        let each = choices
            .words(registry)
            .map(|(key, granted)| if granted { key.into() } else { format!("-{key}") });
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_grants_nothing_old_is_new() {
        let registry = Registry::compile(Source::new("registry.yaml", REGISTRY)).0.unwrap();
        let choices = |words: &str| answers(&registry, words).into_iter().collect::<Choices>();
        for (before, said, all, is_new) in [
            ("", "third-party", "third-party", true),
            ("third-party", "statistical", "statistical third-party matomo xiti", false),
            ("-third-party", "statistical", "statistical -third-party matomo xiti", true),
            ("third-party", "-third-party", "-third-party", true),
            ("statistical matomo", "-statistical xiti", "-statistical -matomo xiti", true),
            ("statistical matomo -xiti", "-matomo", "statistical -matomo -xiti", false),
            (
                "statistical matomo xiti",
                "statistical -third-party",
                "statistical -third-party matomo xiti",
                true,
            ),
        ] {
            let chosen = Chosen::over(&registry, &choices(before), &answers(&registry, said));
            assert_eq!(
                (words(&registry, &chosen.all).as_str(), chosen.is_new()),
                (all, is_new),
                "{before}: {said}"
            );
        }
        for (before, said, all, is_new) in [
            ("", "statistical", "statistical matomo xiti", true),
            ("-statistical -matomo", "statistical", "statistical -matomo xiti", true),
            ("statistical -xiti", "matomo", "statistical matomo -xiti", false),
            ("statistical matomo", "statistical", "statistical matomo xiti", false),
        ] {
            let chosen = Chosen::agreeing(&registry, &choices(before), &answers(&registry, said));
            assert_eq!(
                (words(&registry, &chosen.all).as_str(), chosen.is_new()),
                (all, is_new),
                "{before}: {said}"
            );
        }
        let chosen = Chosen::over(&registry, &choices("matomo"), &answers(&registry, "xiti -third-party"));
        let refused = chosen.refusals(&choices("matomo"));
        assert_eq!(
            (words(&registry, &refused.all).as_str(), refused.is_new()),
            ("-third-party matomo", false)
        );
        assert!(Chosen::everything(&registry, true).is_new());
    }
}
