// The policy page of a real portal beside what that portal's policy says (tests/data/policy_lille.tsv): part by part, row
// by row, cell by cell, as a visitor sees it in a real browser.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from '../servers.js'
import { LILLE, Site } from './site.js'

/** What the registry says beyond the reference: columns that stand after those of the reference … */
const BEYOND = {
  head: ['Duration', 'Set by', 'Why no consent is needed'],
  rows: [
    ['2 weeks', 'the server', /^The visitor asks for it by logging in; /],
    ['1 year', 'the server', /^The visitor asks for it by choosing a language; /],
    ['52 weeks', 'the server', /^It protects forms and API calls /],
    ['6 months', 'not stated', /^It remembers the choice itself, /],
  ],
}
/** … and the row of the companion cookie, which is in every registry. */
const COMPANION = { names: 'tamis_choice', duration: '6 months' }

let site
before(async () => (site = await Site.start({ registry: LILLE })))
after(() => site.stop())

/** The reference: `{title, introduction, …, kind: [text], table, head: [cell], row: [[cell]]}`. */
function reference() {
  const lines = readFileSync(join(ROOT, 'tests/data/policy_lille.tsv'), 'utf8').split('\n')
  const wanted = { kind: [], row: [] }
  for (const line of lines.filter((line) => line && !line.startsWith('#'))) {
    const [part, ...texts] = line.split('\t')
    if (part === 'row') wanted.row.push(texts)
    else if (part === 'kind') wanted.kind.push(texts[0])
    else wanted[part] = part === 'head' ? texts : texts[0]
  }
  return wanted
}

/** The same of a page, of what is visible. */
const shown = (page) =>
  page.evaluate(() => {
    const text = (element) => (element?.checkVisibility() ? element.innerText.trim() : '')
    const one = (selector) => text(document.querySelector(selector))
    const all = (selector, within = document) => [...within.querySelectorAll(selector)]
    return {
      title: one('h1'),
      introduction: one('.tamis-introduction'),
      definition_title: one('#tamis-definition h2'),
      definition: one('#tamis-definition p'),
      kinds: one('#tamis-kinds h2'),
      kind: all('[data-tamis-kind]').map((kind) => text(kind.querySelector('p'))),
      needs: all('[data-tamis-kind] .tamis-need').map(text),
      cookies: one('#tamis-cookies h2'),
      link: document.querySelector('#tamis-cookies h2 a')?.href,
      headings: all('#tamis-cookies h3').map(text),
      tables: all('#tamis-cookies table').map((table) => ({
        head: all('th', table).map(text),
        columns: all('th', table).map((cell) => cell.dataset.tamisColumn),
        rows: all('tbody tr', table).map((row) => all('td', row).map((cell) => [cell.dataset.tamisColumn, text(cell)])),
      })),
    }
  })

/** What of the page is not as the reference says: one line each. */
function differences(found, wanted) {
  const wrong = []
  const same = (what, one, other) => {
    if (one !== other) wrong.push(`${what}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`)
  }
  for (const part of ['title', 'introduction', 'definition_title', 'definition', 'kinds', 'cookies']) {
    same(part, found[part], wanted[part])
  }
  same('link', found.link, 'https://opendata.lillemetropole.fr/')
  same('kinds', found.kind.length, wanted.kind.length)
  wanted.kind.forEach((text, n) => same(`kind ${n + 1}`, found.kind[n], text))
  found.needs.forEach((need, n) => same(`need ${n + 1}`, /consent is needed/.test(need), true))
  same('headings', found.headings.join(), wanted.table) // no table, and no heading, for an empty category
  same('tables', found.tables.length, 1)
  if (found.tables.length > 0) wrong.push(...tableDifferences(found.tables[0], wanted))
  return wrong
}

