// Every page, in every language, colour scheme and width: no violation that axe-core knows, nothing that scrolls sideways,
// nothing too small to hit.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { violations } from './axe.js'
import { Site, WIDTHS } from './site.js'

const LANGUAGES = ['en', 'fr', 'nl', 'de']
const SCHEMES = ['light', 'dark']

let site
before(async () => (site = await Site.start()))
after(() => site.stop())

/** How each page is reached. */
const PAGES = {
  policy: (page, language) => page.goto(`${site.base}/cookies-policy?lang=${language}`),
  'policy after a choice': async (page, language) => {
    await page.goto(`${site.base}/cookies-policy?lang=${language}`)
    await page.click('[data-tamis-services] summary')
    await page.check('#tamis-grant-xiti')
    await page.click('[value=save]')
    await page.waitForSelector('#tamis-notice')
  },
  centre: (page, language) => page.goto(`${site.base}/.tamis/preferences?lang=${language}`),
  'centre, unfolded': async (page, language) => {
    await page.goto(`${site.base}/.tamis/preferences?lang=${language}`)
    await page.click('[data-tamis-services] summary')
  },
  banner: async (page, language) => {
    await page.goto(`${site.base}/?lang=${language}`)
    await page.waitForSelector('#tamis-banner')
  },
  'a form that is out of date': async (page, language) => {
    await page.goto(`${site.base}/.tamis/preferences?lang=${language}`)
    await page.evaluate(() => document.querySelectorAll('[name=shown]').forEach((field) => (field.value = '00')))
    await page.click('[value=accept-all]')
    await page.waitForSelector('#tamis-message')
  },
}

/** What is too small to hit (WCAG 2.2 2.5.8: 24 CSS pixels; the site asks 44 of what answers the question). */
const small = (page, within) =>
  page.evaluate((within) => {
    const wrong = []
    for (const target of document.querySelectorAll(`${within} :is(button, a, summary, label)`)) {
      if (!target.checkVisibility()) continue
      const { width, height } = target.getBoundingClientRect()
      const least = target.matches('button, label') ? 44 : 24
      const inline = target.matches('p > a:not(.tamis-links > a, .tamis-jump > a), h2 > a') // 2.5.8, "Inline"
      if (!inline && (height < least || width < 24)) wrong.push(`${target.outerHTML.slice(0, 80)}: ${width} × ${height}`)
    }
    return wrong
  }, within)

/** How far the page, or anything in it, is wider than the window. */
const wide = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const over = [...document.querySelectorAll('body *')].filter((element) => {
      const { right, left, width: own } = element.getBoundingClientRect()
      return own > 1 && element.checkVisibility() && !element.closest('thead') && (right > width + 0.5 || left < -0.5)
    })
    const wrong = over.map((element) => element.outerHTML.slice(0, 80))
    if (document.documentElement.scrollWidth > width) wrong.push(`${document.documentElement.scrollWidth} in ${width}`)
    return wrong
  })

async function examine(page, name) {
  const within = name === 'banner' ? '#tamis-banner' : 'main'
  return {
    axe: await violations(page),
    'scrolls sideways': await wide(page),
    'too small': await small(page, within),
  }
}

const NOTHING = { axe: [], 'scrolls sideways': [], 'too small': [] }

for (const language of LANGUAGES) {
  describe(`accessible, ${language}`, () => {
    for (const [name, open] of Object.entries(PAGES)) {
      for (const [word, width] of Object.entries(WIDTHS)) {
        test(`${name}, ${word}`, () =>
          site.visitor({ width, locale: language }, async (page) => {
            await open(page, language)
            const within = name === 'banner' ? '#tamis-banner' : 'html'
            assert.equal(await page.getAttribute(within, 'lang'), language)
            for (const colorScheme of SCHEMES) {
              await page.emulateMedia({ colorScheme })
              assert.deepEqual(await examine(page, name), NOTHING, colorScheme)
            }
          }))
      }
    }
  })
}

test('a choice from another site: the page that says so', async () => {
  const form = () => `<!doctype html><form method="post" action="${site.base}/.tamis/consent"><button name="action" value="accept-all">x</button></form>`
  const other = createServer((asked, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end(form()))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  try {
    await site.visitor({ width: WIDTHS.narrow, locale: 'fr' }, async (page) => {
      await page.goto(`http://other.test:${other.address().port}/`)
      await page.click('button')
      assert.equal(await page.textContent('h1'), 'Ce choix provient d’un autre site')
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        assert.deepEqual(await examine(page), NOTHING, colorScheme)
      }
    })
  } finally {
    other.closeAllConnections()
    other.close()
  }
})

test('an agreement whose proof can’t be kept: the page that says so, and nothing is granted', async () => {
  // A database below a file: there can't be one.
  const file = join(site.folder, 'file')
  writeFileSync(file, '')
  const other = await Site.start({ more: { records: { database: join(file, 'records.sqlite') } } })
  try {
    await other.visitor({ width: WIDTHS.narrow, locale: 'de' }, async (page, jar) => {
      await page.goto(`${other.base}/.tamis/preferences`)
      await page.check('#tamis-grant-third-party')
      await page.click('[value=save]')
      assert.equal(await page.textContent('h1'), 'Ihre Einwilligung wurde nicht gespeichert')
      assert.equal((await jar.choice())?.['third-party'] ?? false, false)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        assert.deepEqual(await examine(page), NOTHING, colorScheme)
      }
      // … but a refusal is honoured.
      await page.goto(`${other.base}/.tamis/preferences`)
      await page.click('[value=refuse-all]')
      assert.equal((await jar.choice())['third-party'], false)
    })
  } finally {
    await other.stop()
  }
})

test('axe is asked in earnest: planted faults are violations', () =>
  site.visitor({}, async (page) => {
    await page.goto(`${site.base}/cookies-policy?lang=en`)
    const plant = {
      'color-contrast': () => document.querySelector('h1').style.setProperty('color', '#bbb'),
      label: () => document.querySelector('label').replaceWith(document.querySelector('input[role=switch]')),
      'html-has-lang': () => document.documentElement.removeAttribute('lang'),
    }
    for (const change of Object.values(plant)) await page.evaluate(change)
    const found = (await violations(page)).map((line) => line.split(':')[0])
    for (const rule of Object.keys(plant)) assert.ok(found.includes(rule), `${rule} in ${found}`)
  }))
