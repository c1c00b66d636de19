// Keyboard, zoom, motion and paper.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ANALYTICS, Site } from './site.js'

let site
before(async () => (site = await Site.start()))
after(() => site.stop())

/** What has the focus: a word for it, how its focus is shown, and where it is. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return null
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    const { top, bottom } = element.getBoundingClientRect()
    const banner = document.getElementById('tamis-banner')
    const edge = banner && !banner.contains(element) && getComputedStyle(banner).position === 'fixed' ? banner.getBoundingClientRect().top : innerHeight
    return {
      word: element.id || element.value || element.textContent.trim(),
      ours: Boolean(element.closest('.tamis, .tamis-languages')),
      outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      seen: top < edge - 1 && bottom > 1,
      whole: bottom <= edge + 1 && top >= -1,
    }
  })

/** The stops of the Tab key, until there is none any more or the first comes again. */
async function stops(page, key = 'Tab') {
  const all = []
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press(key)
    const stop = await focused(page)
    if (!stop || all[0]?.word === stop.word) break
    all.push(stop)
  }
  return all
}

/** Everything in a page that the keyboard has to reach, in the order of the document. */
const reachable = (page) =>
  page.evaluate(() => {
    const all = document.querySelectorAll('a[href], button, summary, input:not([type=hidden])')
    return [...all].filter((element) => element.checkVisibility()).map((element) => element.id || element.value || element.textContent.trim())
  })

for (const path of ['/cookies-policy?lang=en', '/.tamis/preferences?lang=en', '/?lang=en', '/included']) {
  for (const width of [1280, 360]) {
    test(`the Tab key goes through ${path} in order, and is seen, at ${width}`, () =>
      site.visitor({ width, height: 640 }, async (page) => {
        await page.goto(site.base + path)
        const asks = path.startsWith('/?') || path === '/included'
        if (asks) await page.waitForSelector('#tamis-banner')
        const all = await stops(page)
        assert.deepEqual(all.map((stop) => stop.word), await reachable(page), 'nothing is left out, nothing is a trap')
        assert.deepEqual(all.filter((stop) => stop.ours && !stop.outlined), [], 'focus is visible (WCAG 2.4.7)')
        assert.deepEqual(all.filter((stop) => !stop.seen || !stop.whole), [], 'nothing is behind the banner (WCAG 2.4.11)')
        if (asks) {
          const [first, second] = all
          assert.deepEqual([first.word, second.word], ['refuse-all', 'accept-all'], 'the banner comes first')
          assert.equal(all.at(-1).word, 'last', 'and the page behind it can be used to its end')
        }
      }))
  }
}

test('the keyboard alone makes a choice', () =>
  site.visitor({}, async (page, jar) => {
    await page.goto(`${site.base}/plain`)
    await page.focus('#preferences')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#tamis-centre')
    const to = async (word) => {
      for (let n = 0; n < 40 && (await focused(page))?.word !== word; n++) await page.keyboard.press('Tab')
      assert.equal((await focused(page)).word, word)
    }
    await to('Choose service by service')
    await page.keyboard.press('Enter')
    await to('tamis-grant-matomo')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter') // in a switch, Enter sends the form of the switches: it saves, and grants no more
    await page.waitForURL('**/plain')
    assert.deepEqual(await jar.choice(), { statistical: false, 'third-party': false, matomo: true, xiti: false })
  }))

test('switches move with their category, with a script', () =>
  site.visitor({}, async (page, jar) => {
    await page.goto(`${site.base}/.tamis/preferences`)
    await page.click('summary')
    await page.check('#tamis-grant-statistical')
    assert.ok(await page.isChecked('#tamis-grant-matomo'))
    await page.uncheck('#tamis-grant-xiti')
    await page.click('[value=save]')
    await page.waitForURL((url) => !url.pathname.includes('consent'))
    assert.deepEqual(await jar.choice(), { statistical: true, 'third-party': false, matomo: true, xiti: false })
  }))

test('zoomed to 400 %, the banner is a part of the page', () =>
  site.visitor({ width: 320, height: 256 }, async (page) => {
    await page.goto(`${site.base}/?lang=de`)
    await page.waitForSelector('#tamis-banner')
    assert.equal(await page.$eval('#tamis-banner', (banner) => getComputedStyle(banner).position), 'static')
    await page.click('#last') // can be scrolled to and is behind nothing
    await page.waitForURL('**/cookies-policy')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320))
  }))

test('who wants less motion gets none', () =>
  site.visitor({ reducedMotion: 'reduce' }, async (page) => {
    const moving = () =>
      page.evaluate(() => {
        const parts = [...document.querySelectorAll('body *')].flatMap((element) => [getComputedStyle(element), getComputedStyle(element, '::before')])
        return parts.filter((style) => parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none' || style.scrollBehavior === 'smooth').length
      })
    await page.goto(`${site.base}/.tamis/preferences`)
    assert.equal(await moving(), 0)
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    assert.notEqual(await moving(), 0, 'the switches do move otherwise')
  }))

test('forced colours: switches are the browser’s own', () =>
  site.visitor({ forcedColors: 'active' }, async (page) => {
    await page.goto(`${site.base}/.tamis/preferences`)
    assert.equal(await page.$eval('#tamis-grant-statistical', (input) => getComputedStyle(input).appearance), 'auto')
  }))

test('paper has every row, every column and nothing to press', async () => {
  const other = await Site.start({ registry: ANALYTICS })
  try {
    // A4 without margins, at 96 dots an inch.
    await other.visitor({ width: 680, height: 1010, javaScriptEnabled: false }, async (page) => {
      await page.goto(`${other.base}/cookies-policy?lang=fr`)
      const cells = () =>
        page.$$eval('#tamis-cookies :is(th, td)', (all) => all.map((cell) => cell.innerText.trim()).filter(Boolean).length)
      const whole = await page.$$eval('#tamis-cookies :is(th, td)', (all) => all.length)
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      assert.equal(await cells(), whole)
      assert.deepEqual(
        await page.$$eval('#tamis-cookies :is(th, td)', (all) => all.filter((cell) => getComputedStyle(cell).display !== 'table-cell').length),
        0,
        'tables are tables',
      )
      const pressed = await page.$$eval('button, input, summary, nav', (all) => all.filter((element) => element.checkVisibility()).length)
      assert.equal(pressed, 0)
      assert.ok(await page.isVisible('#tamis-version'))
      assert.match(await page.innerText('.tamis-address'), /https:\/\/opendata\.lillemetropole\.fr\/cookies-policy\?lang=fr$/)
      assert.equal(await page.$eval('body', (body) => getComputedStyle(body).backgroundColor), 'rgb(255, 255, 255)', 'white, dark scheme or not')
      const over = await page.$$eval('#tamis-cookies :is(th, td)', (all) => all.filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.getBoundingClientRect().right > innerWidth).length)
      assert.equal(over, 0, 'nothing is cut off')
    })
  } finally {
    await other.stop()
  }
})
