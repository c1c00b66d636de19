// A real browser before tamis: over plain HTTP, TLS with HTTP/1.1 and TLS with HTTP/2. Exits with 0 when every check holds,
// and when every deliberate fault turns the checks red that it should.
//
//     node tests/browser/run.js [WORD…]      only the sessions whose title has one of the words
//
// TAMIS_BIN is the binary under test (target/debug/tamis otherwise), PORTAL_PYTHON the Python of tests/django.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Book, print } from './book.js'
import { HOST, PROTOCOLS, launch } from './browser.js'
import { BREAKS, unnoticed } from './breaks.js'
import { OriginLog } from './origin.js'
import { SCREENSHOTS, startPortal, startTamis } from './servers.js'
import { visit } from './session.js'
import { Visitor } from './visitor.js'

/** One session over one protocol through the tamis that listens on `ports`; its book. */
async function session(title, protocol, ports, portal) {
  const book = new Book(title)
  const browser = await launch(protocol, portal.chain)
  const page = await browser.newPage()
  const base = `${protocol.scheme}://${HOST}:${ports[protocol.scheme]}`
  const visitor = new Visitor(page, base, protocol, new OriginLog(portal.log), book)
  try {
    await visit(visitor, portal)
  } catch (error) {
    visitor.note('site', [error.message])
    await page.screenshot({ path: join(SCREENSHOTS, `${title}.png`) }).catch(() => {})
  } finally {
    await browser.close()
  }
  return book
}

/** The sessions through one tamis; `plan` lists `{title, protocol}`. */
async function sessions(folder, portal, site, plan) {
  if (plan.length === 0) return []
  const tamis = await startTamis(folder, portal, site)
  const books = []
  try {
    for (const { title, protocol } of plan) {
      const begun = performance.now()
      const book = await session(title, protocol, tamis.ports, portal)
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      console.log(`${seconds.padStart(6)} s  ${title}: ${book.red().join(', ') || 'every check holds'}`)
      books.push(book)
    }
  } finally {
    await tamis.stop()
  }
  return books
}

/** What the deliberate faults did not turn red, as lines; `plans` has one plan a fault. */
async function faults(folder, portal, plans) {
  const wrong = []
  for (const [number, fault] of BREAKS.entries()) {
    const books = await sessions(join(folder, `fault-${number}`), portal, fault.site, plans[number])
    for (const book of books) wrong.push(...unnoticed(fault, book).map((what) => `${book.title}: ${what}`))
  }
  return wrong
}

async function main(words) {
  const chosen = ({ title }) => words.length === 0 || words.some((word) => title.includes(word))
  const planned = (more) => PROTOCOLS.map((protocol) => ({ protocol, title: protocol.name + more })).filter(chosen)
  const [whole, ...broken] = [planned(''), ...BREAKS.map((fault) => planned(`, ${fault.name}`))]
  if (whole.length + broken.flat().length === 0) throw new Error(`no session has ${words.join(' or ')} in its title`)
  const folder = mkdtempSync(join(tmpdir(), 'tamis-browser-'))
  mkdirSync(SCREENSHOTS, { recursive: true })
  const portal = await startPortal(folder)
  try {
    console.log('sessions, each with a browser of its own:')
    const books = await sessions(join(folder, 'whole'), portal, {}, whole)
    console.log()
    print(books)
    console.log('\nsessions through a tamis with a deliberate fault, and the checks that it turned red:')
    const wrong = await faults(folder, portal, broken)
    for (const line of wrong) console.log(`UNNOTICED ${line}`)
    return wrong.length + books.filter((book) => book.red().length > 0).length
  } finally {
    await portal.stop()
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = (await main(process.argv.slice(2))) === 0 ? 0 : 1
