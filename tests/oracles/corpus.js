// The corpus of tests/cookies, and what of it is to be expected where. Texts are octets: each character is one.

import { readFileSync } from 'node:fs'

/** The time of every case, as the Date of its response: browsers read Expires as so much after it. */
export const DATE = 'Mon, 23 Nov 2026 00:00:00 GMT'

/** The cookie that holds the visitor's choice; tamis filters neither it nor its companion. */
export const CHOICE = 'cookies_preferences'
export const NEVER_FILTERED = [CHOICE, 'tamis_choice']

const SECURE = /;[ \t]*secure[ \t]*(?:[;=]|$)/i
/** What servers trim at the ends of a name, and browsers don't. */
const SPACE = /^[\s\ufeff\x85]|[\s\ufeff\x85]$/

/** All cases, as `cargo test --test cookies -- --ignored corpus_as_json` writes them. */
export const readCorpus = (file) => JSON.parse(readFileSync(file, 'utf8'))

const utf8 = (octets) => Buffer.from(octets, 'latin1').toString('utf8')

/** Cookies of a domain that Chromium keeps; of more it evicts some. */
const MOST = 180

/** Whether nobody can say what is stored: of no well-formed message, or of more cookies than the browser keeps. */
export const isUnforeseen = ({ wire, stored }) => wire === 'none' || stored.length > MOST

/** Why a case can't come to the browser without tamis over a protocol, by rule; undefined where it can. */
export function undelivered({ wire, lines, stored }, protocol) {
  if (isUnforeseen({ wire, stored })) return 'nobody can say what is stored'
  if (wire === 'h1' && protocol.hop === 'h2') return 'HTTP/2 can’t carry it'
  if (protocol.scheme === 'http' && lines.length > 1 && lines.some((line) => SECURE.test(line))) {
    return 'Secure beside others needs a secure connection'
  }
}

/** The cookies that this browser holds after a case. On a plain connection none is set with Secure (6265bis 5.7 step 8). */
export function expected({ stored, chromium }, { scheme }) {
  return (chromium?.stored ?? stored).filter((cookie) => scheme === 'https' || !cookie.secure)
}

/** Those of them that come through a tamis which permits the names that `permits` says. */
export function expectedThrough(one, protocol, permits) {
  return expected(one, protocol).filter(({ name }) => permits(name) && name !== '' && !isDisguised(name))
}

/** Whether a server may take the name for another one, as docs/operation.md says. */
function isDisguised(name) {
  try {
    return SPACE.test(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(name, 'latin1')))
  } catch {
    return SPACE.test(name)
  }
}

/** The Cookie field of a request for the page of the cases, as a sorted list of cookie-pairs. */
export const pairsOf = (cookies) =>
  cookies
    .filter(({ path = '/dir' }) => `/dir/page/`.startsWith(path.endsWith('/') ? path : `${path}/`))
    .map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
    .sort()

/**
 * Three sites for the names of the corpus: `all` permits everything, half of it with the visitor's consent; `even` and `odd` permit
 * every other name without consent and nothing else, and of what they don't permit half is declared. Names that can't stand in a
 * registry are undeclared.
 */
export function plans(corpus) {
  const names = [...new Set(corpus.flatMap(namesOf))].filter((name) => declarable(name) && !NEVER_FILTERED.includes(name)).sort()
  const half = (rest) => names.filter((_, at) => at % 2 === rest)
  const some = (rest) => {
    const exempt = half(rest)
    const permitted = new Set([...exempt, ...NEVER_FILTERED])
    const asked = half(1 - rest).filter((_, at) => at % 2 === 0)
    return { exempt, asked, undeclared: 'block', permits: (name) => permitted.has(name) }
  }
  return {
    all: { exempt: half(0), asked: half(1), undeclared: 'report', permits: () => true },
    even: some(0),
    odd: some(1),
  }
}

/** The names in a case: those that a browser holds, and those that a split on `;` and `=` finds. */
const namesOf = ({ lines, stored, chromium }) => [
  ...[...stored, ...(chromium?.stored ?? [])].map(({ name }) => name),
  ...lines.map((line) => line.split(';')[0].split('=')[0].trim()),
]

/** Whether an exact name can stand in a registry (docs/registry.md). */
function declarable(name) {
  const text = utf8(name)
  return name !== '' && name.length <= 1024 && !/[\0-\x1f\x7f-\x9f=;\ufffd]|^\s|\s$/.test(text) && !isDisguised(name)
}

/** A registry of exact names by category. JSON is YAML. */
export function registry(declared) {
  const rows = Object.entries(declared).filter(([, names]) => names.length > 0)
  const row = ([category, names]) => ({
    names: names.map(pattern),
    provider: 'The site',
    purposes: 'Cases',
    category,
    ...(category === 'necessary' ? { exemption: 'Cases' } : {}),
  })
  return JSON.stringify({ version: '1', cookies: rows.map(row) })
}

/** A name in the notation of patterns, where it means itself. */
const pattern = (name) => utf8(name).replace(/[*{\\]/g, '\\$&')
