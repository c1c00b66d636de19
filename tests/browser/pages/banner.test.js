// The banner with its script, in a host page whose Content-Security-Policy lets nothing inline through.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../wait.js'
import { TRACKERS } from './host.js'
import { Site, WIDTHS } from './site.js'

const EVERY = Object.values(TRACKERS).sort()
const all = (granted) => ({ statistical: granted, 'third-party': granted, matomo: granted, xiti: granted })

let site
before(async () => (site = await Site.start()))
after(() => site.stop())

/** A visitor whose pages must not complain: what the browser says of policies broken and scripts failed. */
const visit = (use, settings = {}) =>
  site.visitor(settings, async (page, jar) => {
    const complaints = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (line) => line.type() === 'error' && complaints.push(`${line.text()} ${line.location().url}`))
    await page.addInitScript(() => {
      window.choices = []
      document.addEventListener('tamis:choice', (event) => window.choices.push(event.detail))
    })
    await use(page, jar)
    // The host page has no icon, which is no matter of the banner.
    assert.deepEqual(complaints.filter((line) => !line.includes('favicon')), [])
  })

const appears = (page) => page.waitForSelector('#tamis-banner')
const trackers = async (jar) => (await jar.names()).filter((name) => EVERY.includes(name))

/** The banner's script has asked, and there was nothing to ask. */
async function nothingAsked(page, path) {
  const answered = page.waitForResponse((response) => response.url().includes('/.tamis/banner?'))
  await page.goto(site.base + path)
  assert.equal((await answered).status(), 204)
  assert.equal(await page.locator('#tamis-banner').count(), 0)
}

for (const [word, width] of Object.entries(WIDTHS)) {
  for (const language of ['en', 'fr', 'nl', 'de']) {
    test(`refusing is as easy as accepting: same size, same place, same look (${word}, ${language})`, () =>
      visit(
        async (page) => {
          await page.goto(`${site.base}/?lang=${language}`)
          await appears(page)
          const [refuse, accept] = await Promise.all(['refuse-all', 'accept-all'].map((word) => page.locator(`#tamis-banner [value=${word}]`).boundingBox()))
          assert.ok(Math.abs(refuse.width - accept.width) < 1, `${refuse.width} and ${accept.width} wide`)
          assert.ok(Math.abs(refuse.height - accept.height) < 1, `${refuse.height} and ${accept.height} high`)
          assert.ok(Math.abs(refuse.y - accept.y) < 1, 'side by side')
          const looks = await page.$$eval('#tamis-banner button', (all) =>
            all.map((button) => {
              const style = getComputedStyle(button)
              return ['color', 'backgroundColor', 'borderColor', 'fontSize', 'fontWeight', 'opacity', 'textTransform', 'float'].map((name) => style[name]).join(' ')
            }),
          )
          assert.equal(looks[0], looks[1])
          // The page's own rules don't reach in.
          assert.ok(looks[0].endsWith('none none'), looks[0])
          const banner = await page.locator('#tamis-banner').boundingBox()
          const window = page.viewportSize()
          assert.ok(banner.height <= window.height * 0.7 && Math.abs(banner.y + banner.height - window.height) < 1, 'at the lower end, not over everything')
          assert.ok(refuse.y + refuse.height <= window.height, 'in sight without scrolling')
        },
        { width, locale: language, height: width > 1000 ? 800 : 740 },
      ))
  }
}

test('it takes no focus, and asks until it is answered', () =>
  visit(async (page, jar) => {
    for (let n = 0; n < 2; n++) {
      await page.goto(`${site.base}/`)
      await appears(page)
      assert.equal(await page.evaluate(() => document.activeElement === document.body), true)
      assert.equal(await jar.choice(), null)
    }
  }))

