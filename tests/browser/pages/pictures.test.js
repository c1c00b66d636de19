// The pictures of docs/screenshots: TAMIS_BLESS=1 takes them anew, else they have to be there, of the right size and not too
// large.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from '../servers.js'
import { ANALYTICS, Site } from './site.js'

const FOLDER = join(ROOT, 'docs/screenshots')
const BLESS = Boolean(process.env.TAMIS_BLESS)
const MOST = 1_500_000 // octets, all together

const DEVICES = { desktop: { width: 1200, height: 800 }, phone: { width: 390, height: 844, deviceScaleFactor: 1.5 } }

/** What is on each picture; of a page as far as `most` CSS pixels down. */
const SUBJECTS = {
  banner: {
    most: 0,
    open: async (page, language) => {
      await page.goto(`${site.base}/?lang=${language}`)
      await page.waitForSelector('#tamis-banner')
    },
  },
  centre: {
    most: 1600,
    open: async (page, language) => {
      await page.goto(`${site.base}/.tamis/preferences?lang=${language}`)
      await page.click('[data-tamis-services=statistical] summary')
      await page.check('#tamis-grant-matomo')
      await page.evaluate(() => document.activeElement.blur())
    },
  },
  policy: {
    most: 2800,
    open: async (page, language) => {
      await page.goto(`${site.base}/cookies-policy?lang=${language}`)
      await page.click('#tamis-form summary')
      await page.check('#tamis-grant-matomo')
      await page.click('[value=save]')
      await page.waitForSelector('#tamis-notice')
    },
  },
}

let site
before(async () => (site = await Site.start({ registry: ANALYTICS })))
after(() => site.stop())

/** The whole page, or the window, as WebP. */
async function picture(page, most, scale) {
  const devtools = await page.context().newCDPSession(page)
  const { width, height: window } = page.viewportSize()
  const whole = await page.evaluate(() => document.documentElement.scrollHeight)
  const height = most ? Math.max(window, Math.min(whole, most)) : window
  const settings = { format: 'webp', quality: 60, captureBeyondViewport: most > 0, clip: { x: 0, y: 0, width, height, scale } }
  return Buffer.from((await devtools.send('Page.captureScreenshot', settings)).data, 'base64')
}

/** Width and height of a picture, as the browser sees them. */
const size = (page, octets) =>
  page.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/webp;base64,${data}`
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  }, octets.toString('base64'))

for (const [device, { deviceScaleFactor = 1, ...window }] of Object.entries(DEVICES)) {
  for (const language of ['en', 'fr']) {
    for (const [subject, { open, most }] of Object.entries(SUBJECTS)) {
      const name = `${subject}-${device}-${language}.webp`
      test(name, () =>
        site.visitor({ ...window, deviceScaleFactor, locale: language }, async (page) => {
          await open(page, language)
          const taken = await picture(page, most, deviceScaleFactor)
          await page.goto('about:blank')
          const [width, height] = await size(page, taken)
          assert.equal(width, window.width * deviceScaleFactor)
          if (BLESS) {
            mkdirSync(FOLDER, { recursive: true })
            writeFileSync(join(FOLDER, name), taken)
          }
          const kept = await size(page, readFileSync(join(FOLDER, name)))
          // Fonts differ between machines, and with them how long a page is.
          assert.equal(kept[0], width)
          assert.ok(Math.abs(kept[1] - height) <= height * 0.15, `${name} is ${kept[1]} high, the page ${height}: TAMIS_BLESS=1 takes it anew`)
        }))
    }
  }
}

test('nothing else is there, and all of it is small', () => {
  const names = readdirSync(FOLDER)
  assert.equal(names.length, Object.keys(SUBJECTS).length * Object.keys(DEVICES).length * 2)
  const octets = names.map((name) => statSync(join(FOLDER, name)).size).reduce((sum, one) => sum + one)
  assert.ok(octets < MOST, `${octets} octets`)
})
