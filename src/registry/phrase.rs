//! The texts of the interface: everything on the pages that is not about one site's cookies.

/// One text of the interface. What it says in the shipped languages is `pages`' to know; a registry may say it
/// otherwise, or in another language, under `texts:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// The heading of the policy page where `page.title` is absent, and the text of links to it there.
    Title,
    /// The heading over the categories' descriptions where `page.kinds` is absent.
    Kinds,
    /// The heading over the tables where `page.cookies` is absent.
    Cookies,
    /// A column's heading.
    Provider,
    /// A column's heading.
    Function,
    /// A column's heading.
    Names,
    /// A column's heading.
    Purposes,
    /// A column's heading.
    Duration,
    /// A column's heading.
    SetBy,
    /// A column's heading.
    Exemption,
    /// `set_by: server`, in a table.
    ByServer,
    /// `set_by: script`, in a table.
    ByScript,
    /// `lifetime: session`, in a table.
    Session,
    /// A cell about which the registry says nothing.
    NotSaid,
    /// Of a category whose cookies never need consent.
    Exempt,
    /// Of a category whose cookies need consent unless declared anonymised.
    UnlessAnonymised,
    /// Of a category whose cookies always need consent.
    Required,
    /// The heading over the visitor's choice, and the text of links to it.
    Choice,
    /// To a visitor who has not chosen.
    NotChosen,
    /// To a visitor who has chosen; `{date}` is the day.
    Chosen,
    /// To a visitor who has chosen on a day that nobody wrote down.
    ChosenUndated,
    /// To a visitor whose choice was recorded; `{id}` is what the record is found by.
    Reference,
    /// Where no declared cookie needs consent.
    NothingToChoose,
    /// To a visitor whose browser sends `Sec-GPC: 1` where that denies something; `{categories}` are the categories.
    Gpc,
    /// The button that grants everything asked for.
    AcceptAll,
    /// The button that refuses everything asked for.
    RefuseAll,
    /// The banner's link to the preference centre.
    Choose,
    /// The button that saves the switches as they are.
    Save,
    /// The name of the group of switches.
    ByCategory,
    /// What opens the switches of a category's services.
    ByService,
    /// In place of a switch, of a category that needs no consent.
    AlwaysOn,
    /// After a choice.
    Saved,
    /// After a choice was erased.
    Forgotten,
    /// In the banner, if the choice did not reach the server.
    Failed,
    /// The heading of the preference centre.
    CentreTitle,
    /// The paragraph under it.
    CentreText,
    /// The heading of the banner.
    BannerTitle,
    /// The banner's paragraph, before the list of what is asked for.
    BannerText,
    /// Under the policy; `{version}` is the registry's.
    Version,
    /// The same where the version's day is known: `{date}`.
    VersionDated,
    /// The name of the list of languages.
    Languages,
    /// The link back to the page from which the visitor came.
    Back,
    /// On paper; `{address}` is the page's.
    Address,
    /// Of the page that refuses a grant for which no record can be kept.
    NotRecordedTitle,
    /// Its paragraph.
    NotRecordedText,
    /// Of the page that answers a form which can't be read or is out of date.
    BadFormTitle,
    /// Its paragraph.
    BadFormText,
    /// Of the page that answers a form sent from another site.
    ForeignFormTitle,
    /// Its paragraph.
    ForeignFormText,
    /// Of the page that is shown while the site is being worked on.
    MaintenanceTitle,
    /// Its paragraph.
    MaintenanceText,
    /// A day; `{day}`, `{month}` by its name, `{year}`.
    Date,
    /// The names of the months, January first, with commas between.
    Months,
    /// A duration of one year; `{count}` is 1.
    OneYear,
    /// A duration of several years; `{count}` is how many.
    ManyYears,
    /// A duration of one month; `{count}` is 1.
    OneMonth,
    /// A duration of several months; `{count}` is how many.
    ManyMonths,
    /// A duration of one week; `{count}` is 1.
    OneWeek,
    /// A duration of several weeks; `{count}` is how many.
    ManyWeeks,
    /// A duration of one day; `{count}` is 1.
    OneDay,
    /// A duration of several days; `{count}` is how many.
    ManyDays,
    /// A duration of one hour; `{count}` is 1.
    OneHour,
    /// A duration of several hours; `{count}` is how many.
    ManyHours,
    /// A duration of one minute; `{count}` is 1.
    OneMinute,
    /// A duration of several minutes; `{count}` is how many.
    ManyMinutes,
    /// A duration of one second; `{count}` is 1.
    OneSecond,
    /// A duration of several seconds; `{count}` is how many.
    ManySeconds,
}

impl Phrase {
    /// The languages in which every phrase is shipped (primary subtags).
    pub const SHIPPED: [&'static str; 4] = ["en", "fr", "nl", "de"];
    /// Every phrase, in the order of the reference.
    pub const ALL: [Self; 67] = [
        Self::Title,
        Self::Kinds,
        Self::Cookies,
        Self::Provider,
        Self::Function,
        Self::Names,
        Self::Purposes,
        Self::Duration,
        Self::SetBy,
        Self::Exemption,
        Self::ByServer,
        Self::ByScript,
        Self::Session,
        Self::NotSaid,
        Self::Exempt,
        Self::UnlessAnonymised,
        Self::Required,
        Self::Choice,
        Self::NotChosen,
        Self::Chosen,
        Self::ChosenUndated,
        Self::Reference,
        Self::NothingToChoose,
        Self::Gpc,
        Self::AcceptAll,
        Self::RefuseAll,
        Self::Choose,
        Self::Save,
        Self::ByCategory,
        Self::ByService,
        Self::AlwaysOn,
        Self::Saved,
        Self::Forgotten,
        Self::Failed,
        Self::CentreTitle,
        Self::CentreText,
        Self::BannerTitle,
        Self::BannerText,
        Self::Version,
        Self::VersionDated,
        Self::Languages,
        Self::Back,
        Self::Address,
        Self::NotRecordedTitle,
        Self::NotRecordedText,
        Self::BadFormTitle,
        Self::BadFormText,
        Self::ForeignFormTitle,
        Self::ForeignFormText,
        Self::MaintenanceTitle,
        Self::MaintenanceText,
        Self::Date,
        Self::Months,
        Self::OneYear,
        Self::ManyYears,
        Self::OneMonth,
        Self::ManyMonths,
        Self::OneWeek,
        Self::ManyWeeks,
        Self::OneDay,
        Self::ManyDays,
        Self::OneHour,
        Self::ManyHours,
        Self::OneMinute,
        Self::ManyMinutes,
        Self::OneSecond,
        Self::ManySeconds,
    ];

    /// Its key under `texts:`.
    pub fn key(self) -> &'static str {
        super::wording::TEXTS.settings.get(self as usize).map_or("", |setting| setting.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_the_phrase_s_name() {
        for phrase in Phrase::ALL {
            let name = format!("{phrase:?}").to_lowercase();
            assert_eq!(phrase.key().replace('_', ""), name);
        }
    }
}
