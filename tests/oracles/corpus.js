// The corpus of tests/cookies, and what of it is to be expected where. Texts are octets: each character is one.

import { readFileSync } from 'node:fs'

/** The time of every case, as the Date of its response: browsers read Expires as so much after it. */
export const DATE = 'Mon, 23 Nov 2026 00:00:00 GMT'

/** The cookie that holds the visitor's choice; tamis filters neither it nor its companion. */
export const CHOICE = 'cookies_preferences'
const NEVER_FILTERED = [CHOICE, 'tamis_choice']

const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/
const SECURE = /;[ \t]*secure[ \t]*(?:[;=]|$)/i
/** What servers trim at the ends of a name, and browsers don't. */
const SPACE = /^[\s\ufeff\x85]|[\s\ufeff\x85]$/

/** All cases, as `cargo test --test cookies -- --ignored corpus_as_json` writes them. */
export const readCorpus = (file) => JSON.parse(readFileSync(file, 'utf8'))

const utf8 = (octets) => Buffer.from(octets, 'latin1').toString('utf8')

/** Why a case can't come to the browser without tamis over a protocol, by rule; undefined where it can. */
export function undelivered({ wire, lines }, protocol) {
  if (wire === 'none') return 'no well-formed message can carry it'
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
  // A response with a control character in its head is refused as a whole: 502.
  if (one.lines.some((line) => CONTROL.test(line))) return []
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
 * Three registries for the names of the corpus: `all` permits everything, half of it with the visitor's consent; `even` and
 * `odd` permit every other name without consent and no other, and of those not permitted half are declared and half aren't.
 */
export function registries(corpus) {
  const names = [...new Set(corpus.flatMap(namesOf))].filter((name) => declarable(name) && !NEVER_FILTERED.includes(name)).sort()
  const choose = (rest) => {
    const permitted = new Set(names.filter((_, at) => at % 2 === rest))
    const refused = names.filter((name, at) => !permitted.has(name) && at % 4 > 1)
    const permits = (name) => permitted.has(name) || NEVER_FILTERED.includes(name)
    return { registry: registry([...permitted], refused), undeclared: 'block', permits }
  }
  const half = (rest) => names.filter((_, at) => at % 2 === rest)
  return {
    all: { registry: registry(half(0), half(1)), undeclared: 'report', permits: () => true },
    even: choose(0),
    odd: choose(1),
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

/** A registry of exact names: `exempt` ones, and such that need consent. JSON is YAML. */
function registry(exempt, asked) {
  const row = (names, more) => ({ names: names.map(pattern), provider: 'The site', purposes: 'Cases', ...more })
  const rows = [row(exempt, { category: 'necessary', exemption: 'Cases' }), row(asked, { category: 'statistical' })]
  return JSON.stringify({ version: '1', cookies: rows.filter(({ names }) => names.length > 0) })
}

/** A name in the notation of patterns, where it means itself. */
export const pattern = (name) => utf8(name).replace(/[*{\\]/g, '\\$&')
