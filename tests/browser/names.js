// What each cookie of the test needs, and who sets it: said apart from the registry, so that tamis is not judged by itself.

const NECESSARY = /^(sessionid|csrftoken|messages|django_language|cookies_preferences)$/

const NEEDS = [
  ['statistical', /^_(ga|ga_SERVER1|pk_id\.1\.abcd)$/],
  ['third-party', /^_fbp$/],
  ['statistical', /^(_gid|_ga_SCRIPT1|ai_user|visit_depth|__Host-ab|embedded)$/],
  ['statistical', /^(ph_phc_testtoken_posthog|dmn_chk_.*)$/],
  ['statistical', /^(amp_[^.]+|_tldtest_.*|amplitude_test.*)$/],
  ['statistical', /^_sp_((id|ses)\..+|root_domain_test_.*)$/],
  ['third-party', /^(mp_mptoken_mixpanel|__mp_opt_in_out_mptoken)$/],
  ['third-party', /^(ajs_(anonymous|user)_id|__tld__)$/],
]

/** `necessary`, the category that has to be granted, or `undeclared`. */
export function need(name) {
  if (NECESSARY.test(name)) return 'necessary'
  return NEEDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'undeclared'
}

/** Whether a visitor who granted these categories has agreed to the cookie. */
export const agreed = (name, granted) => need(name) === 'necessary' || granted.includes(need(name))

/** What /visit/server/ sets by Set-Cookie. */
export const SERVER = ['_ga', '_ga_SERVER1', '_pk_id.1.abcd', '_fbp', 'mystery_server']

/** What /visit/cookies/ writes by document.cookie. */
export const SCRIPT = ['_gid', '_ga_SCRIPT1', 'ai_user', 'visit_depth', 'mystery_script']

/** … and what browsers take from it over TLS only: a `__Host-` name, and one with SameSite=None and Partitioned. */
export const SECURE_SCRIPT = ['__Host-ab', 'embedded']

/** What the packages of /visit/packages/ leave; `*` at the end stands for a digest. */
export const PACKAGES = [
  'ph_phc_testtoken_posthog',
  'amp_abcdef',
  '_sp_id.*',
  '_sp_ses.*',
  'mp_mptoken_mixpanel',
  'ajs_anonymous_id',
  'ajs_user_id',
  'COUNTLYKEY/cly_session',
]

/** What PostHog writes once more while its page is left: after the answer that expired it. */
export const PARTING = ['ph_phc_testtoken_posthog']

/** Those of `wanted` that are not among `names`. */
export const lacking = (names, wanted) => wanted.filter((name) => !names.some((there) => matches(name, there)))

const matches = (wanted, name) => (wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted)

/** Whether the server sets it: such a cookie must never have been stored without agreement. */
export const byServer = (name) => SERVER.includes(name)