function tableDifferences({ head, columns, rows }, wanted) {
  const wrong = []
  const same = (what, one, other) => {
    const holds = other instanceof RegExp ? other.test(one) : one === other
    if (!holds) wrong.push(`${what}: ${JSON.stringify(one)}, not ${other instanceof RegExp ? other : JSON.stringify(other)}`)
  }
  const heads = [...wanted.head, ...BEYOND.head]
  same('columns', head.length, heads.length)
  heads.forEach((text, n) => same(`heading ${n + 1}`, head[n], text))
  same('rows', rows.length, wanted.row.length + 1)
  rows.forEach((row, n) => {
    same(`columns of row ${n + 1}`, row.map(([column]) => column).join(), columns.join())
    row.forEach(([column, text]) => text || wrong.push(`row ${n + 1}: ${column} is blank`))
  })
  wanted.row.forEach((cells, n) => {
    const expected = [...cells, ...BEYOND.rows[n]]
    expected.forEach((text, m) => same(`row ${n + 1}, ${heads[m]}`, rows[n]?.[m]?.[1], text))
  })
  const last = Object.fromEntries(rows.at(-1) ?? [])
  for (const [column, text] of Object.entries(COMPANION)) same(`companion's ${column}`, last[column], text)
  return wrong
}

/** Opens the page with a fault planted in it, and compares. */
const compared = (settings, plant = () => {}) =>
  site.visitor(settings, async (page) => {
    await page.goto(`${site.base}/cookies-policy?lang=en`)
    await page.evaluate(plant)
    return differences(await shown(page), reference())
  })

test('the page says what the reference says, cell by cell', async () => {
  const wanted = reference()
  assert.equal(wanted.row.length, 4)
  assert.equal(wanted.kind.length, 4)
  assert.deepEqual(await compared({}), [])
})

test('… on a phone too, where rows are cards', async () => {
  const wrong = await compared({ width: 360 })
  // The headings stand in front of each cell there, the row of headings is for screen readers.
  assert.deepEqual(wrong, [])
})

test('… and with JavaScript off', async () => {
  assert.deepEqual(await compared({ javaScriptEnabled: false }), [])
})

/** Faults planted in the page, and where each has to be noticed. */
const FAULTS = {
  'a blank row': [() => document.querySelectorAll('tbody tr')[1].querySelectorAll('td').forEach((cell) => cell.replaceChildren()), /^row 2: names is blank$/],
  'an invisible row': [() => (document.querySelectorAll('tbody tr')[2].style.visibility = 'hidden'), /^row 3: purposes is blank$|^row 3, Purposes/],
  'a row too many': [() => document.querySelector('tbody').append(document.querySelector('tbody tr').cloneNode(true)), /^rows: 6, not 5$/],
  'a missing row': [() => document.querySelectorAll('tbody tr')[3].remove(), /^rows: 4, not 5$/],
  'a dropped column': [() => document.querySelectorAll('[data-tamis-column=function]').forEach((cell) => cell.remove()), /^columns: 6, not 7$/],
  'a dropped cell': [() => document.querySelectorAll('td[data-tamis-column=function]')[3].remove(), /^columns of row 4: /],
  'a swapped cell': [
    () => {
      const [, , , fourth] = document.querySelectorAll('td[data-tamis-column=names]')
      fourth.closest('tr').insertBefore(fourth.nextElementSibling, fourth)
    },
    /^row 4, Cookie name\(s\): "To remember the visitor's cookie preferences", not "cookies_preferences"$/,
  ],
  'swapped rows': [() => document.querySelector('tbody').prepend(document.querySelectorAll('tbody tr')[1]), /^row 1, Cookie name\(s\): "django_language"/],
  'another word': [() => (document.querySelectorAll('td[data-tamis-column=function]')[2].textContent = 'API (CSRF) (front and back office)'), /^row 3, Function and location/],
  'no companion': [() => document.querySelector('tbody').lastElementChild.remove(), /^companion's names: /],
  'a missing kind': [() => document.querySelector('[data-tamis-kind=internal]').remove(), /^kinds: 3, not 4$/],
  'an address that is no link': [() => document.querySelector('#tamis-cookies h2 a').replaceWith('https://opendata.lillemetropole.fr'), /^link: /],
}

for (const [name, [plant, noticed]] of Object.entries(FAULTS)) {
  test(`${name} is noticed`, async () => {
    const wrong = await compared({}, plant)
    assert.ok(wrong.some((line) => noticed.test(line)), `nothing said ${noticed}: ${wrong.join('\n') || 'no difference'}`)
  })
}
