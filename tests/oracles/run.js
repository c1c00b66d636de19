// Real parsers beside tamis: the whole corpus of tests/cookies in Debian's Chromium, and readers of Cookie fields. Exits with 0
// when every check holds, and when every deliberate fault turns the checks red that it should.
//
//     node tests/oracles/run.js CORPUS
//
// CORPUS is the JSON that `cargo test --test cookies -- --ignored corpus_as_json` writes; TAMIS_BIN the binary under test.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Book, print } from '../browser/book.js'
import { PROTOCOLS } from '../browser/browser.js'
import { startTamis } from '../browser/servers.js'
import { CHECKS, HOST, browserFor, corpusOver } from './chromium.js'
import { DATE, readCorpus, registries } from './corpus.js'
import { startOrigin } from './origin.js'

function certificate(folder) {
  const chain = join(folder, 'chain.pem')
  const key = join(folder, 'key.pem')
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', chain], { stdio: 'pipe' })
  return { chain, key }
}

/** A tamis for each registry of the corpus: `{sites: {all, even, odd}, stop}`. */
async function startSites(folder, origin, secret, corpus) {
  const sites = {}
  for (const [name, { registry, undeclared, permits }] of Object.entries(registries(corpus))) {
    const file = join(folder, `${name}.yaml`)
    writeFileSync(file, registry)
    const site = { hosts: [HOST], registry: file, undeclared }
    sites[name] = { permits, ...(await startTamis(join(folder, name), { ...secret, port: origin.ports.http }, site)) }
  }
  return { sites, stop: () => Promise.all(Object.values(sites).map((site) => site.stop())) }
}

async function main(file) {
  const folder = mkdtempSync(join(tmpdir(), 'tamis-oracles-'))
  const corpus = readCorpus(file)
  const secret = certificate(folder)
  const origin = await startOrigin({ ...secret, date: DATE })
  const gateways = await startSites(folder, origin, secret, corpus)
  try {
    const books = PROTOCOLS.map(({ name }) => new Book(name, CHECKS))
    const begun = performance.now()
    const over = async (protocol, at) => {
      const browser = await browserFor(protocol, secret.chain)
      await corpusOver(browser, protocol, corpus, { origin, sites: gateways.sites }, books[at])
      await browser.close()
    }
    await Promise.all(PROTOCOLS.map(over))
    print(books, 400)
    console.log(performance.now() - begun)
    return books.filter((book) => book.red().length > 0).length
  } finally {
    await gateways.stop()
    origin.stop()
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = (await main(...process.argv.slice(2))) === 0 ? 0 : 1
