// The origin server of the pages that load a manager from its npm package.

import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SCRIPT, SERVER } from './trackers.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PACKAGES = join(HERE, 'node_modules')
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html; charset=utf-8' }

/** What a page's own script does on `/write`: it asks no consent manager. */
const WRITES = SCRIPT.map((name) => `document.cookie = '${name}=by-script; Path=/; Max-Age=86400; SameSite=Lax'`).join('\n')

/** The origin: its `port`, what it has `seen` since it was asked last, and `stop()`. */
export async function startOrigin() {
  let lines = []
  const server = createServer((request, answer) => {
    const { host, cookie = '', 'x-consent': consent = '' } = request.headers
    lines.push({ path: request.url, method: request.method, cookie, consent })
    answered(request.url, host, answer).catch(() => answer.writeHead(404).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const stop = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  const seen = () => lines.splice(0)
  return { port: server.address().port, seen, stop }
}

async function answered(url, host, answer) {
  const path = url.split('?')[0]
  if (path === '/' || path === '/write') return page(host, answer)
  if (path === '/trackers.js') return sent(answer, '.js', fromWrite(answer.req) ? WRITES : '')
  if (!path.startsWith('/packages/')) throw new Error('there is nothing')
  const file = join(PACKAGES, normalize(path.slice('/packages'.length)))
  sent(answer, extname(file), await readFile(file))
}

/** The page of the manager that the host is named after; every page sets the server's trackers. */
function page(host, answer) {
  const manager = host.split('.')[0].split('--')[0]
  const fields = SERVER.map((name) => `${name}=by-server; Path=/; Max-Age=86400; SameSite=Lax`)
  answer.setHeader('set-cookie', fields)
  sent(answer, '.html', readFileSync(join(HERE, 'pages', `${manager}.html`)))
}

const fromWrite = (request) => new URL(request.headers.referer).pathname === '/write'

function sent(answer, extension, content) {
  answer.writeHead(200, { 'content-type': TYPES[extension] ?? 'application/octet-stream', 'cache-control': 'no-store' })
  answer.end(content)
}
