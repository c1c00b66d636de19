// Real parsers beside tamis: the whole corpus of tests/cookies in Debian's Chromium, and servers' readers of Cookie fields behind
// it. Exits with 0 when every check holds, and when every deliberate fault turns the checks red that it should.
//
//     node tests/oracles/run.js CORPUS [REQUESTS [SEED]]
//
// CORPUS is the JSON that `cargo test --test cookies -- --ignored corpus_as_json` writes, REQUESTS how many are made up at random
// beside those written by hand. TAMIS_BIN is the binary under test (target/debug/tamis otherwise), PORTAL_PYTHON the Python of
// tests/django with tests/oracles/requirements.txt.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Book, print } from '../browser/book.js'
import { PROTOCOLS } from '../browser/browser.js'
import { unnoticed } from '../browser/breaks.js'
import { CORPUS_BREAKS, READER_BREAKS } from './breaks.js'
import { CHECKS, HOST, browserFor, corpusOver } from './chromium.js'
import { DATE, expected, isUnforeseen, plans, readCorpus, undelivered } from './corpus.js'
import { DECLARED, WRITTEN, ofCases, random } from './fields.js'
import { certificate, startForVisitors, startSites } from './gateways.js'
import { startNaive } from './naive.js'
import { startOrigin } from './origin.js'
import { readThrough } from './reading.js'
import { VISITORS } from './visitors.js'

const REQUESTS = 2000
const SEED = 6265
/** Every so many cases of those that leave something in a jar show whether a fault is noticed. */
const SAMPLE = 4

/** The corpus over every protocol: one book each. */
async function inChromium(world, corpus) {
  const { sites, stop } = await startSites(world, HOST, plans(corpus))
  const over = async (protocol) => {
    const browser = await browserFor(protocol, world.secret.chain)
    const book = new Book(protocol.name, CHECKS)
    await corpusOver(browser, protocol, corpus, { ...world, sites }, book)
    const version = browser.version()
    await browser.close()
    return { book, version }
  }
  try {
    const [first, ...others] = await Promise.all(PROTOCOLS.map(over))
    return { version: first.version, books: [first, ...others].map(({ book }) => book) }
  } finally {
    await stop()
  }
}

/** The line of figures. */
function figures(version, corpus, books) {
  const through = books.map(({ rows }) => rows.held.held + rows.held.failed.length)
  const direct = books.map(({ rows }) => rows.stored.held + rows.stored.failed.length)
  const each = books.map(({ title }, at) => `${title} ${direct[at]} directly and ${through[at]} through tamis`)
  const never = corpus.filter(isUnforeseen).length
  const differs = corpus.filter(({ chromium }) => chromium).length
  return (
    `Chromium ${version}, ${corpus.length} cases: ${each.join('; ')}. Of ${never} (no well-formed message, ` +
    `or more cookies than Chromium keeps) only the names that come through are looked at. In ${differs} Chromium differs from the standard, as the corpus says.`
  )
}

/** What deliberate faults leave unnoticed in the corpus, over plain HTTP. */
async function corpusFaults(world, corpus) {
  const [protocol] = PROTOCOLS
  const telling = (one) => undelivered(one, protocol) === undefined && expected(one, protocol).length > 0
  const sample = corpus.filter(telling).filter((one, at) => at % SAMPLE === 0 || one.naive === 'differs')
  const browser = await browserFor(protocol, world.secret.chain)
  const wrong = []
  for (const fault of CORPUS_BREAKS) {
    const { all, ...others } = plans(corpus)
    const change = ([name, plan]) => [name, (fault.sites ?? ((plan) => plan))(plan)]
    const { sites, stop } = await startSites(world, HOST, { all, ...Object.fromEntries(Object.entries(others).map(change)) })
    const book = new Book(fault.name, CHECKS)
    const { choice } = fault
    await corpusOver(browser, protocol, sample.map(fault.corpus ?? ((one) => one)), { ...world, sites, choice }, book)
    await stop()
    wrong.push(...told(fault, book))
  }
  await browser.close()
  return wrong
}

/** The readers behind tamis. */
async function behindTamis(world, requests) {
  const tamis = await startForVisitors(world, VISITORS, DECLARED)
  try {
    return await readThrough({ ...world, ports: tamis.ports, chain: readFileSync(world.secret.chain) }, VISITORS, requests)
  } finally {
    await tamis.stop()
  }
}

/** What deliberate faults leave unnoticed by the readers. */
async function readerFaults(world, requests) {
  const wrong = []
  for (const { name, visitors, declared, naive, red } of READER_BREAKS) {
    const permits = (word) => !visitors[0].forbids(word)
    const gateway = await (naive ? startNaive(world.origin.ports.http, permits) : startForVisitors(world, visitors, declared))
    const { books } = await readThrough({ ...world, ports: gateway.ports }, visitors, requests)
    await gateway.stop()
    const readers = Object.keys(books[0].checks).filter((reader) => red.some((word) => reader.startsWith(word)))
    wrong.push(...told({ name, red: readers, green: [] }, books[0]))
  }
  return wrong
}

/** Tells what a fault turned red; what it did not, as lines. */
function told(fault, book) {
  const cells = book.red().map((check) => `${check} ${book.rows[check].failed.length}`)
  console.log(`  ${fault.name}: ${cells.join(', ')}`)
  return unnoticed(fault, book).map((what) => `${fault.name}: ${what}`)
}

async function main(file, count = REQUESTS, seed = SEED) {
  const folder = mkdtempSync(join(tmpdir(), 'tamis-oracles-'))
  const corpus = readCorpus(file)
  const requests = [...WRITTEN, ...ofCases(), ...random(Number(count), Number(seed))]
  const secret = certificate(folder, [HOST, ...VISITORS.map(({ host }) => host)])
  const origin = await startOrigin({ ...secret, date: DATE })
  const world = { folder, origin, secret }
  try {
    const { version, books } = await inChromium(world, corpus)
    print(books)
    console.log(`\n${figures(version, corpus, books)}\n`)
    const read = await behindTamis(world, requests)
    print(read.books)
    const { arrived, emptied, refused, kept } = read.figures
    console.log(
      `\n${requests.length} requests, ${count} of them made up (seed ${seed}), as ${VISITORS.length} visitors: ${arrived} Cookie fields arrived, ` +
        `${emptied} were emptied, ${refused} requests were refused. In ${kept} of those sent some reader finds what is not permitted.\n`,
    )
    console.log('deliberate faults, and the checks that they turned red, with the number of cases:')
    const wrong = [...read.toothless.map((reader) => `${reader}: nothing to find`)]
    wrong.push(...(await corpusFaults(world, corpus)), ...(await readerFaults(world, WRITTEN)))
    for (const line of wrong) console.log(`UNNOTICED ${line}`)
    return wrong.length + [...books, ...read.books].filter((book) => book.red().length > 0).length
  } finally {
    origin.stop()
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = (await main(...process.argv.slice(2))) === 0 ? 0 : 1