for (const [action, granted] of [['accept-all', true], ['refuse-all', false]]) {
  test(`${action}: one click, no page load, an event, never again`, () =>
    visit(async (page, jar) => {
      await page.goto(`${site.base}/?lang=fr`)
      await appears(page)
      await page.evaluate(() => (window.stayed = true))
      await page.click(`#tamis-banner [value=${action}]`)
      await page.waitForSelector('#tamis-banner', { state: 'detached' })
      assert.deepEqual(await page.evaluate(() => [window.stayed, window.choices]), [true, [{ action, choices: all(granted) }]])
      assert.deepEqual(await jar.choice(), all(granted))
      assert.equal(await page.evaluate(() => document.activeElement.localName), 'main', 'focus is where reading goes on')
      await page.goto(`${site.base}/visited`)
      assert.deepEqual(await trackers(jar), granted ? EVERY : [])
      await nothingAsked(page, '/?lang=fr')
    }))
}

test('data-tamis-open opens it again; withdrawing expires what was granted with that very answer', () =>
  visit(async (page, jar) => {
    await page.goto(`${site.base}/`)
    await appears(page)
    await page.click('[value=accept-all]')
    await page.waitForSelector('#tamis-banner', { state: 'detached' })
    await page.goto(`${site.base}/visited`)
    assert.deepEqual(await trackers(jar), EVERY)
    await nothingAsked(page, '/')
    await page.focus('#preferences')
    await page.keyboard.press('Enter')
    await appears(page)
    await until('the banner has the focus', () => page.evaluate(() => document.activeElement.id === 'tamis-banner-title'))
    const before = site.host.requests.length
    await page.click('#tamis-banner [value=refuse-all]')
    await page.waitForSelector('#tamis-banner', { state: 'detached' })
    assert.deepEqual(await trackers(jar), [], 'gone before any other page')
    assert.equal(site.host.requests.length, before, 'the site was not asked')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'preferences', 'focus is back where it was')
    assert.deepEqual(await jar.choice(), all(false))
    assert.ok((await jar.names()).includes('sessionid'), 'the log-in stays')
  }))

test('an included banner is used by the script too', () =>
  visit(async (page, jar) => {
    await page.goto(`${site.base}/both`)
    await appears(page)
    await page.evaluate(() => (window.stayed = true))
    await page.click('#tamis-banner [value=accept-all]')
    await page.waitForSelector('#tamis-banner', { state: 'detached' })
    assert.ok(await page.evaluate(() => window.stayed))
    assert.equal(await page.locator('#tamis-banner').count(), 0)
    assert.deepEqual(await jar.choice(), all(true))
  }))

test('a <base> of the page leads the banner nowhere else', () =>
  visit(async (page, jar) => {
    await page.goto(`${site.base}/based`)
    await appears(page)
    const found = await page.$$eval('#tamis-banner a, #tamis-banner form, head link[href*="tamis"]', (all) =>
      all.map((one) => new URL(one.localName === 'form' ? one.attributes.action.value : one.href, document.baseURI).origin),
    )
    assert.ok(found.length === 4, found.join(' '))
    assert.deepEqual(new Set(found), new Set([site.base]))
    const style = await page.$eval('#tamis-banner', (banner) => getComputedStyle(banner).position)
    assert.equal(style, 'fixed', 'the style sheet came')
    await page.click('#tamis-banner [value=accept-all]')
    await page.waitForSelector('#tamis-banner', { state: 'detached' })
    assert.deepEqual(await jar.choice(), all(true))
  }))

test('a choice that can’t be sent is said, and can be tried again', () =>
  site.visitor({}, async (page, jar) => {
    await page.goto(`${site.base}/`)
    await appears(page)
    await page.route('**/.tamis/consent', (route) => route.abort())
    await page.click('#tamis-banner [value=refuse-all]')
    await page.waitForSelector('#tamis-banner-failed:not([hidden])')
    assert.ok(await page.isVisible('#tamis-banner-failed'))
    await page.unroute('**/.tamis/consent')
    await page.click('#tamis-banner [value=refuse-all]')
    await page.waitForSelector('#tamis-banner', { state: 'detached' })
    assert.deepEqual(await jar.choice(), all(false))
  }))

test('nothing of it comes from another site, and its pages’ own policy holds', () =>
  visit(async (page) => {
    const hosts = new Set()
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    for (const path of ['/', '/cookies-policy', '/.tamis/preferences']) {
      await page.goto(site.base + path)
      await page.waitForLoadState('networkidle')
    }
    assert.deepEqual([...hosts], [new URL(site.base).host])
  }))
