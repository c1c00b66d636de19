// An origin server that answers with whatever octets a case has in its Set-Cookie fields, and notes those of each Cookie field.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/**
 * The origin server: `{ports: {http, https, h2}, lines, seen, stop}`. A request whose target ends in `?case=ID` is answered with
 * `lines.get(ID)` as Set-Cookie fields, `date` being their Date; of one that ends in `?echo=KEY` the Cookie fields are kept in
 * `seen.get(KEY)`. Texts are octets: each character is one.
 */
export async function startOrigin({ chain, key, date }) {
  const state = { lines: new Map(), seen: new Map(), date }
  const secret = { cert: readFileSync(chain), key: readFileSync(key) }
  const plain = createServer((socket) => serve(socket, state))
  const tls = createTlsServer({ ...secret, ALPNProtocols: ['http/1.1'] }, (socket) => serve(socket, state))
  const h2 = createSecureServer({ ...secret, maxHeaderListPairs: 1000 }).on('stream', (stream, fields) => answer(stream, fields, state))
  const servers = { http: plain, https: tls, h2 }
  const open = new Set()
  for (const server of Object.values(servers)) {
    for (const event of ['connection', 'secureConnection']) {
      server.on(event, (socket) => (open.add(socket), socket.on('close', () => open.delete(socket)), socket.on('error', () => {})))
    }
    await once(server.listen(0, '127.0.0.1'), 'listening')
  }
  const ports = Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.address().port]))
  const stop = () => {
    for (const server of Object.values(servers)) server.close()
    for (const socket of open) socket.destroy()
  }
  return { ...state, ports, stop }
}

/** HTTP/1.1 on a socket: requests without content, one after the other. */
function serve(socket, state) {
  socket.setNoDelay(true).setEncoding('latin1')
  const answered = heads((head) => {
    const [start, ...fields] = head.split('\r\n')
    const cookies = fields.filter((field) => /^cookie:/i.test(field)).map((field) => field.replace(/^cookie:[ \t]*/i, ''))
    const lines = asked(start.split(' ')[1], cookies, state).map((line) => `Set-Cookie: ${line}\r\n`)
    const more = `Date: ${state.date}\r\nCache-Control: no-store\r\nContent-Length: 0\r\n${lines.join('')}`
    socket.write(Buffer.from(`HTTP/1.1 200 OK\r\n${more}\r\n`, 'latin1'))
  })
  socket.on('data', answered)
}

/** The same for a stream of HTTP/2. */
function answer(stream, fields, state) {
  const cookies = fields.cookie === undefined ? [] : [fields.cookie]
  const lines = asked(fields[':path'], cookies, state)
  stream.on('error', () => {})
  const sent = { ':status': 200, date: state.date, 'cache-control': 'no-store' }
  if (lines.length > 0) sent['set-cookie'] = lines
  stream.respond(sent, { endStream: true })
}

/** Notes the Cookie fields where the target asks for it; the lines to answer with. */
function asked(target, cookies, state) {
  const [, what, word] = /\?(case|echo)=(.*)$/.exec(target) ?? []
  if (what === 'echo') state.seen.set(word, cookies)
  return what === 'case' ? state.lines.get(word) : []
}

/** Gathers what comes in pieces to whole heads. */
export function heads(each) {
  let held = ''
  return (text) => {
    held += text
    for (let end = held.indexOf('\r\n\r\n'); end >= 0; end = held.indexOf('\r\n\r\n')) {
      each(held.slice(0, end + 4))
      held = held.slice(end + 4)
    }
  }
}
