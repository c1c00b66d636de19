//! The portal's pages, in English and French. No script or style from elsewhere.

use super::VALUE;
use super::request::Request;

/// The cookies that the portal and its pages set, and whether scripts can see them.
const COOKIES: [(&str, bool); 9] = [
    ("sessionid", false),
    ("csrftoken", true),
    ("django_language", true),
    ("cookies_preferences", true),
    ("tamis_choice", false),
    ("_ga", true),
    ("_ga_DEMO", true),
    ("_pk_id.1.abcd", true),
    ("mystery", true),
];

/// What the portal says, in one language.
struct Words {
    title: &'static str,
    visit: &'static str,
    introduction: &'static str,
    head: [&'static str; 3],
    hidden: &'static str,
    yes: &'static str,
    no: &'static str,
    told: &'static str,
    choices: &'static str,
    policy: &'static str,
    home: &'static str,
    other: [&'static str; 2],
    missing: &'static str,
    forged: &'static str,
}

const ENGLISH: Words = Words {
    title: "A small portal",
    visit: "Pages of this session:",
    introduction: "With every page this portal sets a session, a CSRF token, a tracker’s cookies and one that nobody \
                   declared; a script of the page sets another tracker’s. Between you and the portal stands tamis.",
    head: ["Cookie", "In your browser", "Reached the portal"],
    hidden: "hidden from scripts",
    yes: "yes",
    no: "no",
    told: "What tamis told the portal of your choice:",
    choices: "Your choice about cookies",
    policy: "Cookies policy",
    home: "Back to the portal",
    other: ["fr", "Français"],
    missing: "There is no such page.",
    forged: "The form’s token is not that of your csrftoken cookie.",
};

const FRENCH: Words = Words {
    title: "Un petit portail",
    visit: "Pages de cette session :",
    introduction: "Avec chaque page, ce portail dépose une session, un jeton CSRF, les cookies d’un outil de mesure et \
                   un cookie que personne n’a déclaré ; un script de la page en dépose un autre. Entre vous et le \
                   portail se tient tamis.",
    head: ["Cookie", "Dans votre navigateur", "Arrivé au portail"],
    hidden: "caché aux scripts",
    yes: "oui",
    no: "non",
    told: "Ce que tamis a dit au portail de votre choix :",
    choices: "Votre choix en matière de cookies",
    policy: "Politique en matière de cookies",
    home: "Retour au portail",
    other: ["en", "English"],
    missing: "Cette page n’existe pas.",
    forged: "Le jeton du formulaire n’est pas celui de votre cookie csrftoken.",
};

const STYLE: &str = ":root{color-scheme:light dark;font:1.05rem/1.5 system-ui,sans-serif}\
body{max-width:42rem;margin:0 auto;padding:1rem}\
nav{display:flex;flex-wrap:wrap;gap:1rem;align-items:center;justify-content:space-between}\
table{border-collapse:collapse;width:100%}td,th{text-align:start;padding:.35rem .5rem;border-bottom:1px solid #8886}\
code{overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0}\
form{margin:0}small{opacity:.75}";

/// Writes the tracker's cookie as its script would, then shows which cookies scripts can see.
const SCRIPT: &str = "if(!document.cookie.includes('_pk_id.1.abcd='))\
document.cookie='_pk_id.1.abcd=VALUEscript;path=/;max-age=34187400;samesite=lax';\
const held=document.cookie.split('; ').map(c=>c.split('=')[0]);\
for(const cell of document.querySelectorAll('[data-cookie]'))\
cell.textContent=held.includes(cell.dataset.cookie)?'YES':'NO'";

fn words(request: &Request) -> &'static Words {
    if request.language == "fr" { &FRENCH } else { &ENGLISH }
}

/// The first page: which cookies there are, and which of them reached the portal.
pub(super) fn home(request: &Request, count: u32) -> String {
    let words = words(request);
    let answer = |yes: bool| if yes { words.yes } else { words.no };
    let row = |(name, visible): (&str, bool)| {
        let held = if visible {
            format!("<td data-cookie=\"{name}\">?")
        } else {
            format!("<td><small>{}</small>", words.hidden)
        };
        format!("<tr><td><code>{name}</code>{held}<td>{}\n", answer(request.cookie(name).is_some()))
    };
    let rows: String = COOKIES.into_iter().map(row).collect();
    let [name, browser, portal] = words.head;
    let script = SCRIPT.replace("VALUE", VALUE).replace("YES", words.yes).replace("NO", words.no);
    let consent = escape(&request.consent);
    let body = format!(
        "<p>{}</p>\n<p>{} <strong>{count}</strong></p>\n\
         <table>\n<tr><th>{name}<th>{browser}<th>{portal}\n{rows}</table>\n\
         <p>{}<br><code>X-Consent: {consent}</code></p>\n\
         <p><a href=\"/.tamis/preferences\" data-tamis-open>{}</a> · <a href=\"/cookies-policy\">{}</a></p>\n\
         <script>{script}</script>\n<script src=\"/.tamis/banner.js\" defer></script>\n",
        words.introduction, words.visit, words.told, words.choices, words.policy,
    );
    page(request, words.title, &body)
}

pub(super) fn not_found(request: &Request) -> String {
    let words = words(request);
    page(request, words.missing, &format!("<p><a href=\"/\">{}</a></p>\n", words.home))
}

pub(super) fn forbidden(request: &Request) -> String {
    let words = words(request);
    page(request, words.forged, &format!("<p><a href=\"/\">{}</a></p>\n", words.home))
}

fn page(request: &Request, title: &str, body: &str) -> String {
    let [other, name] = words(request).other;
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n\
         <nav><h1>{title}</h1><form method=\"post\" action=\"/i18n/setlang/\">{}\
         <button name=\"language\" value=\"{other}\" lang=\"{other}\">{name}</button></form></nav>\n{body}</html>\n",
        request.language,
        token(request),
    )
}

/// The hidden field with the token that the csrftoken cookie has too.
fn token(request: &Request) -> String {
    format!("<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"{}\">", escape(&request.token))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
