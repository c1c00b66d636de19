// A visitor: a browser with an empty jar, the pages it opens, and what the origin saw of it.

import { agreed, byServer, lacking, need } from './names.js'
import { until } from './wait.js'

export class Visitor {
  /** `base` is the site's address as the browser sees it, `log` what its origin sees, `book` where outcomes go. */
  constructor(page, base, protocol, log, book) {
    Object.assign(this, { page, base, protocol, log, book })
    this.granted = [] // the categories that the visitor has granted by now
    this.step = 'start'
    this.stored = null // Segment's id in localStorage, when it was first looked at
  }

  /** One step of the session, then what must hold after every step. */
  async doing(step, action) {
    this.step = step
    await action()
    const jar = await this.jar()
    this.note('server', jar.filter((name) => byServer(name) && !agreed(name, this.granted)))
    for (const line of this.log.fresh()) {
      const passed = line.names.filter((name) => !agreed(name, line.granted))
      this.note('origin', passed.map((name) => `${name} at ${line.path}`))
    }
  }

  note(check, wrong) {
    this.book.note(check, this.step, wrong)
  }

  /** Notes that something of the site is as it should be. */
  expect(what, actual, expected) {
    this.note('site', actual === expected ? [] : [`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`])
  }

  // -- pages --

  async open(path) {
    await this.page.goto(this.base + path)
    await this.arrived()
  }

  /** Clicks what leads to another page. */
  async follow(selector) {
    await Promise.all([this.page.waitForEvent('load'), this.page.click(selector)])
    await this.arrived()
  }

  async arrived() {
    const hop = await this.page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol)
    this.note('protocol', hop === this.protocol.hop ? [] : [`${hop} at ${this.page.url()}`])
  }

  /** A request of a script in the page; no navigation. */
  async fetch(path) {
    await this.page.evaluate((path) => fetch(path).then((answer) => answer.text()), path)
  }

  async text(selector) {
    return (await this.page.textContent(selector)).trim()
  }

  // -- cookies --

  /** The names in the whole jar, HttpOnly and every path included; one that is there twice appears twice. */
  async jar() {
    return (await this.page.context().cookies()).map((cookie) => cookie.name)
  }

  /** Waits until scripts have written cookies of all these names. */
  async written(wanted) {
    const missing = async () => lacking(await this.jar(), wanted)
    await until('scripts write their cookies', async () => (await missing()).length === 0).catch(() => {})
    this.note('written', await missing())
  }

  /** The names in the jar that are declared and not agreed to. */
  async unagreed() {
    return (await this.jar()).filter((name) => need(name) !== 'undeclared' && !agreed(name, this.granted))
  }
}
