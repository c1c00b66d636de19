// Who sends Cookie fields, and what nobody may read in what arrives.

import { CHOICE, NEVER_FILTERED } from './corpus.js'
import { DECLARED } from './fields.js'

const AGREED = `${CHOICE}=${encodeURIComponent(JSON.stringify({ statistical: true }))}`
const { necessary, statistical, 'third-party': others } = DECLARED
const only = (...permitted) => (name) => !permitted.flat().includes(name)

/**
 * Visitors, each at a host of its own: `site` are its settings, `fields` come before those of each request, and nobody may read a
 * name that the visitor `forbids`.
 */
export const VISITORS = [
  { name: 'no choice', host: 'refused.example', fields: [], forbids: only(NEVER_FILTERED, necessary) },
  { name: 'statistics agreed', host: 'agreed.example', fields: [AGREED], forbids: only(NEVER_FILTERED, necessary, statistical) },
  {
    name: 'undeclared pass',
    host: 'open.example',
    site: { undeclared: { request: 'allow', response: 'block' } },
    fields: [],
    forbids: (name) => [...statistical, ...others].includes(name),
  },
]
