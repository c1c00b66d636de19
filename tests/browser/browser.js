// Debian's Chromium over one protocol, with names that lead to loopback and nowhere else.

import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

export const HOST = 'www.shop.test'

/** `hop` is the ALPN id that the browser reports (nextHopProtocol); a missing flag is no protocol of its own. */
export const PROTOCOLS = [
  { name: 'plain h1', scheme: 'http', hop: 'http/1.1', flags: [] },
  { name: 'TLS h1', scheme: 'https', hop: 'http/1.1', flags: ['--disable-http2'] },
  { name: 'TLS h2', scheme: 'https', hop: 'h2', flags: [] },
]

const FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Every other host, the trackers' own servers first, doesn't exist.
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND',
]

/** A browser that trusts the certificate in the file `chain` by its public key, and no other unknown one. */
export function launch(protocol, chain) {
  const trusted = `--ignore-certificate-errors-spki-list=${fingerprint(chain)}`
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    chromiumSandbox: process.getuid() !== 0,
    args: [...FLAGS, trusted, ...protocol.flags],
  })
}

/** The SHA-256 of the SubjectPublicKeyInfo of the first certificate, in base64. */
function fingerprint(chain) {
  const key = createPublicKey(readFileSync(chain)).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}
