// Chromium as an oracle: the whole corpus over one protocol; each case directly and through three tamis.

import { PROTOCOLS, launch } from '../browser/browser.js'
import { CHOICE, expected, expectedThrough, isUnforeseen, pairsOf, undelivered } from './corpus.js'
import { Cookie } from './jar.js'

/** The host of every case, and the way to it. */
export const HOST = 'site.example'
const RESOLVE = `--host-resolver-rules=MAP ${HOST} 127.0.0.1, MAP * ~NOTFOUND`
/** Cases going on at once, each in a jar of its own. */
const AT_ONCE = 3
/** Cases that share a jar at most. */
const GROUP = 25
/** What may expire a cookie, that of another case too. */
const LIFETIME = /max-age|expires/i
/** Octets for which tamis may withhold a permitted pair: some servers read further cookies in it (docs/registry.md). */
const MANIFOLD = /[ \t",]/
/** Everything that can be agreed to. */
const AGREED = encodeURIComponent(JSON.stringify({ statistical: true }))

/** What is checked of each case, in the words of the printed table. */
export const CHECKS = {
  stored: 'the browser holds what the corpus says',
  field: '… and sends it back, octet by octet',
  agreed: 'through tamis, everything agreed: the same jar',
  held: 'through tamis, without consent: nothing else is in the jar',
  kept: '… and nothing permitted is missing',
  reaching: 'of a full jar what is permitted reaches the origin server, and no more',
}

/** A browser for one protocol. */
export const browserFor = (protocol, chain) => launch({ ...protocol, flags: [...protocol.flags, RESOLVE] }, chain)

/**
 * The corpus over one protocol; what was found stands in the book. `origin` is the origin server, `sites` are `{all, even, odd}`,
 * each with the `ports` of a tamis and what it `permits`; `choice` is what the visitor chose where all is agreed. The cases take
 * turns with `even` and `odd`, and another turn over the next protocol.
 */
export async function corpusOver(browser, protocol, corpus, { origin, sites, choice = AGREED }, book) {
  const waiting = groups(corpus, protocol)
  const turns = new Map(corpus.map((one, at) => [one, at + PROTOCOLS.indexOf(protocol)]))
  const worker = async (number) => {
    const visitor = await Visitor.of(browser, protocol, origin, number)
    Object.assign(visitor, { choice, turns })
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      for (const [id, check, wrong] of await visitor.judgeAll(group, sites)) book.note(check, id, wrong)
    }
    await visitor.leave()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => worker(number)))
}

/** The cases, those whose lines the browser ignores many at once: one jar is as empty as twenty. */
function groups(corpus, protocol) {
  const quiet = new Map()
  const alone = []
  for (const one of corpus) {
    const way = undelivered(one, protocol)
    if (expected(one, protocol).length > 0 || one.lines.some((line) => LIFETIME.test(line))) alone.push([one])
    else if (quiet.get(way)?.length < GROUP) quiet.get(way).push(one)
    else alone.push(quiet.set(way, [one]).get(way))
  }
  return alone
}

/** A browser context, in which one case follows the other, each in an empty jar. */
class Visitor {
  static async of(browser, protocol, origin, number) {
    const context = await browser.newContext()
    const page = await context.newPage()
    const tools = await context.newCDPSession(page)
    const port = protocol.hop === 'h2' ? origin.ports.h2 : origin.ports[protocol.scheme]
    const visitor = Object.assign(new Visitor(), { protocol, origin, number, context, tools, port })
    await page.goto(visitor.address(port, ''))
    return visitor
  }

  /** Every check of every case: `[id, check, what is wrong]`. */
  async judgeAll(group, sites) {
    if (group.length > 1 && (await this.areQuiet(group, sites))) return group.flatMap((one) => this.checks(one).map((check) => [one.id, check, []]))
    const outcomes = []
    for (const one of group) outcomes.push(...(await this.judge(one, sites)))
    return outcomes
  }

  /** The checks that a case can undergo. */
  checks(one) {
    if (isUnforeseen(one)) return ['held']
    return Object.keys(CHECKS).filter((check) => THROUGH.includes(check) || undelivered(one, this.protocol) === undefined)
  }

  /** Whether all of these cases got answers and left the jar empty, directly and through each tamis. */
  async areQuiet(group, { all, even, odd }) {
    const ports = [all, even, odd].map((site) => site.ports[this.protocol.scheme])
    if (undelivered(group[0], this.protocol) === undefined) ports.push(this.port)
    for (const port of ports) {
      const failed = await this.fetch(group.map((one) => [port, this.query(one)]))
      if (failed.length + (await this.jar()).length > 0) return false
    }
    return true
  }

