// Deliberate faults: a registry or a site in which one thing is wrong. Each has to turn the right checks red.

/**
 * `keys` and `registry` change the registry, `site` is what differs in the configuration; `red` must fail, `green` must
 * still hold; `only` chooses managers.
 */
export const BREAKS = [
  {
    name: 'adapter removed',
    keys: () => null,
    red: ['agreed', 'header', 'explain'],
    green: ['site', 'server', 'origin', 'own'],
  },
  {
    name: 'keys swapped',
    keys: (keys) => Object.fromEntries(Object.keys(keys).map((word, index) => [word, Object.values(keys).at(-1 - index)])),
    red: ['server', 'origin', 'header', 'explain'],
    green: ['site', 'own'],
  },
  {
    name: 'purge off',
    site: { purge: 'off' },
    red: ['purge'],
    green: ['site', 'origin', 'agreed', 'header', 'own', 'explain'],
  },
  {
    name: 'cookie not declared',
    keys: () => null,
    registry: (text) => text.replace(/cc_cookie.*tarteaucitron/, 'other'),
    only: ({ bySite }) => !bySite,
    red: ['own', 'header'],
    green: ['site', 'server', 'origin'],
  },
  {
    name: 'cookie rewritten',
    site: { rewrite: { same_site: 'strict' } },
    only: ({ bySite }) => bySite,
    red: ['site'],
    green: ['server', 'origin', 'explain'],
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
