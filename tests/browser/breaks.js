// Deliberate faults: a tamis in which one thing is switched off. The session has to turn red, in the right checks.

import { NO_TRACKERS } from './servers.js'

/** `site` is what differs in the configuration; `red` must fail, `green` must still hold. */
export const BREAKS = [
  {
    name: 'purge off',
    site: { purge: 'off' },
    red: ['purge'],
    green: ['protocol', 'origin', 'agreed', 'undeclared'],
  },
  {
    // Where no tracker is declared and undeclared cookies pass in one direction, that direction is not filtered.
    name: 'request filtering off',
    site: { registry: NO_TRACKERS, undeclared: { request: 'allow', response: 'block' } },
    red: ['origin'],
    green: ['protocol', 'server', 'undeclared'],
  },
  {
    name: 'response filtering off',
    site: { registry: NO_TRACKERS, undeclared: { request: 'block', response: 'allow' } },
    red: ['server'],
    green: ['protocol', 'origin', 'undeclared'],
  },
]

/** What is wrong with a session that had the fault; empty where it turned red as it should. */
export function unnoticed(fault, book) {
  const red = book.red()
  return [
    ...fault.red.filter((check) => !red.includes(check)).map((check) => `'${check}' stayed green`),
    ...fault.green.filter((check) => red.includes(check)).map((check) => `'${check}' turned red`),
  ]
}
