// Which service each tracker belongs to: said apart from the registry, so that tamis is not judged by itself.

const SERVICES = {
  '_pk_id.1.abcd': 'matomo',
  '_pk_ses.1.abcd': 'matomo',
  atuserid: 'xiti',
  _fbp: 'facebook',
  _fbc: 'facebook',
}

/** All of them. */
export const TRACKERS = Object.keys(SERVICES)

/** What every page sets by Set-Cookie. */
export const SERVER = ['_pk_id.1.abcd', '_fbp']

/** What `/write` writes by document.cookie. */
export const SCRIPT = TRACKERS.filter((name) => !SERVER.includes(name))

/** The trackers of these services. */
export const ofServices = (services) => TRACKERS.filter((name) => services.includes(SERVICES[name]))
