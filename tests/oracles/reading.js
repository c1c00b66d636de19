// The readers' verdict: nothing that a visitor did not permit is read by anybody.

import { Book } from '../browser/book.js'
import { read } from './readers.js'
import { VISITORS, overHttp1, overHttp2 } from './requests.js'

/**
 * Sends the requests as every visitor through a tamis, over HTTP/1.1 and, where there is a certificate `chain`, over HTTP/2, and
 * has all readers read what arrives. Returns the books, one a visitor and protocol, and figures.
 */
export async function readThrough({ ports, chain, origin }, requests, visitors = VISITORS) {
  const figures = { requests: requests.length, arrived: 0, none: 0, refused: 0, hidden: 0 }
  const sent = requests.map((fields) => fields.join('; '))
  const finds = await read(sent)
  const checks = Object.fromEntries(Object.keys(finds[0]).map((reader) => [reader, reader]))
  const books = []
  for (const visitor of visitors) {
    const ways = [['h1', () => overHttp1(ports.http, visitor, requests, origin)]]
    if (chain) ways.push(['h2', () => overHttp2(ports.https, chain, visitor, requests, origin)])
    for (const [protocol, over] of ways) {
      const arrived = await over()
      const book = new Book(`${visitor.name}, ${protocol}`, checks)
      const read = await readOnce(arrived.filter((field) => typeof field === 'string'))
      arrived.forEach((field, at) => {
        figures[field === undefined ? 'refused' : field === null ? 'none' : 'arrived'] += 1
        const found = read.get(field) ?? {}
        for (const reader of Object.keys(checks)) {
          const wrong = (found[reader] ?? []).filter(visitor.forbids)
          book.note(reader, JSON.stringify(sent[at]), wrong.map((name) => `${JSON.stringify(name)} in ${JSON.stringify(field)}`))
        }
      })
      books.push(book)
    }
    figures.hidden += finds.filter((found) => Object.values(found).flat().some(visitor.forbids)).length
    for (const reader of Object.keys(checks)) {
      if (!finds.some((found) => found[reader].some(visitor.forbids))) throw new Error(`${reader} finds nothing to forbid: a test of nothing`)
    }
  }
  return { books, figures }
}

/** What the readers find in each field, by its octets. */
async function readOnce(fields) {
  const distinct = [...new Set(fields)]
  const found = await read(distinct)
  return new Map(distinct.map((field, at) => [field, found[at]]))
}
