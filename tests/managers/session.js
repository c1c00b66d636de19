// Visitors of a site that has a consent manager, step by step; the same for each manager.

import { NONE } from './managers.js'
import { SCRIPT, SERVER, TRACKERS, ofServices } from './trackers.js'
import { lacking } from '../browser/names.js'
import { until } from '../browser/wait.js'

const DAY = 86_400 // s

/** What is checked. */
export const CHECKS = {
  site: 'the manager works: its banner, its clicks, the attributes of its cookie',
  server: 'set by the server: nothing unagreed is in the jar',
  origin: 'nothing unagreed reaches the origin',
  agreed: 'what is agreed to stays in the jar and reaches the origin',
  header: 'X-Consent says what was chosen',
  purge: 'the next page expires what scripts wrote and what was withdrawn',
  own: "the manager's cookie reaches the origin and stays as it was written",
  explain: '`tamis explain --consent` comes to the same verdicts',
}

/** Whoever accepts everything, and takes it back. */
async function acceptsAll(visitor) {
  await visitor.doing('before any choice', () => visitor.arrive())
  await visitor.doing('accepted all', () => visitor.choose('acceptAll', visitor.manager.all))
  await visitor.doing('all withdrawn', () => visitor.withdraw())
}

/** Whoever refuses, and stays with it. */
async function refusesAll(visitor) {
  await visitor.doing('before any choice', () => visitor.arrive())
  await visitor.doing('refused all', () => visitor.choose('refuseAll', NONE))
}

/** Whoever agrees to a part, comes back from another site, and takes it back. */
export async function choosesPart(visitor) {
  await visitor.doing('before any choice', () => visitor.arrive())
  await visitor.doing('chose a part', () => visitor.choose('choosePart', visitor.manager.part))
  await visitor.doing('from another site', () => visitor.fromElsewhere())
  await visitor.doing('the part again', () => visitor.wander())
  await visitor.doing('the part withdrawn', () => visitor.withdraw())
}

/** Each of these starts with an empty jar. */
export const VISITS = [acceptsAll, refusesAll, choosesPart]

export class Visitor {
  /** `base` is the site's address, `seen()` what its origin saw since the last call, `explain` see run.js. */
  constructor(page, manager, base, { seen, explain, book }) {
    Object.assign(this, { page, manager, base, seen, explain, book })
    this.same = manager.same ?? ((value) => value)
    this.state = NONE
    this.own = null // the manager's cookie since the last choice
    this.step = 'start'
  }

  /** One step, then what must hold after every step. */
  async doing(step, action) {
    this.step = step
    await action()
    const jar = await this.names()
    this.note('server', SERVER.filter((name) => jar.includes(name) && !this.agrees(name)))
    this.note('purge', TRACKERS.filter((name) => jar.includes(name) && !this.agrees(name)))
    this.reached(this.seen().filter((line) => line.method === 'GET'))
    await this.explained()
  }

  // -- steps --

  /** The first pages: trackers of the server's and of scripts. */
  async arrive() {
    await this.open('/')
    await this.page.waitForSelector(this.manager.banner, { state: 'visible' })
    this.expect('the cookie before any choice', (await this.cookie()) !== undefined, this.manager.unasked === true)
    await this.wander()
  }

  /** A choice by clicks on a fresh page, then pages whose trackers ask nobody. */
  async choose(clicks, state) {
    await this.clicks(clicks, state)
    await this.wander()
    const lost = lacking(await this.names(), ofServices(state.services))
    this.note('agreed', lost.map((name) => `${name} is not in the jar`))
  }

  /** Everything is taken back; the next page expires it. */
  async withdraw() {
    const before = await this.names()
    const agreed = ofServices(this.state.services).filter((name) => before.includes(name))
    await this.clicks('withdraw', NONE)
    const kept = await this.names()
    // Where the choice itself comes from the server, its answer is the one that expires what is withdrawn.
    const early = this.manager.bySite ? [] : lacking(kept, agreed)
    this.note('site', early.map((name) => `${name} was gone before tamis could expire it`))
    await this.open('/')
    const left = await this.names()
    this.note('purge', agreed.filter((name) => left.includes(name)))
    await this.wander()
  }