  /** The same for one case, check by check. */
  async judge(one, { all, even, odd }) {
    const wanted = expected(one, this.protocol)
    const through = ({ permits }) => expectedThrough(one, this.protocol, permits).map(ofCase)
    const site = this.turns.get(one) % 2 === 0 ? even : odd
    const direct = undelivered(one, this.protocol) === undefined ? await this.direct(one, site) : undefined
    const agreed = await this.through(one, all, this.choice)
    const { jar, failed } = await this.through(one, site)
    const permitted = through(site)
    const wrong = {
      stored: () => [...direct.failed, ...differences(wanted.map(ofCase), direct.jar)],
      field: () => unlike(wanted, direct.field),
      agreed: () => [...agreed.failed, ...differences(through(all), agreed.jar)],
      held: () => jar.filter(unpermitted(one, site, permitted)).map((cookie) => `+ ${cookie}`),
      kept: () => [...failed, ...missing(permitted, jar)],
      reaching: () => unreached(direct.field, site.permits, direct.reached),
    }
    return this.checks(one).map((check) => [one.id, check, wrong[check]()])
  }

  /** The case without tamis: the jar, the Cookie field after it, and what reaches the origin server through the tamis of a site. */
  async direct(one, { ports }) {
    const [alone, behind] = ['direct', 'through'].map((way) => `${this.protocol.name.replace(' ', '-')}-${this.number}-${way}`)
    const failed = await this.fetch([[this.port, this.query(one)]])
    const requests = [[this.port, `?echo=${alone}`], [ports[this.protocol.scheme], `?echo=${behind}`]]
    failed.push(...(await this.fetch(requests)))
    const taken = (key) => {
      const fields = this.origin.seen.get(key) ?? ['the request did not arrive']
      this.origin.seen.delete(key)
      return fields.flatMap((field) => field.split('; ')).sort()
    }
    return { failed, jar: await this.jar(), field: taken(alone), reached: taken(behind) }
  }

  /** The case through a tamis, by a visitor who made this choice if any: the jar. */
  async through(one, { ports }, choice) {
    const port = ports[this.protocol.scheme]
    if (choice) await this.tools.send('Network.setCookie', { name: CHOICE, value: choice, url: this.address(port, ''), path: '/' })
    const failed = await this.fetch([[port, this.query(one)]])
    return { failed, jar: await this.jar() }
  }

  /** The query that the origin server answers with a case. */
  query(one) {
    this.origin.lines.set(one.id, one.lines)
    return `?case=${one.id}`
  }

  address(port, query) {
    return `${this.protocol.scheme}://${HOST}:${port}/dir/page${query}`
  }

  /** Requests of the page, all at once; those that got no answer. */
  async fetch(requests) {
    const addresses = JSON.stringify(requests.map(([port, query]) => this.address(port, query)))
    const request = `(address) => fetch(address, { mode: 'no-cors', credentials: 'include', cache: 'no-store' }).then(() => [], (error) => address + ': ' + error)`
    const expression = `Promise.all(${addresses}.map(${request})).then((failed) => failed.flat())`
    const { result } = await this.tools.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    return result.value
  }

  async leave() {
    await this.context.close()
  }

  /** The jar, which is empty afterwards; without the visitor's choice. */
  async jar() {
    const { cookies } = await this.tools.send('Network.getAllCookies')
    await this.tools.send('Network.clearBrowserCookies')
    return cookies.filter(({ name }) => name !== CHOICE).map((cookie) => Cookie.held(cookie, Date.now() / 1000))
  }
}

/** Whether a cookie in the jar is none that the site permits; the name alone decides where nobody can say what is stored. */
const unpermitted = (one, { permits }, permitted) =>
  isUnforeseen(one) ? ({ name }) => !permits(name) : (cookie) => Cookie.without([cookie], permitted).length > 0

/** The checks that need no direct way. */
const THROUGH = ['agreed', 'held', 'kept']

const ofCase = (cookie) => Cookie.ofCase(cookie, HOST)

/** What the jar lacks, as lines. One that lives for seconds only may have ended. */
const missing = (wanted, jar) => Cookie.without(wanted, jar).filter((cookie) => !cookie.isBrief).map((cookie) => `- ${cookie}`)

const differences = (wanted, jar) => [...missing(wanted, jar), ...Cookie.without(jar, wanted).map((cookie) => `+ ${cookie}`)]

/** The same for the Cookie field. */
function unlike(wanted, came) {
  const lasting = wanted.filter((cookie) => !ofCase(cookie).isBrief)
  const [all, some, field] = [pairsOf(wanted), pairsOf(lasting), came].map((pairs) => JSON.stringify(pairs))
  return field === all || field === some ? [] : [`${field}, not ${all}`]
}

/** What of a Cookie field reached the origin server though it may not, or didn't though it has to. */
function unreached(field, permits, reached) {
  const permitted = field.filter((pair) => permits(pair.includes('=') ? pair.slice(0, pair.indexOf('=')) : ''))
  const more = reached.filter((pair) => !permitted.includes(pair)).map((pair) => `+ ${JSON.stringify(pair)}`)
  const due = permitted.filter((pair) => !MANIFOLD.test(pair))
  return [...more, ...due.filter((pair) => !reached.includes(pair)).map((pair) => `- ${JSON.stringify(pair)}`)]
}
