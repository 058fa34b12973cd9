// Texts of log lines of many kinds, by a seed: what parsers read, what they cannot read, and what makes either hard.
import type { Random } from '../../storage/random.ts'

export type TextKind = 'json' | 'logfmt' | 'access' | 'coloured' | 'unicode' | 'packed' | 'broken' | 'plain'

export const levels = ['debug', 'info', 'warn', 'error']
const paths = ['/', '/api/v1/cart', '/api/v1/cart/items?id=1', '/healthz', '/a b', '/ä/日本']
const messages = [
  'connection refused',
  'timeout after 30s',
  'user logged in',
  'cache miss',
  'retrying: attempt 3',
  'say "hello"',
  'a=b c=d',
  'GET /api/v1/cart',
  '接続が拒否されました',
  'naïve café — straße',
  'tab\tand "quote" and \\ backslash',
  '🚀 launched',
  'error: disk full',
  'ERROR',
]
const durations = ['12ms', '1.5s', '250µs', '2m3s', '0s', '1h', '30', 'soon', '-5s', '1h2m3.5s', '1d']
const sizes = ['10MB', '3.2KB', '512B', '1GiB', '0B', '1024', '5 MB', '7kib', 'large', '1.5TB']
const users = ['ann', 'bob', 'Zoë', '李雷', "o'neil", '']
const bigNumbers = ['9007199254740993', '9223372036854775807', '18446744073709551616', '1e3', '-0', '0.1', '1E-7', '100']

function ip(random: Random): string {
  const last = random.int(256)
  return random.pick([
    `10.0.${random.int(4)}.${last}`,
    `192.168.4.${last}`,
    `172.16.0.${last}`,
    `2001:db8::${random.hex(2)}`,
    '256.1.1.1',
  ])
}

export function lineText(kind: TextKind, random: Random): string {
  return makers[kind](random)
}

const makers: Readonly<Record<TextKind, (random: Random) => string>> = {
  json,
  logfmt,
  access: (random) =>
    `${ip(random)} - ${random.pick(users) || '-'} [23/Nov/2026:10:0${random.int(10)}:00 +0000] ` +
    `"${random.pick(['GET', 'POST', 'PUT'])} ${random.pick(paths)} HTTP/1.1" ${random.pick([200, 204, 301, 404, 500, 503])} ` +
    `${random.int(100_000)} ${(random.int(5000) / 1000).toFixed(3)}`,
  coloured: (random) =>
    `\u001b[${random.pick(['31', '32', '1;33', '38;5;208'])}m${random.pick(levels).toUpperCase()}\u001b[0m ` +
    `${random.pick(messages)} \u001b[2mtook=${random.pick(durations)}\u001b[0m`,
  unicode: (random) =>
    random.pick([
      `日本語のログ${random.int(100)}件 error`,
      `【警告】接続timeout：${random.pick(users)}`,
      `Ошибка соединения ${random.int(10)}`,
      `straße ÄÖÜ É ${random.pick(messages)}`,
      `👩‍💻 e\u0301 zero\u200bwidth ${random.int(5)}`,
      `full－width ＥＲＲＯＲ\u00a0no-break`,
    ]),
  packed: (random) =>
    JSON.stringify({
      packed_pod: `p${random.int(3)}`,
      app: random.pick(['inner', 'cart']),
      _entry: random.pick([logfmt(random), json(random), random.pick(messages)]),
    }),
  broken: (random) => {
    const text = random.pick([json(random), logfmt(random)])
    return random.pick([
      text.slice(0, random.int(text.length) + 1),
      `{"level":"info", oops}`,
      `level="unclosed msg=x`,
      `=novalue key= a="b"c d="\\x"`,
      '[1, 2, {"a": 1}]',
      '"just a text"',
      '{}',
      'null',
    ])
  },
  plain: (random) =>
    random.pick([...messages, `${random.pick(messages)} ${random.int(1000)}`, ' ', `two\nlines ${random.int(3)}`]),
}

function json(random: Random): string {
  const status = random.pick([200, 201, 404, 500, 503])
  const parts = [
    `"level":"${random.pick(levels)}"`,
    `"msg":${JSON.stringify(random.pick(messages))}`,
    `"status":${random.int(8) === 0 ? `"${status}"` : status}`,
    `"took":"${random.pick(durations)}"`,
    `"size":"${random.pick(sizes)}"`,
    `"ratio":${(random.int(1000) / 1000).toString()}`,
    `"big":${random.pick(bigNumbers)}`,
    `"ok":${random.pick(['true', 'false', 'null'])}`,
    `"ip":"${ip(random)}"`,
    `"user":{"id":${random.int(50)},"name":${JSON.stringify(random.pick(users))},"tags":["a",{"b":${random.int(3)}}]}`,
    `"nested":{"deep":{"x-y":${random.int(10)},"":1}}`,
    `"app":"fromjson"`,
    `"a.b":"dotted"`,
    `"1st":"digit"`,
    `"esc":"line\\nbreak \\u00e9 \\ud83d\\ude80 \\/"`,
  ]
  const chosen = random.shuffled(parts).slice(0, 3 + random.int(parts.length - 3))
  return `{${chosen.join(random.pick([',', ', ']))}}`
}

function logfmt(random: Random): string {
  const quoted = (text: string): string => (/[\s="\\]/.test(text) ? JSON.stringify(text) : text)
  const parts = [
    `level=${random.pick(levels)}`,
    `msg=${quoted(random.pick(messages))}`,
    `status=${random.pick([200, 404, 500])}`,
    `took=${random.pick(durations)}`,
    `size=${quoted(random.pick(sizes))}`,
    `retries=${random.int(5)}`,
    `ip=${ip(random)}`,
    `path=${quoted(random.pick(paths))}`,
    `user=${quoted(random.pick(users))}`,
    `big=${random.pick(bigNumbers)}`,
    'flag',
    'empty=',
    `pod=fromlogfmt`,
    `a.b=dotted`,
    `level=${random.pick(levels)}`,
  ]
  return random
    .shuffled(parts)
    .slice(0, 3 + random.int(parts.length - 3))
    .join(' ')
}
