// A cookie in a jar, as DevTools and the corpus tell it.

/** Seconds by which an expiry may differ, and below which nobody can rely on a cookie to be still there. */
const TOLERANCE = 60

export class Cookie {
  /** One of DevTools, at that time in Unix seconds. */
  static held({ name, value, domain, path, expires, secure, httpOnly, sameSite, partitionKey }, now) {
    const text = JSON.stringify([name, value, path])
    const rest = JSON.stringify([domain, secure, httpOnly, sameSite, partitionKey !== undefined])
    return Object.assign(new Cookie(), { name, text, rest, expires: expires < 0 ? undefined : expires - now })
  }

  /** One of the corpus. */
  static ofCase({ name, value, domain, path, expires, secure, http_only, same_site, partitioned }, host) {
    const text = JSON.stringify([name, value, path].map(utf8))
    const rest = JSON.stringify([domain === undefined ? host : `.${domain}`, secure, http_only, same_site, partitioned])
    return Object.assign(new Cookie(), { name, text, rest, expires })
  }

  /** Those of `some` that have no like among `others`. */
  static without(some, others) {
    return some.filter((one) => !others.some((other) => one.isLike(other)))
  }

  /** DevTools don't show octets that are no UTF-8: those are compared in the Cookie field alone. */
  isLike({ text, rest, expires }) {
    const vague = text.includes('\ufffd') || this.text.includes('\ufffd')
    if (this.rest !== rest || (this.text !== text && !vague)) return false
    if (this.expires === undefined || expires === undefined) return this.expires === expires
    return Math.abs(this.expires - expires) < TOLERANCE
  }

  get isBrief() {
    return this.expires < TOLERANCE
  }

  toString() {
    return `${this.text} ${this.rest}${this.expires === undefined ? '' : ` for ${Math.round(this.expires)} s`}`
  }
}

const utf8 = (octets) => Buffer.from(octets, 'latin1').toString('utf8')
