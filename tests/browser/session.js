// One visit, step by step; the same over every protocol.

import { PACKAGES, PARTING, SCRIPT, SECURE_SCRIPT, SERVER, agreed, lacking, need } from './names.js'

const EVERYTHING = ['statistical', 'third-party']
// tamis expires cookies with at most 16 fields a response; a name takes three (host-only, the host, its parent), the one
// with a path of its own six.
const NAMES_A_PAGE = 4

/** The whole session; what was found stands in the visitor's book. */
export async function visit(visitor, credentials) {
  await beforeAnyChoice(visitor, credentials)
  await choiceOfDjango(visitor)
  await choiceOfScript(visitor)
  await leave(visitor)
}

async function beforeAnyChoice(visitor, credentials) {
  await visitor.doing('first page', () => visitor.open('/visit/'))
  await visitor.doing('trackers of the server, no choice yet', () => visitor.open('/visit/server/'))
  await visitor.doing('log-in', () => logIn(visitor, credentials))
  await visitor.doing('language', () => switchLanguage(visitor))
  await visitor.doing('trackers of a script, no choice yet', () => scripts(visitor))
  await visitor.doing('the page after', () => nextPage(visitor))
  await visitor.doing('packages, no choice yet', () => packages(visitor))
  await visitor.doing('the page after packages', () => nextPage(visitor))
  await visitor.doing('localStorage', () => storage(visitor))
}

async function choiceOfDjango(visitor) {
  await visitor.doing('everything granted, Django writes it', async () => {
    await visitor.open('/visit/')
    for (const word of EVERYTHING) await visitor.page.check(`#choice [value=${word}]`)
    visitor.granted = EVERYTHING
    await visitor.follow('#choice button')
  })
  await visitor.doing('all trackers, granted', async () => {
    await visitor.open('/visit/server/')
    await scripts(visitor)
    await packages(visitor)
    await visitor.open('/visit/')
  })
  await works(visitor)
  await visitor.doing('withdrawn, Django writes it', async () => {
    visitor.granted = []
    await visitor.follow('#withdraw')
    await nextPage(visitor)
  })
  await visitor.doing('trackers of the server after withdrawal', () => visitor.open('/visit/server/'))
  await visitor.doing('still logged in', () => loggedIn(visitor))
}

async function choiceOfScript(visitor) {
  await visitor.doing('statistics granted, the page writes it', async () => {
    await visitor.open('/visit/packages/?wait')
    await visitor.page.waitForSelector('[data-ready]', { state: 'attached' })
    visitor.granted = ['statistical']
    // As consent managers do: the choice, and in the same task the trackers that waited for it.
    await visitor.page.evaluate(() => {
      choose({ statistical: true, 'third-party': false })
      start()
    })
    await visitor.written(PACKAGES)
  })
  await visitor.doing('trackers, one category granted', async () => {
    await visitor.open('/visit/server/')
    await scripts(visitor)
    await nextPage(visitor)
  })
  await works(visitor)
  await visitor.doing('withdrawn, the page writes it', async () => {
    await packages(visitor) // … which go on in this page
    visitor.granted = []
    await visitor.page.evaluate(() => choose({ statistical: false, 'third-party': false }))
    await request(visitor, PACKAGES)
    await nextPage(visitor)
  })
}

async function leave(visitor) {
  await visitor.doing('log-out', async () => {
    await visitor.open('/visit/')
    await visitor.follow('#logout button')
    visitor.expect('session after log-out', (await visitor.jar()).includes('sessionid'), false)
  })
  await visitor.doing('the jar at the end', async () => {
    const jar = await visitor.jar()
    visitor.note('purge', await visitor.unagreed())
    // A script that nobody told to stop keeps what only scripts can see: tamis withholds it, no more.
    const left = jar.filter((name) => need(name) === 'undeclared')
    visitor.note('undeclared', left.includes('mystery_script') ? [] : ['mystery_script is gone'])
    await storage(visitor)
  })
}

// -- steps --

async function logIn(visitor, { user, password }) {
  await visitor.open('/admin/')
  await visitor.page.fill('#id_username', user)
  await visitor.page.fill('#id_password', password)
  await visitor.follow('[type=submit]')
  await loggedIn(visitor)
}

async function loggedIn(visitor) {
  await visitor.open('/visit/')
  visitor.expect('who is logged in', await visitor.text('#user'), 'admin')
}

async function switchLanguage(visitor) {
  await visitor.open('/visit/')
  await visitor.page.selectOption('#language select', 'fr')
  await visitor.follow('#language button')
  visitor.expect('language', await visitor.page.getAttribute('html', 'lang'), 'fr')
}

/** Trackers that the page's own script writes. */
async function scripts(visitor) {
  const names = ofScripts(visitor)
  await visitor.open('/visit/cookies/')
  await visitor.written(names)
  await request(visitor, names)
}

const ofScripts = ({ protocol }) => (protocol.scheme === 'https' ? [...SCRIPT, ...SECURE_SCRIPT] : SCRIPT)

/** Trackers that packages write. */
async function packages(visitor) {
  await visitor.open('/visit/packages/')
  await visitor.written(PACKAGES)
  await request(visitor, PACKAGES)
}

/** A request of the page's script; it carries what is agreed to only, and expires nothing: it is no navigation. */
async function request(visitor, names) {
  await visitor.fetch('/saw/')
  visitor.note('request', lacking(await visitor.jar(), names))
}

/**
 * The next page, or as many as tamis needs for this number of cookies: nothing declared and unagreed is left but for what
 * a tracker wrote while its page was left. One page later that is gone too.
 */
async function nextPage(visitor) {
  const undeclared = await withheld(visitor)
  const before = new Set(await visitor.unagreed()).size
  for (let left = Math.max(1, before); left > 0; left -= NAMES_A_PAGE) await visitor.open('/visit/')
  visitor.note('purge', (await visitor.unagreed()).filter((name) => !PARTING.includes(name)))
  await visitor.open('/visit/')
  visitor.note('purge', await visitor.unagreed())
  visitor.note('undeclared', lacking(await visitor.jar(), undeclared))
}

/** The undeclared cookies in the jar. */
const withheld = async (visitor) => (await visitor.jar()).filter((name) => need(name) === 'undeclared')

/** Agreed trackers are in the jar and came with the last page. */
async function works(visitor) {
  const wanted = [...SERVER, ...ofScripts(visitor), ...PACKAGES].filter((name) => agreed(name, visitor.granted))
  const jar = lacking(await visitor.jar(), wanted).map((name) => `${name} is not in the jar`)
  const last = visitor.log.last('/visit/')
  visitor.expect('choice that reached the origin', last.granted.join(), visitor.granted.join())
  const origin = lacking(last.names, wanted).map((name) => `${name} did not reach the origin`)
  visitor.note('agreed', [...jar, ...origin])
}

/** What a package keeps in localStorage is no cookie, and outlives every choice: Segment's id is still the first one. */
async function storage(visitor) {
  const id = await visitor.page.evaluate(() => localStorage.getItem('ajs_anonymous_id'))
  visitor.stored ??= id
  visitor.note('storage', id && id === visitor.stored ? [] : [`ajs_anonymous_id is ${id}, was ${visitor.stored}`])
}
