// Requests with any octets in their Cookie fields, and what of these arrives.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'

/** Connections of HTTP/1.1 at once. */
const AT_ONCE = 4
/** A head that nobody needs. */
const LONGEST_HEAD = 1 << 16

/**
 * Sends each request as that visitor through the tamis that listens on `port`, over HTTP/1.1. Returns for each the octets of the
 * one Cookie field that arrived; null where none did, undefined where tamis refused the request.
 */
export async function overHttp1(port, visitor, requests, origin) {
  const arrived = []
  let next = 0
  const worker = async () => {
    const line = new Line(port)
    for (let at = next++; at < requests.length; at = next++) {
      const key = `${visitor.host}-${at}`
      const fields = [...visitor.fields, ...requests[at]].map((field) => `Cookie: ${field}\r\n`).join('')
      await line.ask(`GET /?echo=${key} HTTP/1.1\r\nHost: ${visitor.host}\r\n${fields}\r\n`)
      arrived[at] = taken(origin, key)
    }
    line.close()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return arrived
}

/** The same over HTTP/2. */
export async function overHttp2(port, chain, visitor, requests, origin) {
  const lookup = (_, { all }, done) => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4))
  const open = () => connectHttp2(`https://${visitor.host}:${port}`, { ca: chain, lookup }).on('error', () => {})
  const arrived = []
  let session = open()
  for (const [at, request] of requests.entries()) {
    if (session.closed || session.destroyed) session = open() // a request that is refused may end it
    const key = `${visitor.host}-${at}`
    const fields = { ':path': `/?echo=${key}`, cookie: [...visitor.fields, ...request] }
    const stream = session.request(fields).on('error', () => {}).resume()
    await new Promise((resolve) => stream.on('close', resolve))
    arrived.push(taken(origin, key))
  }
  session.close()
  return arrived
}

/** The octets that arrived, several fields as one. */
function taken(origin, key) {
  const fields = origin.seen.get(key)
  origin.seen.delete(key)
  return fields && (fields.length > 0 ? fields.join('; ') : null)
}

/** Connections one after the other, on each of which requests follow each other until it is closed. */
class Line {
  constructor(port) {
    this.port = port
  }

  /** Sends octets and waits for the end of the head of an answer without content, or of the connection. */
  async ask(octets) {
    if (!this.socket || this.socket.destroyed) {
      this.socket = connect(this.port, '127.0.0.1').setNoDelay(true).setEncoding('latin1')
      this.socket.on('error', () => {})
      await once(this.socket, 'connect')
    }
    const { socket } = this
    socket.write(Buffer.from(octets, 'latin1'))
    let head = ''
    for await (const text of readable(socket)) {
      head += text
      if (head.includes('\r\n\r\n') || head.length > LONGEST_HEAD) break
    }
    if (!head.startsWith('HTTP/1.1 200 ')) socket.destroy()
  }

  close() {
    this.socket?.destroy()
  }
}

/** What comes on a socket, which outlives the reading of it. */
const readable = (socket) => socket.iterator({ destroyOnReturn: false })
