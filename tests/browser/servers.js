// The portal and tamis as child processes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { until } from './wait.js'
import { HOST } from './browser.js'

const HERE = dirname(fileURLToPath(import.meta.url))
/** The project's folder. */
export const ROOT = join(HERE, '../..')
export const BINARY = process.env.TAMIS_BIN || join(ROOT, 'target/debug/tamis')
export const PYTHON = process.env.PORTAL_PYTHON || join(ROOT, 'target/venv/bin/python')

/** Where a failed session leaves the picture of its last page. */
export const SCREENSHOTS = join(ROOT, 'target/browser')

/** Registries: the whole one, and one that declares no tracker, so that all of them are undeclared. */
export const REGISTRY = join(HERE, 'registry.yaml')
export const NO_TRACKERS = join(ROOT, 'tests/django/registry/portal.yaml')

/** The portal: what portal.py tells, and `stop()`. */
export async function startPortal(folder) {
  const child = run(PYTHON, [join(HERE, 'portal.py'), folder, join(HERE, 'node_modules'), HOST], join(folder, 'portal.log'), true)
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended(child, 'the portal')])
  const stop = () => (child.stdin.end(), exit(child))
  return { ...JSON.parse(line), stop }
}

/**
 * A tamis before the portal; `site` are settings of its one site that differ, `more` such of the gateway. Returns
 * `{file, ports, stop}`.
 */
export async function startTamis(folder, portal, site = {}, more = {}) {
  mkdirSync(folder)
  const [http, https, admin] = await freePorts(3)
  const file = join(folder, 'tamis.yaml')
  const settings = {
    listeners: [
      { address: `127.0.0.1:${http}` },
      { address: `127.0.0.1:${https}`, tls: { certificate: portal.chain, key: portal.key } },
    ],
    admin: { address: `127.0.0.1:${admin}` },
    log: { format: 'json' },
    sites: [{ hosts: [HOST], registry: REGISTRY, upstream: `http://127.0.0.1:${portal.port}`, ...site }],
    ...more,
  }
  writeFileSync(file, JSON.stringify(settings, null, 2)) // JSON is YAML
  const log = join(folder, 'tamis.log')
  const child = run(BINARY, ['run', '--config', file], log)
  const stop = () => (child.kill('SIGTERM'), exit(child))
  const failed = ended(child, 'tamis').catch((error) => {
    throw new Error(`${error.message}\n${readFileSync(log)}`)
  })
  await Promise.race([until('tamis is healthy', () => healthy(admin)), failed])
  return { file, ports: { http, https }, stop }
}

async function healthy(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok
  } catch {
    return false // not listening yet
  }
}

/** A child process whose output goes to the file `log`; with `talks` its standard input and output are pipes. */
export function run(command, words, log, talks = false) {
  const output = openSync(log, 'a')
  const child = spawn(command, words, { stdio: talks ? ['pipe', 'pipe', output] : ['ignore', output, output] })
  closeSync(output)
  return child
}

/** Fails when the child has ended. */
export async function ended(child, what) {
  const [code] = await once(child, 'exit')
  throw new Error(`${what} ended with ${code}`)
}

/** Waits for the end of a child that was asked to end, with a bound. */
export async function exit(child) {
  const over = setTimeout(() => child.kill('SIGKILL'), 20_000)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  clearTimeout(over)
}

/** Ports of the loopback that nobody listens on; held together so that they differ. */
async function freePorts(count) {
  const held = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(held.map((server) => once(server, 'listening')))
  const ports = held.map((server) => server.address().port)
  await Promise.all(held.map((server) => once(server.close(), 'close')))
  return ports
}
