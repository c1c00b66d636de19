// Deliberate faults: something that filters less than it should, or other expectations. The checks have to turn red.

import { DECLARED } from './fields.js'
import { VISITORS } from './visitors.js'

/**
 * Of the corpus: `sites` makes other plans, `corpus` other expectations, `choice` is what the visitor of `all` chose. The checks
 * `red` must fail, `green` must still hold.
 */
export const CORPUS_BREAKS = [
  {
    name: 'responses are not filtered',
    sites: (plan) => ({ ...plan, asked: [], undeclared: { request: 'block', response: 'allow' } }),
    red: ['held'],
    green: ['stored', 'field', 'agreed', 'kept', 'reaching'],
  },
  {
    name: 'requests are not filtered',
    sites: (plan) => ({ ...plan, asked: [], undeclared: { request: 'allow', response: 'block' } }),
    red: ['reaching'],
    green: ['stored', 'field', 'agreed', 'held', 'kept'],
  },
  {
    name: 'permitted names are not declared',
    sites: (plan) => ({ ...plan, exempt: plan.asked, asked: [] }),
    red: ['kept', 'reaching'],
    green: ['stored', 'field', 'agreed'],
  },
  { name: 'nobody agreed', choice: null, red: ['agreed'], green: ['stored', 'field', 'held', 'kept', 'reaching'] },
  {
    name: 'the corpus says something else',
    corpus: (one) => ({ ...one, chromium: undefined, stored: one.stored.map((cookie) => ({ ...cookie, value: `${cookie.value}x` })) }),
    red: ['stored', 'field', 'agreed', 'held', 'kept'],
    green: ['reaching'],
  },
  {
    name: 'a naive filter in the place of tamis',
    sites: (plan) => ({ ...plan, naive: true }),
    red: ['held'],
    green: ['stored', 'field'],
  },
]

/** Of the readers, by what their names begin with; the visitors that differ, and what is declared. */
export const READER_BREAKS = [
  {
    name: 'requests are not filtered',
    visitors: [{ ...VISITORS[0], site: { undeclared: { request: 'allow', response: 'block' } } }],
    declared: { necessary: DECLARED.necessary },
    red: [''],
  },
  {
    name: 'a naive filter in the place of tamis',
    visitors: [VISITORS[0]],
    naive: true,
    red: ['Django', 'http.cookies', 'aiohttp'],
  },
]
