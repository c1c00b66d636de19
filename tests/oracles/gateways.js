// What stands before the origin server: tamis with a registry for each purpose, or a filter that is none.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTamis } from '../browser/servers.js'
import { registry } from './corpus.js'
import { startNaive } from './naive.js'

/** Limits for hundreds of cookies. */
const MANY = { fields: 1000, cookies: 1000 }

/** A certificate for these hosts, as two files. */
export function certificate(folder, hosts) {
  const chain = join(folder, 'chain.pem')
  const key = join(folder, 'key.pem')
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`]
  execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', chain], { stdio: 'pipe' })
  return { chain, key }
}

/**
 * One tamis for each of the `plans` (corpus.js), all for one host: `{sites, stop}`, where a site has `ports` and what its plan
 * has. A naive plan gets no tamis.
 */
export async function startSites({ folder, origin, secret }, host, plans) {
  const sites = {}
  for (const [name, plan] of Object.entries(plans)) {
    const gateway = plan.naive ? startNaive(origin.ports.http, plan.permits) : startSite({ folder, origin, secret }, host, plan)
    sites[name] = { ...plan, ...(await gateway) }
  }
  return { sites, stop: () => Promise.all(Object.values(sites).map(({ stop }) => stop())) }
}

function startSite({ folder, origin, secret }, host, { exempt, asked, undeclared }) {
  const own = mkdtempSync(join(folder, 'site-'))
  const file = join(own, 'registry.yaml')
  writeFileSync(file, registry({ necessary: exempt, statistical: asked }))
  return startTamis(join(own, 'tamis'), { ...secret, port: origin.ports.http }, { hosts: [host], registry: file, undeclared }, { limits: MANY })
}

/** One tamis for several visitors (visitors.js), each with a host of its own; `declared` are names by category. */
export function startForVisitors({ folder, origin, secret }, visitors, declared) {
  const own = mkdtempSync(join(folder, 'visitors-'))
  const file = join(own, 'registry.yaml')
  writeFileSync(file, registry(declared))
  const upstream = `http://127.0.0.1:${origin.ports.http}`
  const sites = visitors.map(({ host, site }) => ({ hosts: [host], registry: file, upstream, ...site }))
  return startTamis(join(own, 'tamis'), { ...secret, port: origin.ports.http }, {}, { sites, limits: MANY })
}
