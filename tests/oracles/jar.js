// A cookie in a jar, as DevTools and the corpus tell it.

/** Seconds by which an expiry may differ, and below which nobody can rely on a cookie to be still there. */
const TOLERANCE = 60

export class Cookie {
  /** One of DevTools, at that time in Unix seconds. */
  static held({ name, value, domain, path, expires, secure, httpOnly, sameSite, partitionKey }, now) {
    const spelled = { name, value, domain, path, secure, httpOnly, sameSite, partitioned: partitionKey !== undefined }
    return new Cookie(spelled, expires < 0 ? undefined : expires - now)
  }

  /** One of the corpus. */
  static ofCase({ name, value, domain, path, expires, secure, http_only, same_site, partitioned }, host) {
    const spelled = {
      name: shown(name),
      value: shown(value),
      domain: domain === undefined ? host : `.${domain}`,
      path: shown(path),
      secure,
      httpOnly: http_only,
      sameSite: same_site,
      partitioned,
    }
    return new Cookie(spelled, expires)
  }

  constructor(spelled, expires) {
    this.name = spelled.name
    this.spelled = JSON.stringify(spelled)
    this.expires = expires
  }

  /** Those of `some` that have no like among `others`. */
  static without(some, others) {
    return some.filter((one) => !others.some((other) => one.isLike(other)))
  }

  isLike({ spelled, expires }) {
    if (this.spelled !== spelled) return false
    if (this.expires === undefined || expires === undefined) return this.expires === expires
    return Math.abs(this.expires - expires) < TOLERANCE
  }

  get isBrief() {
    return this.expires < TOLERANCE
  }

  toString() {
    return this.spelled + (this.expires === undefined ? '' : ` for ${Math.round(this.expires)} s`)
  }
}

/** Octets as DevTools show them: without those that are no UTF-8. All of them are compared in the Cookie field. */
const shown = (octets) => Buffer.from(octets, 'latin1').toString('utf8').replaceAll('\ufffd', '')
