// axe-core in the page that a visitor sees.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** WCAG 2.2 A and AA, and what axe's authors advise beyond. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The violations in the page, or within `selector`: one line for each element. */
export async function violations(page, selector) {
  await page.evaluate(SOURCE)
  const found = await page.evaluate(
    async ([selector, values]) => {
      const options = { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }
      const { violations, passes } = await globalThis.axe.run(selector ?? document, options)
      return { violations, passed: passes.length }
    },
    [selector, TAGS],
  )
  if (found.passed === 0) return ['axe looked at nothing']
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${id}: ${help}: ${target.join(' ')} ${any.map((one) => one.message).join(', ')}`))
}
