//! The table of a category.

use super::html::Html;
use super::markup::{element, said};
use super::sheet::{Column, Kind, Row, Table};
use super::words::Words;
use crate::registry::Phrase;

/// The heading and the table.
///
/// The roles repeat what the elements are: on a phone the style sheet makes blocks of them, and some user agents then
/// forget that they were a table. `data-label` is the column's heading in front of each cell there.
pub(super) fn table<S: Copy>(html: &mut Html<S>, table: &Table<'_>, words: &Words) {
    let key = &table.kind.category.key;
    html.raw("<section class=\"tamis-category\" id=\"tamis-category-").text(key).raw("\"");
    html.attribute("data-tamis-category", key).raw(" aria-labelledby=\"tamis-title-").text(key).raw("\">\n");
    html.raw("<h3 id=\"tamis-title-").text(key).raw("\">");
    said(html, &table.kind.title);
    html.raw("</h3>\n<table role=\"table\" aria-labelledby=\"tamis-title-").text(key);
    html.raw("\">\n<thead role=\"rowgroup\">\n<tr role=\"row\">\n");
    for column in &table.columns {
        html.raw("<th role=\"columnheader\" scope=\"col\"")
            .attribute("data-tamis-column", column.word())
            .raw(">");
        said(html, &words.say(column.heading()));
        html.raw("</th>\n");
    }
    html.raw("</tr>\n</thead>\n<tbody role=\"rowgroup\">\n");
    for row in &table.rows {
        html.raw("<tr role=\"row\">\n");
        for column in &table.columns {
            html.raw("<td role=\"cell\"").attribute("data-tamis-column", column.word());
            html.attribute("data-label", words.text(column.heading())).raw(">");
            cell(html, row, *column, words);
            html.raw("</td>\n");
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody>\n</table>\n</section>\n");
}

fn cell<S: Copy>(html: &mut Html<S>, row: &Row<'_>, column: Column, words: &Words) {
    match row.cell(column) {
        Some(_) if column == Column::Names => {
            for (n, name) in row.names.iter().enumerate() {
                html.raw(if n == 0 { "<code>" } else { ", <code>" }).text(name).raw("</code>");
            }
        }
        Some(text) => said(html, &text),
        None => {
            html.raw("<span class=\"tamis-nothing\">");
            said(html, &words.say(Phrase::NotSaid));
            html.raw("</span>");
        }
    }
}

/// Every category: what it is, and whether it needs consent.
pub(super) fn kinds<S: Copy>(html: &mut Html<S>, kinds: &[Kind<'_>]) {
    html.raw("<ul class=\"tamis-kinds\">\n");
    for kind in kinds {
        html.raw("<li").attribute("data-tamis-kind", &kind.category.key).raw(">\n");
        element(html, "p", &kind.description);
        html.raw("<p class=\"tamis-need\">");
        said(html, &kind.need);
        html.raw("</p>\n</li>\n");
    }
    html.raw("</ul>\n");
}
