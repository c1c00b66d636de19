// Cookie fields that readers may read in different ways. Texts are octets: each character is one.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** What the registry of these tests says of names; others are declared nowhere. */
export const DECLARED = {
  necessary: ['sessionid', 'a', 'b', 'cart', 'keep', 'csrftoken', 'messages'],
  statistical: ['_ga', 's', '_pk_id'],
  'third-party': ['_fbp', 't', 'fr'],
}
const UNDECLARED = ['evil', 'x', '__utma']
/** Every name that the fields below are made of. */
export const NAMES = [...Object.values(DECLARED).flat(), ...UNDECLARED]

/** Those of tests/cookies/requests.yaml. */
export function ofCases() {
  const cases = parse(readFileSync(new URL('../cookies/requests.yaml', import.meta.url), 'utf8'))
  const repeated = (field) => field.replace(/\{(.)\*(\d+)\}/gs, (_, octet, times) => octet.repeat(Number(times)))
  return cases.map(({ field, fields = [field] }) => fields.map(repeated))
}

/** Written by hand: a request each, as its one Cookie field or as several. */
export const WRITTEN = [
  'sessionid=1; _ga=2',
  'sessionid=a _ga=1',
  'sessionid=a\t_ga=1',
  'sessionid=a  _ga =1',
  'sessionid=a _ga = 1',
  'sessionid=a,_ga=1',
  'sessionid=a, _ga=1',
  'sessionid=a ,_ga=1, _fbp=2',
  'sessionid="a; _ga=1"',
  'sessionid="a; _ga=1; _fbp=2',
  'sessionid="a\\"; _ga=1; b="2"',
  'sessionid="a" _ga=1',
  'sessionid="a"_ga=1',
  'sessionid="a", _ga="1"',
  'sessionid="a\\073 _ga=1"',
  'sessionid=a\\073 _ga=1',
  'sessionid="\\"; _ga=\\"1"',
  'sessionid="a;b";_ga=1',
  'sessionid=a"; _ga="1',
  'a="; b="; x="; _ga="1"',
  'a="; x=1; b=" _ga=1',
  '_ga="; sessionid=1; _ga="',
  '$Version=1; sessionid=a; $Path=/; _ga=1',
  '$Version="1"; sessionid="a"; $Path="/"; $Domain="x", _ga="1"; $Path="/"',
  '$Version=1, sessionid=a, _ga=1',
  'sessionid=a; $_ga=1',
  'sessionid',
  '_ga',
  '=_ga=1',
  '==_ga=1',
  ' = _ga=1',
  'sessionid=; =_ga=1',
  'sessionid; _ga=1',
  'sessionid _ga=1',
  '_ga sessionid=1',
  'a=b=_ga=1',
  'a==_ga=1',
  'a= =_ga=1',
  'a = b; _ga = 1',
  'a =_ga=1',
  ';;;;_ga=1;;;;sessionid=1;;;;',
  '; ; ;\t;_ga=1',
  ';=;=;_ga=1',
  'sessionid=1; sessionid=2; _ga=1; sessionid=3; _ga=2',
  'sessionid[_ga]=1',
  'sessionid[]=1; _ga[]=2',
  'sessionid.x=1; .ga=1; _ga.x=1',
  'sessionid=1;_ga\xa0=1',
  '\xa0_ga=1; \xc2\xa0_ga=1; _ga\xc2\xa0=1; \xef\xbb\xbf_ga=1; \xe3\x80\x80_ga=1',
  '_ga\x85=1; \xc2\x85_ga=1',
  'sessionid=\xa0; _ga=1',
  'sessionid=a\xa0_ga=1',
  'sessionid=a \xc2\xa0_ga=1',
  'sessionid=a \xe3\x80\x80_ga\xe3\x80\x80=1',
  'sessionid="a _ga=1"x',
  'sessionid= "a _ga=1"x',
  'sessionid=a\xc2\xa0_ga=1',
  'sessionid=a\xe2\x80\xa8_ga=1',
  'sessionid=a\x85_ga=1',
  'sessionid=\xe2\x82\xac; _ga=\xff',
  'caf\xe9=1; caf\xc3\xa9=2; _ga\xe9=3',
  '_g\xe1=1; \xdfessionid=2',
  '%5Fga=1; sessionid%3D1=2; _ga%20=1',
  'sessionid=%3B%20_ga%3D1',
  'sessionid=%22; _ga=%22',
  'sessionid={"a": 1, "_ga": 2}; b={"x"=1; _ga=2}',
  'sessionid=<a _ga=1>; b=(x _ga=1); cart=[x _ga=1]; a={x _ga=1}',
  'sessionid=a:_ga=1; b=a/_ga=1; a=a@_ga=1; cart=a&_ga=1',
  'sessionid=a?_ga=1&_fbp=2',
  'sessionid=a|_ga=1',
  'SESSIONID=1; _GA=1; Sessionid=1',
  '__proto__=1; constructor=2; toString=3; _ga=4',
  'expires=1; path=/; domain=x; _ga=1',
  'sessionid=1; path=/; _ga=1; secure; httponly; _fbp=1',
  'sessionid=1; secure _ga=1',
  'sessionid=1 path=/ _ga=1',
  'sessionid=Thu, 01 Jan 2026 00:00:00 GMT _ga=1',
  'sessionid=Thu, 01-Jan-2026 00:00:00 GMT; _ga=1',
  'sessionid=Mon, _ga=1',
  'a=\x01_ga=1',
  'a=1\x0b_ga=1',
  'a=1\x0c_ga=1',
  'a=1\x1c_ga=1',
  'a=1\x1f; _ga=1',
  'a=1\x7f_ga=1',
  `sessionid=${'x'.repeat(5000)} _ga=1`,
  `sessionid="${'x'.repeat(5000)}; _ga=1"`,
  `${'sessionid=1; '.repeat(300)}_ga=1`,
  `${'a=1 '.repeat(300)}_ga=1`,
  `${';'.repeat(3000)}_ga=1`,
  `a=${'"'.repeat(1001)}; _ga=1; b="`,
  `a=${'\\'.repeat(1001)}"; _ga=1`,
  ['sessionid=1', '_ga=2'],
  ['sessionid="1', '_ga=2"'],
  ['sessionid=1 ', ' _ga=2'],
  ['sessionid=', '=_ga=1'],
  ['sessionid=1,', ',_ga=2'],
  ['', ' ', '_ga=1', ';'],
  ['a="', 'x=1', 'b=" _ga=1'],
].map((fields) => [fields].flat())

