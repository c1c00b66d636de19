// Everything that a visitor can do, with JavaScript off: by links, forms and redirects alone. What was done is read from the
// browser's jar and from what reaches the origin.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TRACKERS } from './host.js'
import { Site } from './site.js'

const OFF = { javaScriptEnabled: false }
const SIX_MONTHS = 182 * 24 * 60 * 60
const EVERY = Object.values(TRACKERS).sort()
/** Every key that the registry asks about, with one answer. */
const all = (granted) => ({ statistical: granted, 'third-party': granted, matomo: granted, xiti: granted })

for (const scheme of ['http', 'https']) {
  describe(`JavaScript off, ${scheme}`, () => {
    let site
    before(async () => (site = await Site.start({ scheme })))
    after(() => site.stop())

    const visit = (use, settings = {}) => site.visitor({ ...OFF, ...settings }, use)

    /** The trackers in the jar, and those that reach the origin, are these. */
    async function tracked(page, jar, wanted) {
      await page.goto(`${site.base}/visited`)
      await page.goto(`${site.base}/plain`)
      const names = (await jar.names()).filter((name) => EVERY.includes(name))
      assert.deepEqual(names, wanted, 'in the jar')
      const came = Object.keys(site.host.last('/plain').cookies)
      assert.deepEqual(came.filter((name) => EVERY.includes(name)).sort(), wanted, 'at the origin')
      assert.ok(came.includes('sessionid'), 'the log-in is untouched')
    }

    /** Both cookies are as documented: who may read them, for how long, over what. */
    async function written(jar, choice) {
      assert.deepEqual(await jar.choice(), choice)
      for (const [name, httpOnly] of [['cookies_preferences', false], ['tamis_choice', true]]) {
        const cookie = await jar.cookie(name)
        assert.equal(cookie.httpOnly, httpOnly, `${name}: HttpOnly`)
        assert.equal(cookie.secure, scheme === 'https', `${name}: Secure`)
        assert.equal(cookie.sameSite, 'Lax', `${name}: SameSite`)
        assert.equal(cookie.path, '/', `${name}: Path`)
        assert.equal(cookie.domain, new URL(site.base).hostname, `${name}: host-only`)
        const seconds = cookie.expires - Date.now() / 1000
        assert.ok(seconds > SIX_MONTHS - 600 && seconds <= SIX_MONTHS, `${name} lives ${seconds} s`)
      }
      assert.match((await jar.cookie('tamis_choice')).value, /^1\.[\w-]{22}\.\d{10}\.7\.?$/)
    }

    test('before any choice nothing is stored and the banner is there', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/included`)
        assert.ok(await page.isVisible('#tamis-banner'))
        await tracked(page, jar, [])
        assert.equal(await jar.choice(), null)
        assert.equal(await page.isChecked('#tamis-grant-statistical').catch(() => false), false)
      }))

    test('refuse all in the banner: one click, back to the page, never asked again', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/included?lang=fr&x=1`)
        await page.click('#tamis-banner [value=refuse-all]')
        assert.equal(page.url(), `${site.base}/included?lang=fr&x=1`)
        assert.equal(await page.locator('#tamis-banner').count(), 0)
        await written(jar, all(false))
        await tracked(page, jar, [])
      }))

    test('accept all in the banner: one click', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/plain`)
        await page.goto(`${site.base}/included`, { referer: `${site.base}/plain` })
        await page.click('#tamis-banner [value=accept-all]')
        assert.equal(page.url(), `${site.base}/included`, 'not to the page before')
        await written(jar, all(true))
        await tracked(page, jar, EVERY)
      }))

    test('from the banner to the preference centre and back', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/plain`)
        await page.goto(`${site.base}/included?page=2`, { referer: `${site.base}/plain` })
        await page.click('#tamis-banner-choose')
        await page.check('#tamis-grant-third-party')
        await page.click('[value=save]')
        assert.equal(page.url(), `${site.base}/included?page=2`)
        await written(jar, { ...all(false), 'third-party': true })
        await tracked(page, jar, [TRACKERS['third-party']])
      }))

    test('the preference centre by a link: one category', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/plain`)
        await page.click('#preferences')
        for (const key of Object.keys(all(false))) {
          assert.equal(await page.isChecked(`#tamis-grant-${key}`), false, `${key} is off before any choice`)
        }
        await page.check('#tamis-grant-statistical')
        await page.click('[value=save]')
        assert.equal(page.url(), `${site.base}/plain`)
        await written(jar, { ...all(true), 'third-party': false })
        await tracked(page, jar, [TRACKERS.matomo, TRACKERS.xiti].sort())
      }))

    test('… and one service', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/plain`)
        await page.click('#preferences')
        await page.click('[data-tamis-services=statistical] summary')
        await page.check('#tamis-grant-xiti')
        await page.click('[value=save]')
        await written(jar, { ...all(false), xiti: true })
        await tracked(page, jar, [TRACKERS.xiti])
        // What was chosen is shown, unfolded, since the services differ from their category.
        await page.click('#preferences')
        assert.ok(await page.isVisible('#tamis-grant-xiti'))
        assert.ok(await page.isChecked('#tamis-grant-xiti'))
        assert.equal(await page.isChecked('#tamis-grant-matomo'), false)
      }))

    test('accept all and refuse all in the preference centre', () =>
      visit(async (page, jar) => {
        for (const [action, granted] of [['accept-all', true], ['refuse-all', false]]) {
          await page.goto(`${site.base}/plain`)
          await page.click('#preferences')
          await page.click(`[value=${action}]`)
          assert.equal(page.url(), `${site.base}/plain`)
          await written(jar, all(granted))
          await tracked(page, jar, granted ? EVERY : [])
        }
      }))

    test('the policy page shows the choice and changes it in place; what is withdrawn is gone at once', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/cookies-policy?lang=de`)
        assert.equal(await page.getAttribute('#tamis-status', 'data-tamis-chosen'), 'no')
        await page.click('[value=accept-all]')
        assert.match(page.url(), /\/cookies-policy\?lang=de&notice=saved$/)
        assert.equal(await page.textContent('#tamis-notice'), 'Ihre Auswahl wurde gespeichert.')
        const date = new Intl.DateTimeFormat('de', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date())
        assert.ok((await page.textContent('#tamis-status')).includes(date), date)
        for (const key of Object.keys(all(true))) assert.ok(await page.isChecked(`#tamis-grant-${key}`), key)
        await tracked(page, jar, EVERY)
        const before = await jar.cookie('tamis_choice')
        await page.goto(`${site.base}/cookies-policy?lang=de`)
        // One service off: that one's cookie goes with this very answer.
        await page.click('[data-tamis-services=statistical] summary')
        await page.uncheck('#tamis-grant-matomo')
        await page.click('[value=save]')
        assert.ok(!(await jar.names()).includes(TRACKERS.matomo))
        await written(jar, { ...all(true), matomo: false })
        await page.click('[value=refuse-all]')
        assert.deepEqual((await jar.names()).filter((name) => EVERY.includes(name)), [])
        await written(jar, all(false))
        const id = (cookie) => cookie.value.split('.')[1]
        assert.equal(id(await jar.cookie('tamis_choice')), id(before), 'the id stays')
        await tracked(page, jar, [])
      }))

    test('no page renews a choice', () =>
      visit(async (page, jar) => {
        await page.goto(`${site.base}/cookies-policy`)
        await page.click('[value=refuse-all]')
        const before = [await jar.cookie('cookies_preferences'), await jar.cookie('tamis_choice')]
        for (const path of ['/plain', '/included', '/cookies-policy', '/.tamis/preferences']) await page.goto(site.base + path)
        assert.deepEqual([await jar.cookie('cookies_preferences'), await jar.cookie('tamis_choice')], before)
      }))

    test('Global Privacy Control: what it denies is not asked, and is said', () =>
      visit(
        async (page, jar) => {
          await page.goto(`${site.base}/included`)
          await page.goto(`${site.base}/cookies-policy`)
          assert.match(await page.textContent('#tamis-gpc'), /Global Privacy Control/)
          await page.click('[value=accept-all]') // a choice of one's own comes before the signal
          await written(jar, all(true))
        },
        { extraHTTPHeaders: { 'Sec-GPC': '1' } },
      ))
  })
}
