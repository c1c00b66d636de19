// A registry that gains a service or a category asks for just that, and remembers the rest.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { REGISTRY, Site } from './site.js'

let site
before(async () => (site = await Site.start()))
after(() => site.stop())

/** The registry with one more line where it says so. */
function gained(name, lines) {
  let text = readFileSync(REGISTRY, 'utf8').replace('version: "7"', 'version: "8"')
  for (const [place, line] of Object.entries(lines)) text = text.replace(`# gained: ${place}`, line)
  const file = join(site.folder, `${name}.yaml`)
  writeFileSync(file, text)
  return file
}

const SERVICE = {
  service: '- {key: hotjar, title: Hotjar, category: third-party}',
  cookie: '- {names: [_hj], provider: Hotjar, purposes: {en: To see what visitors do}, service: hotjar, set_by: server}',
}
const CATEGORY = { cookie: '- {names: [theme], provider: The shop, purposes: {en: To know your taste}, category: internal, set_by: server}' }

/** What the banner asks for, in words and in its form. */
const asked = (page) =>
  page.$eval('#tamis-banner', (banner) => ({
    words: [...banner.querySelectorAll('.tamis-asked li')].map((item) => item.textContent),
    keys: [...banner.querySelectorAll('[name=ask]')].map((field) => field.value),
  }))

for (const [what, lines, key, word, settings] of [
  ['a service', SERVICE, 'hotjar', 'Hotjar', {}],
  ['a service, JavaScript off', SERVICE, 'hotjar', 'Hotjar', { javaScriptEnabled: false }],
  ['a category', CATEGORY, 'internal', 'Internal or first-party cookies', {}],
]) {
  test(`${what} more`, () =>
    site.visitor(settings, async (page, jar) => {
      await site.restart(REGISTRY)
      await page.goto(`${site.base}/.tamis/preferences`)
      await page.check('#tamis-grant-statistical')
      await page.click('#tamis-form [value=save]')
      await page.waitForURL(`${site.base}/**`)
      const before = { statistical: true, 'third-party': false, matomo: true, xiti: true }
      assert.deepEqual(await jar.choice(), before)
      const companion = await jar.cookie('tamis_choice')

      await site.restart(gained(what.replaceAll(/\W/g, '-'), lines))
      await page.goto(`${site.base}/included`)
      assert.deepEqual(await asked(page), { words: [word], keys: [key] })
      assert.deepEqual(await jar.choice(), before, 'nothing changes by itself')
      await page.click('#tamis-banner [value=accept-all]')
      await page.waitForURL(`${site.base}/included`)
      assert.deepEqual(await jar.choice(), { ...before, [key]: true }, 'the rest is remembered')
      const [, id, , version] = (await jar.cookie('tamis_choice')).value.split('.')
      assert.equal(id, companion.value.split('.')[1])
      assert.equal(version, '8')
      await page.goto(`${site.base}/included`)
      assert.equal(await page.locator('#tamis-banner').count(), 0)
    }))
}

test('a new version that gains nothing asks nothing', () =>
  site.visitor({}, async (page) => {
    await site.restart(REGISTRY)
    await page.goto(`${site.base}/.tamis/preferences`)
    await page.click('[value=refuse-all]')
    await page.waitForURL((url) => !url.pathname.includes('consent'))
    await site.restart(gained('same', {}))
    await page.goto(`${site.base}/included`)
    assert.equal(await page.locator('#tamis-banner').count(), 0)
  }))
