// Each consent manager: what the site's registry says of it, how a visitor clicks it, and what then is agreed to.

/** X-Consent where nothing is granted. */
const NOTHING = 'necessary, statistical=?0, internal=?0, third-party=?0'
const EVERYTHING = ['matomo', 'xiti', 'facebook']

/** A visitor's choice: the services agreed to, and X-Consent as the origin gets it. */
const choice = (services, header) => ({ services, header })

/** No choice, or a refusal. */
export const NONE = choice([], NOTHING)

const CATEGORIES = {
  all: choice(EVERYTHING, 'necessary, statistical, internal=?0, third-party'),
  part: choice(['matomo', 'xiti'], 'necessary, statistical, internal=?0, third-party=?0'),
}

/**
 * - `name`: the label of its host and the name of its page; `word` and `keys`: its entry in `consent.adapters`.
 * - `cookie` and `attributes`: what it writes; `days` until it expires. `bySite`: the server writes it, by forms.
 * - `unasked`: whether its cookie is there before any choice. `same`: what of the value only a choice changes.
 * - `banner`: what a new visitor sees; `ready`: what is there once its buttons work, if later.
 * - `all` and `part`: the choices behind `acceptAll` and `choosePart`.
 * - `acceptAll`, `refuseAll`, `choosePart`: clicks of a new visitor. `withdraw`: of one who has chosen.
 */
