// A host page, tamis before it and Chromium: what each test of this folder starts with.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOST, PROTOCOLS, launch } from '../browser.js'
import { ROOT, SCREENSHOTS, startTamis } from '../servers.js'
import { startHost } from './host.js'

/** Four languages, two services, a category without any. */
export const REGISTRY = join(ROOT, 'tests/browser/pages/registry.yaml')
/** The policy of a real portal, word by word: nothing on it waits for consent. */
export const LILLE = join(ROOT, 'config/registry/lille.yaml')
/** The same portal with audience measurement. */
export const ANALYTICS = join(ROOT, 'config/registry/lille-analytics.yaml')

/** A phone, the narrowest window that pages have to fit in (WCAG 2.2 1.4.10: 320 CSS pixels), and a desk. */
export const WIDTHS = { desk: 1280, phone: 360, narrow: 320 }

export class Site {
  /** Starts everything; `registry` is a file, `scheme` what `base` begins with, `more` settings of the gateway. */
  static async start({ registry = REGISTRY, scheme = 'http', more = {} } = {}) {
    const site = new Site()
    site.folder = mkdtempSync(join(tmpdir(), 'tamis-pages-'))
    site.scheme = scheme
    site.generation = 0
    const chain = join(site.folder, 'chain.pem')
    const key = join(site.folder, 'key.pem')
    certificate(chain, key)
    site.host = await startHost()
    site.portal = { chain, key, port: site.host.port }
    await site.restart(registry, more)
    site.browser = await launch(PROTOCOLS[0], chain)
    return site
  }

  /** A tamis with another registry in place of the present one. The port is another; cookies know no port. */
  async restart(registry, more = {}) {
    await this.tamis?.stop()
    this.generation += 1
    this.tamis = await startTamis(join(this.folder, `tamis-${this.generation}`), this.portal, { registry }, more)
    process.env.TAMIS_HTTP = String(this.tamis.ports.http)
    this.base = `${this.scheme}://${HOST}:${this.tamis.ports[this.scheme]}`
  }

  async stop() {
    await this.browser?.close()
    await this.tamis?.stop()
    this.host?.stop()
    rmSync(this.folder, { recursive: true })
  }

  /** A browser with an empty jar: the page that `use` gets. Where it fails, a picture of it stays in target/browser. */
  async visitor(settings, use) {
    const { width = WIDTHS.desk, height = 800, ...rest } = settings
    const context = await this.browser.newContext({ viewport: { width, height }, locale: 'en-GB', ...rest })
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    try {
      return await use(page, new Jar(context))
    } catch (error) {
      mkdirSync(SCREENSHOTS, { recursive: true })
      const path = join(SCREENSHOTS, `pages-${process.pid}-${Date.now()}.png`)
      await page.screenshot({ path }).then(() => console.error(`picture: ${path}`), () => {})
      throw error
    } finally {
      await context.close()
    }
  }
}

/** The cookies of a browser. */
export class Jar {
  constructor(context) {
    this.context = context
  }

  async names() {
    return (await this.context.cookies()).map((cookie) => cookie.name).sort()
  }

  async cookie(name) {
    return (await this.context.cookies()).find((cookie) => cookie.name === name)
  }

  /** The choice that the site's own cookie holds, or null. */
  async choice() {
    const cookie = await this.cookie('cookies_preferences')
    return cookie ? JSON.parse(decodeURIComponent(cookie.value)) : null
  }
}

/** A certificate for the names of these tests. */
function certificate(chain, key) {
  const names = `subjectAltName=DNS:${HOST},DNS:other.test`
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', [...words, '-subj', `/CN=${HOST}`, '-addext', names, '-keyout', key, '-out', chain], { stdio: 'pipe' })
}
