// Other sites can neither choose for the visitor nor lead them away.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { HOST } from '../browser.js'
import { Site } from './site.js'

/** Pages of another origin, whose scripts attack `target`. */
async function startOther() {
  const html = (asked) => {
    const url = new URL(asked.url, 'http://other.test')
    const target = url.searchParams.get('target')
    const fields = '<input name="action" value="accept-all"><input name="back" value="/"><button>win</button>'
    const form = `<form method="post" action="${target}" ${url.searchParams.get('form') ?? ''}>${fields}</form>`
    return `<!doctype html><meta name="referrer" content="${url.searchParams.get('referrer') ?? 'unsafe-url'}">${form}`
  }
  const server = createServer((asked, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end(html(asked)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: server.address().port, stop: () => (server.closeAllConnections(), server.close()) }
}

// Over plain HTTP to a name other than localhost browsers send no Sec-Fetch-Site: there Origin decides.
for (const scheme of ['http', 'https']) {
  describe(`other sites, ${scheme}`, () => {
    let site
    let other
    before(async () => {
      site = await Site.start({ scheme })
      other = await startOther()
    })
    after(async () => {
      other.stop()
      await site.stop()
    })

    const target = () => `${site.base}/.tamis/consent`

    for (const [what, host, query] of [
      ['another site', 'other.test', {}],
      ['another site that hides its address', 'other.test', { referrer: 'no-referrer' }],
      ['another host of the same site', 'blog.shop.test', {}],
      ['another port of the same host', HOST, {}],
      ['another encoding', 'other.test', { form: 'enctype="text/plain"' }],
    ]) {
      test(`a form of ${what} changes nothing`, () =>
        site.visitor({}, async (page, jar) => {
          const url = new URL(`http://${host}:${other.port}/`)
          url.search = new URLSearchParams({ target: target(), ...query })
          await page.goto(url.href)
          const [answer] = await Promise.all([page.waitForResponse(target()), page.click('button')])
          assert.equal(answer.status(), 403)
          assert.equal(await page.textContent('h1'), 'This choice came from another site')
          assert.deepEqual(await jar.names(), [])
        }))
    }

    test('nor does a form that takes back an agreement', () =>
      site.visitor({}, async (page, jar) => {
        await page.goto(`${site.base}/cookies-policy`)
        await page.click('[value=accept-all]')
        await page.waitForSelector('#tamis-notice')
        const before = await jar.cookie('cookies_preferences')
        await page.goto(`http://other.test:${other.port}/?target=${encodeURIComponent(target())}`)
        await page.evaluate(() => (document.querySelector('[name=action]').value = 'refuse-all'))
        await page.click('button')
        await page.waitForSelector('#tamis-message')
        assert.deepEqual(await jar.cookie('cookies_preferences'), before)
      }))

    test('nor does a script, nor can it read', () =>
      site.visitor({}, async (page, jar) => {
        await page.goto(`http://other.test:${other.port}/?target=x`)
        const tried = await page.evaluate(async (url) => {
          const json = { 'Content-Type': 'application/json' }
          const body = JSON.stringify({ choices: { statistical: true } })
          const attempts = [
            { method: 'GET', credentials: 'include' },
            { method: 'PUT', credentials: 'include', headers: json, body },
            { method: 'DELETE', credentials: 'include' },
            { method: 'POST', credentials: 'include', body: new URLSearchParams({ action: 'accept-all' }) },
          ]
          return Promise.all(attempts.map((attempt) => fetch(url, attempt).then(() => 'read', () => 'refused')))
        }, target())
        assert.deepEqual(tried, ['refused', 'refused', 'refused', 'refused'])
        assert.deepEqual(await jar.names(), [])
      }))

    test('our pages are in nobody’s frame', () =>
      site.visitor({}, async (page) => {
        await page.goto(`http://other.test:${other.port}/?target=x`)
        await page.evaluate((url) => {
          const frame = document.createElement('iframe')
          frame.src = url
          document.body.append(frame)
          return new Promise((resolve) => (frame.onload = frame.onerror = resolve))
        }, `${site.base}/.tamis/preferences`)
        assert.equal(await page.frameLocator('iframe').locator('#tamis-centre').count(), 0)
      }))

    test('a form leads nowhere else, whatever its address says', () =>
      site.visitor({}, async (page, jar) => {
        for (const back of ['//other.test/', '/\\other.test/', '/\t/other.test/', 'https://other.test/', 'javascript:alert(1)', '/%2e%2e//other.test', '/.tamis/consent']) {
          await page.goto(`${site.base}/.tamis/preferences?back=${encodeURIComponent(back)}`)
          const home = await page.$eval('#tamis-back', (link) => new URL(link.href).host)
          assert.equal(home, new URL(site.base).host, back)
          // … nor if somebody has changed the field.
          await page.$$eval('[name=back]', (fields, back) => fields.forEach((field) => (field.value = back)), back)
          await page.click('[value=refuse-all]')
          await page.waitForURL(`${site.base}/**`)
          assert.equal(new URL(page.url()).pathname, '/.tamis/preferences', `${back} led to ${page.url()}`)
        }
        assert.equal((await jar.choice()).statistical, false)
      }))
  })
}
