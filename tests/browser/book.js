// What is checked, and how it went: one row a check, one column a session.

/** The checks, in the words of the printed table. */
export const CHECKS = {
  protocol: 'every page came over the protocol asked for',
  site: 'the site works: log-in, language, choice, log-out',
  written: 'the trackers of scripts do write: a test of nothing is no test',
  server: 'set by the server: nothing unagreed is in the jar',
  origin: 'nothing unagreed reaches the origin',
  purge: 'set by scripts: pages expire what is declared and unagreed',
  request: 'requests of scripts expire nothing',
  undeclared: 'undeclared cookies of scripts are withheld, not expired',
  agreed: 'agreed trackers stay in the jar and reach the origin',
  storage: 'localStorage is out of reach, as documented',
}

/** The outcomes of one session. */
export class Book {
  constructor(title, checks = CHECKS) {
    this.title = title
    this.checks = checks
    this.rows = Object.fromEntries(Object.keys(checks).map((check) => [check, { held: 0, failed: [] }]))
  }

  /** A check held in this step where `wrong` is empty; else `wrong` lists what did not. */
  note(check, step, wrong) {
    const row = this.rows[check]
    if (wrong.length === 0) row.held += 1
    else row.failed.push(`${step}: ${wrong.join(', ')}`)
  }

  /** The checks that failed; one that never ran has failed. */
  red() {
    return Object.keys(this.checks).filter((check) => this.rows[check].failed.length > 0 || this.rows[check].held === 0)
  }
}

/** The table of the sessions, and beneath it what failed, at most `most` lines a check. */
export function print(books, most = 4) {
  if (books.length === 0) return
  const { checks } = books[0]
  const width = Math.max(...Object.values(checks).map((words) => words.length))
  const columns = books.map((book) => Math.max(10, book.title.length + 2))
  console.log(' '.repeat(width) + books.map((book, column) => book.title.padStart(columns[column])).join(''))
  for (const [check, words] of Object.entries(checks)) {
    const cells = books.map((book, column) => cell(book.rows[check]).padStart(columns[column]))
    console.log(words.padEnd(width) + cells.join(''))
  }
  for (const book of books) {
    for (const check of book.red()) {
      const { failed } = book.rows[check]
      const lines = failed.length > 0 ? failed : ['was never checked']
      console.log(`\n${book.title}, ${checks[check]}:`)
      for (const line of lines.slice(0, most)) console.log(`  ${line}`)
      if (lines.length > most) console.log(`  … and ${lines.length - most} more`)
    }
  }
}

function cell({ held, failed }) {
  if (failed.length > 0) return `RED ${failed.length}/${held + failed.length}`
  return held > 0 ? `ok ${held}` : 'NONE'
}
