// Real consent managers in a real browser before tamis: the visitor clicks, the manager writes, tamis obeys. Exits with 0 when
// every check holds, and when every deliberate fault turns the checks red that it should.
//
//     node tests/managers/run.js [PATTERN…]      only the sessions whose title matches: 'klaro', 'klaro$', 'purge off'
//
// TAMIS_BIN is the binary under test (target/debug/tamis otherwise), PORTAL_PYTHON the Python of tests/django.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Book, print } from '../browser/book.js'
import { PROTOCOLS, launch } from '../browser/browser.js'
import { OriginLog } from '../browser/origin.js'
import { BINARY, PYTHON, SCREENSHOTS, ended, exit, run, startTamis } from '../browser/servers.js'
import { BREAKS, unnoticed } from './breaks.js'
import { MANAGERS } from './managers.js'
import { startOrigin } from './origin.js'
import { CHECKS, VISITS, Visitor, choosesPart } from './session.js'
import { SCRIPT, SERVER, TRACKERS } from './trackers.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PATIENCE = 20_000 // ms: a page, or something to click
const PROTOCOL = PROTOCOLS.find(({ hop }) => hop === 'h2')

/** Every session: a manager with a site of its own, whole or with a fault. */
function plan(words) {
  const whole = MANAGERS.map((manager) => ({ manager, title: manager.name, label: manager.name, visits: VISITS }))
  const broken = BREAKS.flatMap((fault, number) =>
    MANAGERS.filter(fault.only ?? (() => true)).map((manager) => ({
      manager,
      fault,
      title: `${manager.name}, ${fault.name}`,
      label: `${manager.name}--${number}`,
      visits: [choosesPart],
    })),
  )
  const chosen = ({ title }) => words.length === 0 || words.some((word) => new RegExp(word).test(title))
  return [...whole, ...broken].filter(chosen).map((session) => ({ ...session, host: `${session.label}.shop.test` }))
}

/** The site with django-cookie-consent: what shop.py tells, what it has `seen` since it was asked last, and `stop()`. */
async function startShop(folder) {
  const words = [join(HERE, 'shop.py'), folder, '*.shop.test', SERVER.join(' '), SCRIPT.join(' ')]
  const child = run(PYTHON, words, join(folder, 'shop.log'), true)
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended(child, 'the shop')])
  const told = JSON.parse(line)
  const log = new OriginLog(told.log)
  return { ...told, seen: () => log.fresh(), stop: () => (child.stdin.end(), exit(child)) }
}

/** An entry of `sites:`, with a registry of its own. */
function site(folder, { manager, fault = {}, host, label }, port) {
  const keys = (fault.keys ?? ((keys) => keys))(manager.keys)
  const adapters = keys === null ? [] : [{ manager: manager.word, keys }]
  const text = readFileSync(join(HERE, 'registry.yaml'), 'utf8')
  const registry = join(folder, `${label}.yaml`)
  writeFileSync(registry, `${(fault.registry ?? ((text) => text))(text)}consent: ${JSON.stringify({ adapters })}\n`) // JSON is YAML
  return { hosts: [host], registry, upstream: `http://127.0.0.1:${port}`, pages: 'off', ...fault.site }
}

/** `tamis explain` of every tracker and the manager's cookie, for the value that the manager wrote. */
async function explain(file, host, own) {
  const field = [...TRACKERS.map((name) => `${name}=1`), ...(own ? [own] : [])].join('; ')
  const consent = own ? ['--consent', own] : []
  const words = ['explain', '--config', file, '--site', host, '--format', 'json', ...consent, '--cookie', field]
  return JSON.parse((await promisify(execFile)(BINARY, words)).stdout)
}

/** One session's visits, each with an empty jar; its book. */
async function session(browser, planned, tamis, origin) {
  const { manager, host, title, visits } = planned
  const book = new Book(title, CHECKS)
  const found = { seen: origin.seen, explain: (own) => explain(tamis.file, host, own), book }
  for (const visit of visits) {
    const context = await browser.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    const visitor = new Visitor(page, manager, `https://${host}:${tamis.ports.https}`, found)
    origin.seen() // what is left of the visit before
    try {
      await visit(visitor)
    } catch (error) {
      visitor.note('site', [error.message])
      await page.screenshot({ path: join(SCREENSHOTS, `${title}.png`) }).catch(() => {})
      break // the next visit would wait in vain too
    } finally {
      await context.close()
    }
  }
  return book
}

async function sessions(planned, tamis, shop, origin) {
  const browser = await launch(PROTOCOL, shop.chain)
  const books = []
  try {
    for (const one of planned) {
      const begun = performance.now()
      const book = await session(browser, one, tamis, one.manager.bySite ? shop : origin)
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      console.log(`${seconds.padStart(6)} s  ${one.title}: ${book.red().join(', ') || 'every check holds'}`)
      books.push(book)
    }
  } finally {
    await browser.close()
  }
  return books
}

async function main(words) {
  const planned = plan(words)
  if (planned.length === 0) throw new Error(`no session's title matches ${words.join(' or ')}`)
  const folder = mkdtempSync(join(tmpdir(), 'tamis-managers-'))
  mkdirSync(SCREENSHOTS, { recursive: true })
  const origin = await startOrigin()
  const shop = await startShop(folder)
  let tamis
  try {
    const sites = planned.map((one) => site(folder, one, one.manager.bySite ? shop.port : origin.port))
    tamis = await startTamis(join(folder, 'tamis'), shop, {}, { sites })
    const books = await sessions(planned, tamis, shop, origin)
    const whole = books.filter((_, index) => planned[index].fault === undefined)
    console.log()
    print(whole)
    const wrong = planned.flatMap(({ fault, title }, index) =>
      fault === undefined ? [] : unnoticed(fault, books[index]).map((what) => `${title}: ${what}`),
    )
    for (const line of wrong) console.log(`UNNOTICED ${line}`)
    return wrong.length + whole.filter((book) => book.red().length > 0).length
  } finally {
    await tamis?.stop()
    await shop.stop()
    await origin.stop()
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = (await main(process.argv.slice(2))) === 0 ? 0 : 1
