// A filter as one writes it in an hour, in the place of tamis: split at `;`, split at `=`, trim. What it lets through is what the
// checks are for.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { heads } from './origin.js'

/** The filter before the origin server on `port`, plain HTTP/1.1 without content: `{ports: {http}, stop}`. */
export async function startNaive(port, permits) {
  const open = new Set()
  const filters = { 'cookie:': (field) => request(field, permits), 'set-cookie:': (field) => response(field, permits) }
  const server = createServer((downstream) => {
    const upstream = connect(port, '127.0.0.1')
    for (const [from, to] of [[downstream, upstream], [upstream, downstream]]) {
      open.add(from.setNoDelay(true).setEncoding('latin1'))
      from.on('error', () => {}).on('close', () => (open.delete(from), to.destroy()))
      from.on('data', heads((head) => to.write(Buffer.from(filtered(head, filters), 'latin1'))))
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const stop = () => (server.close(), open.forEach((socket) => socket.destroy()))
  return { ports: { http: server.address().port }, stop }
}

function filtered(head, filters) {
  const lines = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':') + 1
    const filter = filters[line.slice(0, colon).toLowerCase()]
    const value = filter ? filter(line.slice(colon).trim()) : undefined
    return filter ? value && `${line.slice(0, colon)} ${value}` : line
  })
  return lines.filter((line) => line !== undefined).join('\r\n')
}

const nameIn = (pair) => pair.split('=')[0].trim()

const request = (field, permits) => field.split(';').filter((pair) => permits(nameIn(pair))).join(';') || undefined

const response = (field, permits) => (permits(nameIn(field.split(';')[0])) ? field : undefined)
