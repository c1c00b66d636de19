// What reached the origin, from the portal's own record (tests/django/site/portal/log.py).

import { readFileSync } from 'node:fs'

/** The record of one session: `{path, scheme, names, granted}` for each request. */
export class OriginLog {
  constructor(file) {
    this.file = file
    this.skipped = this.read().length // of earlier sessions
    this.lines = []
  }

  read() {
    const text = readFileSync(this.file, 'utf8')
    return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1)
  }

  /** The requests since the last call. The portal writes a line before it answers, so a page that is there is recorded. */
  fresh() {
    const fresh = this.read().slice(this.skipped + this.lines.length).map((line) => JSON.parse(line))
    this.lines.push(...fresh)
    return fresh
  }

  /** The last request for `path`. */
  last(path) {
    return this.lines.findLast((line) => line.path === path)
  }
}
