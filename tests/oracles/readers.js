// Cookie fields as Node's and Python's servers read them.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { Definitions } from '@hapi/statehood'
import { parseCookie } from 'cookie'
import { parse as parseOfExpress } from 'cookie-0'
import Cookies from 'cookies'
import { PYTHON } from '../browser/servers.js'
import { NAMES } from './fields.js'

const require = createRequire(import.meta.url)
/** The version of an npm package that is installed; not every one exports its package.json. */
const version = (name) => JSON.parse(readFileSync(require.resolve(name).replace(/(node_modules\/(?:@[^/]+\/)?[^/]+).*/, '$1/package.json'))).version

/** Readers of Node: a function from the octets of a field to names. Node's servers decode fields as Latin-1. */
const READERS = {
  [`cookie ${version('cookie')}`]: (field) => Object.keys(parseCookie(field)),
  [`cookie ${version('cookie-0')} (Express)`]: (field) => Object.keys(parseOfExpress(field)),
  [`cookies ${version('cookies')} (Koa)`]: (field) => {
    const cookies = new Cookies({ headers: { cookie: field } }, {})
    return NAMES.filter((name) => cookies.get(name) !== undefined)
  },
  [`statehood ${version('@hapi/statehood')} (hapi)`]: async (field) => {
    const { states } = await new Definitions({ ignoreErrors: true }).parse(field).catch(() => ({ states: {} }))
    return Object.keys(states)
  },
}

/** What all readers find in each of the fields: a list of `{reader: [name…]}`, in the order of the fields. */
export async function read(fields) {
  const [python, node] = await Promise.all([readByPython(fields), Promise.all(fields.map(readByNode))])
  return fields.map((_, at) => ({ ...python[at], ...node[at] }))
}

async function readByNode(field) {
  const found = {}
  for (const [reader, names] of Object.entries(READERS)) found[reader] = await names(field)
  return found
}

async function readByPython(fields) {
  const child = spawn(PYTHON, [new URL('readers.py', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(fields.map((field) => `${JSON.stringify(field)}\n`).join(''))
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`the readers of Python ended with ${code}`)
  return output.split('\n').slice(0, -1).map((line) => JSON.parse(line))
}
