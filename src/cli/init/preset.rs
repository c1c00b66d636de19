//! What a registry begins with.

use clap::ValueEnum;

use super::probe::Probed;

/// What the site is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Preset {
    /// A Django site: session, CSRF token, messages, language
    Django,
    /// An Opendatasoft portal: the cookies of its own policy
    Opendatasoft,
    /// Anything else: the visitor's choice alone
    None,
}

impl Preset {
    /// By its word, or a beginning of it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.to_lowercase();
        let found =
            Self::value_variants().iter().find(|preset| !text.is_empty() && preset.word().starts_with(&text));
        found.copied().ok_or_else(|| format!("`{text}` is none of them; write django, opendatasoft or none"))
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Django => "django",
            Self::Opendatasoft => "opendatasoft",
            Self::None => "none",
        }
    }

    /// What the cookies of a site say about it.
    pub(super) fn guess(probed: &Probed) -> Self {
        let django = ["csrftoken", "sessionid", "django_language"];
        if probed.cookies().iter().any(|name| django.iter().any(|own| own.as_bytes() == name.as_slice())) {
            Self::Django
        } else {
            Self::None
        }
    }

    /// Its rows of the registry, each with an empty line after it.
    pub(super) fn rows(self) -> &'static str {
        match self {
            Self::Django => include_str!("django.yaml"),
            Self::Opendatasoft => include_str!("opendatasoft.yaml"),
            Self::None => "",
        }
    }
}