/** What random fields are made of, besides names: the first of each pair as often as the number says. */
const PIECES = [
  [['='], 14],
  [['; ', ';'], 6],
  [[' ', '\t', '  '], 5],
  [['"'], 6],
  [[',', ', '], 3],
  [['\\', '\\"', '\\073', '\\042', '\\\\'], 2],
  [['1', 'v', '%3D', '0.5'], 5],
  [['$', '$Version=1', '$Path=/', 'path=/', 'expires=', 'Mon, 01-Jan-2026 00:00:00 GMT', 'secure'], 1],
  [['\xa0', '\xc2\xa0', '\x85', '\xe9', '\xc3\xa9', '\xff', '\xe2\x80\xa8', '\xef\xbb\xbf'], 1],
  [['[', ']', '{', '}', '(', ')', '<', '>', '@', ':', '/', '?', '&', '|', '.', "'", '`', '~', '!', '#', '*', '+', '^'], 2],
]
const BAG = [...PIECES.flatMap(([pieces, often]) => Array(often).fill(pieces)), ...Array(14).fill(NAMES)]

/** So many requests at random, always the same for a seed. */
export function random(count, seed) {
  const draw = numbers(seed)
  const of = (list) => list[Math.floor(draw() * list.length)]
  const soup = () => Array.from({ length: 2 + Math.floor(draw() * 22) }, () => of(of(BAG))).join('')
  const value = () => of([() => soup(), () => `"${soup()}"`, () => `"${soup()}`, () => of(NAMES), () => ''])()
  const pairs = () => Array.from({ length: 1 + Math.floor(draw() * 5) }, () => `${of(NAMES)}=${value()}`).join(of(['; ', ';', ', ', ' ']))
  const field = () => of([soup, pairs])()
  return Array.from({ length: count }, () => (draw() < 0.15 ? [field(), field()] : [field()]))
}

/** Mulberry32: numbers from 0 to 1. */
function numbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
