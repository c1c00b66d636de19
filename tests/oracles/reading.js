// What readers make of the Cookie fields that arrive: nobody reads a cookie that the visitor did not permit.

import { Book } from '../browser/book.js'
import { read } from './readers.js'
import { overHttp1, overHttp2 } from './requests.js'

/** Of so many requests one goes over HTTP/2 too. */
const OVER_HTTP2 = 4

/**
 * Sends the requests as every visitor over HTTP/1.1, and some of them over HTTP/2 where there is a certificate `chain`, and has all
 * readers read what arrives. Returns the books, one a visitor and protocol, and figures.
 */
export async function readThrough({ ports, chain, origin }, visitors, requests) {
  const sent = requests.map((fields) => fields.join('; '))
  const whole = await read(sent)
  const checks = Object.fromEntries(Object.keys(whole[0]).map((reader) => [reader, reader]))
  const figures = { requests: requests.length, arrived: 0, emptied: 0, refused: 0, kept: 0 }
  const books = []
  for (const visitor of visitors) {
    figures.kept += whole.filter((found) => Object.values(found).flat().some(visitor.forbids)).length
    const some = requests.filter((_, at) => at % OVER_HTTP2 === 0)
    const ways = { h1: [requests, 1, overHttp1(ports.http, visitor, requests, origin)] }
    if (chain) ways.h2 = [some, OVER_HTTP2, overHttp2(ports.https, chain, visitor, some, origin)]
    for (const [way, [list, step, arriving]] of Object.entries(ways)) {
      const book = new Book(`${visitor.name}, ${way}`, checks)
      const arrived = await arriving
      const found = await readOnce(arrived.filter((field) => typeof field === 'string'))
      for (const at of list.keys()) {
        const field = arrived[at]
        if (field === undefined) figures.refused += 1
        else figures[field === null ? 'emptied' : 'arrived'] += 1
        note(book, sent[at * step], field, found.get(field) ?? {}, visitor.forbids)
      }
      books.push(book)
    }
  }
  return { books, figures, toothless: toothless(whole, visitors) }
}

/** What each reader found in one field that arrived. */
function note(book, sent, field, found, forbids) {
  for (const reader of Object.keys(book.checks)) {
    const wrong = (found[reader] ?? []).filter(forbids)
    book.note(reader, JSON.stringify(sent), wrong.map((name) => `${JSON.stringify(name)} in ${JSON.stringify(field)}`))
  }
}

/** What the readers find in each field, by its octets. */
async function readOnce(fields) {
  const distinct = [...new Set(fields)]
  const found = await read(distinct)
  return new Map(distinct.map((field, at) => [field, found[at]]))
}

/** Readers for whom nothing of all that was sent would be forbidden: they test nothing. */
function toothless(whole, visitors) {
  const bites = (reader, { forbids }) => whole.some((found) => found[reader].some(forbids))
  const all = visitors.flatMap((visitor) => Object.keys(whole[0]).map((reader) => [reader, visitor]))
  return all.filter(([reader, visitor]) => !bites(reader, visitor)).map(([reader, { name }]) => `${reader}, ${name}`)
}
