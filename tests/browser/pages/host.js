// The site behind tamis: a few pages of a portal, and a note of the cookies that came with each request.

import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** As strict as sites are: own files only, no inline style or script, Trusted Types. */
const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Cookies that /visited sets: one exempt, one a service or category. */
export const TRACKERS = { matomo: '_pk_id.1.abcd', xiti: 'xtvrn', 'third-party': '_fbp' }

/** A site's own rules, some of which would spoil a banner that is not on its guard. */
const STYLE = `
:root { color-scheme: light dark; font-family: "DejaVu Serif", Georgia, serif; }
body { margin: 0; background: #fff; color: #1a1a1a; line-height: 1.6; }
header, main, footer { max-width: 60rem; margin-inline: auto; padding: 1.25rem clamp(1rem, 4vw, 2.5rem); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.5rem 2rem; border-bottom: 1px solid #8888; }
header strong { font-size: 1.25rem; }
nav { display: flex; gap: 1.5rem; }
section { border: 3px dashed crimson; padding: 3rem; }
main section { border: 0; padding: 0; }
h1 { font-size: clamp(1.75rem, 5vw, 2.75rem); line-height: 1.15; }
h2 { text-transform: uppercase; letter-spacing: 0.3em; }
main h2 { text-transform: none; letter-spacing: normal; margin-top: 2rem; }
button { float: right; width: 30%; font-size: 9px; text-transform: uppercase; }
p { max-width: 44rem; }
a { display: inline-block; padding: 0.25rem 0; color: #0b57a4; }
@media (prefers-color-scheme: dark) { body { background: #101418; color: #e8e8e8; } a { color: #a8cfff; } }
ul { list-style: none; padding: 0; }
`

const TEXTS = {
  en: {
    title: 'Open data of the city',
    nav: ['Data sets', 'Maps', 'News'],
    lead: 'Timetables, trees, budgets and bicycle counts: 312 data sets, free to use.',
    more: 'New this month',
    items: ['Air quality, hour by hour', 'Every tree of the parks', 'Budget and accounts'],
    link: 'Cookie preferences',
  },
  fr: {
    title: 'Les données ouvertes de la ville',
    nav: ['Jeux de données', 'Cartes', 'Actualités'],
    lead: 'Horaires, arbres, budgets et comptages de vélos : 312 jeux de données en libre accès.',
    more: 'Nouveautés du mois',
    items: ['Qualité de l’air, heure par heure', 'Tous les arbres des parcs', 'Budgets et comptes'],
    link: 'Préférences en matière de cookies',
  },
}

function page(language, banner) {
  const { title, nav, lead, more, items, link } = TEXTS[language] ?? TEXTS.en
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/site.css">${banner.head ?? ''}</head>
<body>${banner.body ?? ''}
<header><strong>data.shop.test</strong><nav aria-label="Site">${nav.map((word) => `<a href="/">${word}</a>`).join(' ')}</nav></header>
<main><section><h1>${title}</h1><p>${lead}</p><h2>${more}</h2>
<ul>${items.map((item) => `<li><a href="/">${item}</a></li>`).join('')}</ul></section></main>
<footer><a id="preferences" href="/.tamis/preferences" data-tamis-open>${link}</a> <a id="last" href="/cookies-policy">Cookies</a></footer>
</body></html>`
}

const SCRIPT = '<script src="/.tamis/banner.js" defer></script>'

/** The origin server: `{port, requests, last(path), stop}`; `requests` lists `{path, cookies}`. */
export async function startHost() {
  const requests = []
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url, 'http://origin.test')
    requests.push({ path: url.pathname, cookies: cookies(asked.headers.cookie) })
    serve(asked, answer, url).catch((error) => answer.writeHead(500).end(error.message))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: server.address().port,
    requests,
    last: (path) => requests.findLast((one) => one.path === path),
    stop: () => (server.closeAllConnections(), server.close()),
  }
}

/** `{name: value}`. */
const cookies = (field = '') =>
  Object.fromEntries(field.split('; ').filter(Boolean).map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]))

async function serve(asked, answer, url) {
  const language = url.searchParams.get('lang') ?? 'en'
  const html = (text, fields = {}) =>
    answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': STRICT, ...fields }).end(text)
  switch (url.pathname) {
    case '/': // … as the documentation says: one line
      return html(page(language, { head: SCRIPT }))
    case '/included': // … or a server-side include
      return html(page(language, { body: await included(asked) }))
    case '/based': // … in a page whose other addresses count from elsewhere
      return html(page(language, { head: `${SCRIPT}<base href="http://elsewhere.test/deep/">` }), {
        'Content-Security-Policy': STRICT.replace("base-uri 'none'; ", ''),
      })
    case '/both':
      return html(page(language, { head: SCRIPT, body: await included(asked) }))
    case '/plain': // no banner: a link to the preference centre
      return html(page(language, {}))
    case '/visited': // what a site with trackers sets
      return html(page(language, {}), {
        'Set-Cookie': ['sessionid=s3cr3t; Path=/; HttpOnly', ...Object.values(TRACKERS).map((name) => `${name}=1; Path=/; Max-Age=86400`)],
      })
    case '/site.css':
      return answer.writeHead(200, { 'Content-Type': 'text/css' }).end(STYLE)
    default:
      return answer.writeHead(404).end()
  }
}

/** What a server-side include does: the visitor's own fields go along to `/.tamis/banner`. */
async function included(asked) {
  const { cookie, referer, host, 'accept-language': accept } = asked.headers
  const given = { cookie, referer, 'accept-language': accept }
  const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  // tamis is where the visitor found it; over TLS the test tells the plain listener beside it.
  const port = process.env.TAMIS_HTTP ?? new URL(`http://${host}`).port
  const sent = request({ port, host: '127.0.0.1', path: '/.tamis/banner', headers: { ...headers, host } })
  sent.end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return text
}