export const MANAGERS = [
  {
    name: 'vanilla-cookieconsent-3',
    word: 'vanilla-cookieconsent',
    keys: { analytics: 'statistical', ads: 'third-party', count: 'matomo', reach: 'xiti' },
    cookie: 'cc_cookie',
    attributes: { sameSite: 'Lax', secure: true, httpOnly: false, hostOnly: false, days: 182 },
    banner: '#cc-main .cm',
    all: CATEGORIES.all,
    part: choice(['matomo'], 'necessary, statistical, internal=?0, third-party=?0, xiti=?0'),
    acceptAll: (page) => page.click('.cm [data-role=all]'),
    refuseAll: (page) => page.click('.cm [data-role=necessary]'),
    async choosePart(page) {
      await page.click('.cm [data-role=show]')
      await page.click('.pm__section--toggle .pm__section-arrow, .pm__section-title')
      await tick(page, '.pm .section__toggle[value=count]')
      await page.click('.pm [data-role=save]')
    },
    async withdraw(page) {
      await page.click('[data-cc=show-preferencesModal]')
      await page.click('.pm [data-role=necessary]')
    },
  },
  {
    name: 'vanilla-cookieconsent-2',
    word: 'vanilla-cookieconsent',
    keys: { analytics: 'statistical', ads: 'third-party' },
    cookie: 'cc_cookie',
    attributes: { sameSite: 'Lax', secure: true, httpOnly: false, hostOnly: false, days: 182 },
    banner: '#cm',
    ...CATEGORIES,
    acceptAll: (page) => page.click('#c-p-bn'),
    refuseAll: (page) => page.click('#c-s-bn'),
    async choosePart(page) {
      await page.click('[data-cc=c-settings]')
      await tick(page, '.c-tgl[value=analytics]')
      await page.click('#s-sv-bn')
    },
    async withdraw(page) {
      await page.click('[data-cc=c-settings]')
      await page.click('#s-rall-bn')
    },
  },
  {
    name: 'klaro',
    word: 'klaro',
    keys: { counter: 'matomo', reach: 'xiti', pixel: 'facebook' },
    cookie: 'klaro',
    attributes: { sameSite: 'Lax', secure: false, httpOnly: false, hostOnly: true, days: 120 },
    banner: '.klaro .cookie-notice',
    all: choice(EVERYTHING, `${NOTHING}, matomo, xiti, facebook`),
    part: choice(['matomo'], `${NOTHING}, matomo`),
    acceptAll: (page) => page.click('.cookie-notice .cm-btn-success'),
    refuseAll: (page) => page.click('.cookie-notice .cn-decline'),
    async choosePart(page) {
      await page.click('.cookie-notice .cn-learn-more')
      await tick(page, '#service-item-counter')
      await page.click('.cm-btn-accept')
    },
    async withdraw(page) {
      await page.click('#settings')
      for (const service of ['counter', 'reach', 'pixel']) await tick(page, `#service-item-${service}`, false)
      await page.click('.cm-btn-accept')
    },
  },
  {
    name: 'orejime',
    word: 'orejime',
    keys: { audience: 'statistical', ads: 'third-party' },
    cookie: 'eu-consent',
    attributes: { sameSite: 'Strict', secure: false, httpOnly: false, hostOnly: true, days: 120 },
    banner: '.orejime-Banner',
    ...CATEGORIES,
    acceptAll: (page) => page.click('[data-testid=orejime-banner-accept]'),
    refuseAll: (page) => page.click('[data-testid=orejime-banner-decline]'),
    async choosePart(page) {
      await page.click('[data-testid=orejime-banner-configure]')
      await tick(page, '#orejime-purpose-audience')
      await page.click('[data-testid=orejime-modal-save]')
    },
    async withdraw(page) {
      await page.click('#settings')
      await page.click('[data-testid=orejime-modal-disable-all]')
      await page.click('[data-testid=orejime-modal-save]')
    },
  },
  {
    name: 'tarteaucitron',
    word: 'tarteaucitron',
    // Its own Matomo starts unasked, so whatever is clicked, nobody has agreed to it.
    keys: { reach: 'xiti', matomo: 'matomo', pixel: 'facebook' },
    cookie: 'tarteaucitron',
    attributes: { sameSite: 'Lax', secure: true, httpOnly: false, hostOnly: true, days: 365 },
    unasked: true,
    same: (value) => value.split('!').sort().join('!'), // every page moves what starts unasked to the end
    banner: '#tarteaucitronAlertBig',
    ready: '[data-ready]',
    all: choice(['xiti', 'facebook'], `${NOTHING}, xiti, facebook`),
    part: choice(['xiti'], `${NOTHING}, xiti`),
    acceptAll: (page) => page.click('#tarteaucitronPersonalize2'),
    refuseAll: (page) => page.click('#tarteaucitronAllDenied2'),
    async choosePart(page) {
      await page.click('#tarteaucitronCloseAlert')
      await page.click('#reachAllowed')
      await page.click('#pixelDenied')
    },
    async withdraw(page) {
      await page.click('#tarteaucitronManager')
      await page.click('#tarteaucitronAllDenied')
    },
  },
  {
    name: 'django-cookie-consent',
    word: 'django-cookie-consent',
    keys: { analytics: 'statistical', ads: 'third-party' },
    cookie: 'cookie_consent',
    attributes: { sameSite: 'Lax', secure: false, httpOnly: true, hostOnly: true, days: 365 },
    bySite: true,
    banner: '#accept-all',
    ...CATEGORIES,
    acceptAll: (page) => sent(page, '#accept-all button'),
    refuseAll: (page) => sent(page, '#decline-all button'),
    async choosePart(page) {
      await sent(page, '#analytics .cookie-consent-accept [type=submit]')
      await sent(page, '#ads .cookie-consent-decline [type=submit]')
    },
    withdraw: (page) => sent(page, '#decline-all button'),
  },
]

/** Brings a switch, which a manager may hide behind its label, into a state by the event of a click on it. */
async function tick(page, selector, on = true) {
  const box = page.locator(selector)
  await box.waitFor({ state: 'attached' })
  if ((await box.isChecked()) !== on) await box.dispatchEvent('click')
}

/** Sends a form, and waits for the page that it leads to. */
const sent = (page, selector) => Promise.all([page.waitForEvent('load'), page.click(selector)])
