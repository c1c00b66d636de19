//! What may be written under `texts:`, phrase by phrase.

use super::schema::TEXT;
use crate::document::{Kind, Mapping, Setting};

/// The section; its keys in the order of [`Phrase::ALL`](super::Phrase::ALL).
pub(super) static TEXTS: Mapping = Mapping {
    what: "the texts",
    settings: &[
        row(
            "title",
            "The heading of the policy page where `page.title` is absent, and the text of links to it there.",
            "\"Cookies policy\"",
        ),
        row(
            "kinds",
            "The heading over the categories' descriptions where `page.kinds` is absent.",
            "\"Several types of cookies exist\"",
        ),
        row(
            "cookies",
            "The heading over the tables where `page.cookies` is absent.",
            "\"Cookies used on this site\"",
        ),
        row("provider", "A column's heading.", "\"Service provider's name\""),
        row("function", "A column's heading.", "\"Function and location\""),
        row("names", "A column's heading.", "\"Cookie name(s)\""),
        row("purposes", "A column's heading.", "\"Purposes\""),
        row("duration", "A column's heading.", "\"Duration\""),
        row("set_by", "A column's heading.", "\"Set by\""),
        row("exemption", "A column's heading.", "\"Why no consent is needed\""),
        row("by_server", "`set_by: server`, in a table.", "\"the server\""),
        row("by_script", "`set_by: script`, in a table.", "\"a script in the page\""),
        row("session", "`lifetime: session`, in a table.", "\"until the browser is closed\""),
        row("not_said", "A cell about which the registry says nothing.", "\"not stated\""),
        row("exempt", "Of a category whose cookies never need consent.", "\"No consent is needed.\""),
        row(
            "unless_anonymised",
            "Of a category whose cookies need consent unless declared anonymised.",
            "\"Your consent is needed, except for anonymous audience measurement.\"",
        ),
        row("required", "Of a category whose cookies always need consent.", "\"Your consent is needed.\""),
        row(
            "choice",
            "The heading over the visitor's choice, and the text of links to it.",
            "\"Your choice\"",
        ),
        row(
            "not_chosen",
            "To a visitor who has not chosen.",
            "\"You have not made a choice yet. Until you do, only cookies that need no consent are used.\"",
        ),
        row(
            "chosen",
            "To a visitor who has chosen; `{date}` is the day.",
            "\"You made your present choice on {date}. You can change it at any time.\"",
        ),
        row(
            "chosen_undated",
            "To a visitor who has chosen on a day that nobody wrote down.",
            "\"Below is your present choice. You can change it at any time.\"",
        ),
        row(
            "reference",
            "To a visitor whose choice was recorded; `{id}` is what the record is found by.",
            "\"The reference of your choice is {id}. It names the record of it, should you wish to ask for that.\"",
        ),
        row(
            "nothing_to_choose",
            "Where no declared cookie needs consent.",
            "\"This site uses no cookies that need your consent: there is nothing to choose.\"",
        ),
        row(
            "gpc",
            "To a visitor whose browser sends `Sec-GPC: 1` where that denies something; `{categories}` are the categories.",
            "\"Your browser objects to tracking (Global Privacy Control). Refused for that reason, unless you decide otherwise here: {categories}.\"",
        ),
        row("accept_all", "The button that grants everything asked for.", "\"Accept all\""),
        row("refuse_all", "The button that refuses everything asked for.", "\"Refuse all\""),
        row("choose", "The banner's link to the preference centre.", "\"Customise\""),
        row("save", "The button that saves the switches as they are.", "\"Save my choices\""),
        row("by_category", "The name of the group of switches.", "\"Choose by category\""),
        row(
            "by_service",
            "What opens the switches of a category's services.",
            "\"Choose service by service\"",
        ),
        row("always_on", "In place of a switch, of a category that needs no consent.", "\"Always active\""),
        row("saved", "After a choice.", "\"Your choice has been saved.\""),
        row("forgotten", "After a choice was erased.", "\"Your choice has been erased.\""),
        row(
            "failed",
            "In the banner, if the choice did not reach the server.",
            "\"Your choice could not be saved. Please try again.\"",
        ),
        row("centre_title", "The heading of the preference centre.", "\"Cookie preferences\""),
        row(
            "centre_text",
            "The paragraph under it.",
            "\"Choose which cookies this site may use. Refusing has no effect on the cookies that the site cannot work without.\"",
        ),
        row("banner_title", "The heading of the banner.", "\"Cookies on this site\""),
        row(
            "banner_text",
            "The banner's paragraph, before the list of what is asked for.",
            "\"Some cookies are used only if you agree. You can accept them, refuse them or choose one by one, and change your mind at any time. We ask for your consent to:\"",
        ),
        row("version", "Under the policy; `{version}` is the registry's.", "\"Version {version}\""),
        row(
            "version_dated",
            "The same where the version's day is known: `{date}`.",
            "\"Version {version}, dated {date}\"",
        ),
        row("languages", "The name of the list of languages.", "\"Languages\""),
        row("back", "The link back to the page from which the visitor came.", "\"Back to the site\""),
        row("address", "On paper; `{address}` is the page's.", "\"Address of this page: {address}\""),
        row(
            "not_recorded_title",
            "Of the page that refuses a grant for which no record can be kept.",
            "\"Your agreement was not saved\"",
        ),
        row(
            "not_recorded_text",
            "Its paragraph.",
            "\"We cannot keep the proof of your choice at the moment, so nothing was changed and no further cookie is used. Please try again later.\"",
        ),
        row(
            "bad_form_title",
            "Of the page that answers a form which can't be read or is out of date.",
            "\"This form is no longer valid\"",
        ),
        row(
            "bad_form_text",
            "Its paragraph.",
            "\"The cookies of this site may have changed since you opened the page. Nothing that you agreed to was saved. Please open your preferences again.\"",
        ),
        row(
            "foreign_form_title",
            "Of the page that answers a form sent from another site.",
            "\"This choice came from another site\"",
        ),
        row(
            "foreign_form_text",
            "Its paragraph.",
            "\"Only you can choose, on this site. Nothing was saved. Please open your preferences here.\"",
        ),
        row(
            "maintenance_title",
            "Of the page that is shown while the site is being worked on.",
            "\"Under maintenance\"",
        ),
        row(
            "maintenance_text",
            "Its paragraph.",
            "\"This site is being worked on. Please try again in a little while.\"",
        ),
        row("date", "A day; `{day}`, `{month}` by its name, `{year}`.", "\"{day} {month} {year}\""),
        row(
            "months",
            "The names of the months, January first, with commas between.",
            "\"January, February, March, April, May, June, July, August, September, October, November, December\"",
        ),
        row("one_year", "A duration of one year; `{count}` is 1.", "\"{count} year\""),
        row("many_years", "A duration of several years; `{count}` is how many.", "\"{count} years\""),
        row("one_month", "A duration of one month; `{count}` is 1.", "\"{count} month\""),
        row("many_months", "A duration of several months; `{count}` is how many.", "\"{count} months\""),
        row("one_week", "A duration of one week; `{count}` is 1.", "\"{count} week\""),
        row("many_weeks", "A duration of several weeks; `{count}` is how many.", "\"{count} weeks\""),
        row("one_day", "A duration of one day; `{count}` is 1.", "\"{count} day\""),
        row("many_days", "A duration of several days; `{count}` is how many.", "\"{count} days\""),
        row("one_hour", "A duration of one hour; `{count}` is 1.", "\"{count} hour\""),
        row("many_hours", "A duration of several hours; `{count}` is how many.", "\"{count} hours\""),
        row("one_minute", "A duration of one minute; `{count}` is 1.", "\"{count} minute\""),
        row("many_minutes", "A duration of several minutes; `{count}` is how many.", "\"{count} minutes\""),
        row("one_second", "A duration of one second; `{count}` is 1.", "\"{count} second\""),
        row("many_seconds", "A duration of several seconds; `{count}` is how many.", "\"{count} seconds\""),
    ],
    one_of: &[],
};

const fn row(key: &'static str, about: &'static str, english: &'static str) -> Setting {
    Setting::new(key, Kind::Form(&TEXT)).absent("the shipped text").about(about).example(english)
}