  /** A page reached from a link of another site: the browser withholds SameSite=Strict cookies. */
  async fromElsewhere() {
    await this.page.goto('about:blank')
    await this.page.setContent(`<a href="${this.base}/">to the shop</a>`)
    await Promise.all([this.page.waitForURL(`${this.base}/`, { waitUntil: 'load' }), this.page.click('a')])
    if (this.manager.attributes.sameSite !== 'Strict') return
    // To tamis such a visitor has chosen nothing, as docs/consent.md warns.
    const [page] = this.seen().filter((line) => line.path === '/')
    this.note('header', page.consent === NONE.header ? [] : [`${page.consent} without the manager's cookie`])
    this.note('purge', (await this.names()).filter((name) => TRACKERS.includes(name)))
  }

  // -- their parts --

  async open(path) {
    await this.page.goto(this.base + path)
  }

  /** A page on which scripts write, and the next one. */
  async wander() {
    await this.open('/write')
    await until('scripts write their cookies', async () => lacking(await this.names(), SCRIPT).length === 0)
    await this.open('/')
  }

  async clicks(clicks, state) {
    await this.open('/')
    await this.page.waitForSelector(this.manager.ready ?? 'body', { state: 'attached' })
    this.reached(this.seen())
    const before = (await this.cookie())?.value
    await this.manager[clicks](this.page)
    await until(`${clicks}: the manager writes its cookie`, async () => ![before, undefined].includes((await this.cookie())?.value))
    await this.page.evaluate(() => {}) // whatever the last click does is done
    this.seen() // forms of the old choice, and the pages that they led to
    this.state = state
    this.own = await this.cookie()
    this.expect('the attributes of its cookie', JSON.stringify(attributes(this.own)), JSON.stringify(this.manager.attributes))
  }

  /** What must hold of requests that came with the present choice. */
  reached(lines) {
    const wanted = ofServices(this.state.services)
    for (const { path, cookie, consent } of lines) {
      const pairs = cookie.split('; ')
      const came = TRACKERS.filter((name) => pairs.some((pair) => pair.startsWith(`${name}=`)))
      this.note('origin', came.filter((name) => !this.agrees(name)).map((name) => `${name} at ${path}`))
      this.note('header', consent === this.state.header ? [] : [`${consent} at ${path}, not ${this.state.header}`])
      if (this.own === null) continue
      const name = `${this.own.name}=`
      const values = pairs.filter((pair) => pair.startsWith(name)).map((pair) => pair.slice(name.length))
      this.note('own', values.map(this.same).join() === this.same(this.own.value) ? [] : [`it is not so in Cookie at ${path}`])
    }
    const last = lines.findLast(({ path }) => path === '/')
    const lost = last === undefined ? [] : wanted.filter((name) => !last.cookie.includes(`${name}=`))
    this.note('agreed', lost.map((name) => `${name} did not reach the origin`))
  }

  /** The same by the command; and the manager's cookie in the jar is the one that it wrote. */
  async explained() {
    const own = await this.cookie()
    const whole = (cookie) => cookie && JSON.stringify([this.same(cookie.value), attributes(cookie)])
    if (this.own !== null) this.note('own', whole(own) === whole(this.own) ? [] : ['it changed in the jar'])
    const told = await this.explain(own && `${own.name}=${own.value}`)
    const passed = told.cookies.filter(({ verdict }) => verdict === 'forward').map(({ name }) => name)
    const wanted = [...ofServices(this.state.services), ...(own ? [own.name] : [])]
    const by = own ? this.manager.word : 'nobody'
    const wrong = [
      ...(passed.sort().join() === wanted.sort().join() ? [] : [`${passed} pass, not ${wanted}`]),
      ...(told.consent.x_consent === this.state.header ? [] : [told.consent.x_consent]),
      ...(told.consent.by === by ? [] : [`by ${told.consent.by}, not ${by}`]),
    ]
    this.note('explain', wrong)
  }

  // -- findings --

  agrees(name) {
    return ofServices(this.state.services).includes(name)
  }

  note(check, wrong) {
    this.book.note(check, this.step, wrong)
  }

  expect(what, actual, expected) {
    this.note('site', actual === expected ? [] : [`${what}: ${actual}, not ${expected}`])
  }

  async names() {
    return (await this.page.context().cookies()).map((cookie) => cookie.name)
  }

  /** The manager's cookie in the jar. */
  async cookie() {
    return (await this.page.context().cookies()).find((cookie) => cookie.name === this.manager.cookie)
  }
}

/** What a manager says beside the value, in the form of managers.js. */
function attributes({ sameSite, secure, httpOnly, domain, expires }) {
  const days = Math.round((expires - Date.now() / 1000) / DAY)
  return { sameSite, secure, httpOnly, hostOnly: !domain.startsWith('.'), days }
}
