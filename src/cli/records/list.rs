//! `tamis records list` and `show`: records for people.

use std::process::ExitCode;

use super::place::{self, Place, Which};
use super::shown::{Shown, time};
use crate::cli::FAULTY;
use crate::cli::terminal::{Paint, complain, say, tell};
use crate::consent::hex;
use crate::store::{Filter, Row};

#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    place: Place,
    /// The visitor's: the value of their `tamis_choice` cookie, or its id in 32 hexadecimal digits
    #[arg(value_parser = place::id)]
    id: [u8; 16],
}

pub(super) async fn list(arguments: &List) -> Result<ExitCode, String> {
    let mut ledger = arguments.place.open().await?;
    let filter = arguments.which.filter();
    let mut after = (String::new(), 0);
    loop {
        let page = ledger.page(&filter, (&after.0, after.1)).await.map_err(|fault| fault.to_string())?;
        let Some(last) = page.last() else { break };
        after = (last.instance.clone(), last.sequence);
        page.iter().for_each(|row| say(&line(row)));
    }
    if after.1 == 0 {
        tell(place::NONE);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(row: &Row) -> String {
    let shown = Shown::of(row);
    let place = format!("{} {:>6}", row.instance, row.sequence);
    match shown.notice() {
        Some(notice) => format!("{place}  {:<20}  {notice}", time(row.time)),
        None => format!(
            "{place}  {}  {}  {}  {:<6}  {}  {}",
            time(row.time),
            shown.text("id"),
            shown.text("site"),
            shown.text("how"),
            shown.text("language"),
            shown.choices(),
        ),
    }
}

pub(super) async fn show(arguments: &Show) -> Result<ExitCode, String> {
    let mut ledger = arguments.place.open().await?;
    let filter = Filter { id: Some(arguments.id), ..Filter::default() };
    let mut after = (String::new(), 0);
    let mut found = false;
    loop {
        let page = ledger.page(&filter, (&after.0, after.1)).await.map_err(|fault| fault.to_string())?;
        let Some(last) = page.last() else { break };
        after = (last.instance.clone(), last.sequence);
        found = true;
        page.iter().for_each(|row| say(&whole(row)));
    }
    if !found {
        complain(
            "there is no record with this id; it may have been forgotten, or be older than records are kept",
        );
        return Ok(FAULTY.into());
    }
    Ok(ExitCode::SUCCESS)
}

fn whole(row: &Row) -> String {
    let shown = Shown::of(row);
    let paint = Paint::stdout();
    let mut text =
        paint.strong(&format!("{}, record {} of {}\n", time(row.time), row.sequence, row.instance));
    let lines = [
        ("id", shown.text("id")),
        ("site", shown.text("site")),
        ("made in", shown.text("how")),
        ("language", shown.text("language")),
        ("choices", shown.choices()),
        ("text shown, SHA-256", shown.text("text")),
        ("registry", shown.text("registry/version")),
        ("registry, SHA-256", shown.text("registry/digest")),
        ("record, SHA-256", hex::encode(&row.digest)),
    ];
    for (name, value) in lines {
        text.push_str(&format!("  {name:<20}{value}\n"));
    }
    text
}
