// Lines for the proof of the search: words beside every kind of character, colours, fragments, dotted keys nested and
// flat, `@`-keys, large integers, scripts without spaces, bytes that are no text, JSON, logfmt.
import type { Random } from '../storage/random.ts'

export interface CorpusLine {
  message: Buffer
  attributes: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  severity: string
  pod: string
  restart: number
  /** In how many fragments the line is written; 1 for a whole line. */
  fragments: number
}

export const words = [
  'error',
  'errors',
  'timeout',
  'refused',
  'cart',
  'carts',
  'Payment',
  'naïve',
  'na',
  'École',
  'ошибка',
  'ok',
  '4711',
  '500',
]
const unspaced = ['日本語', '手机号', '支付', '错误', 'サーバー', 'ข้อผิดพลาด']
const separators = [
  ' ',
  ' ',
  ' ',
  '.',
  '_',
  '-',
  ':',
  '/',
  '“',
  '”',
  '：',
  '…',
  '→',
  '│',
  '\u00a0',
  '\u200b',
  '\ufeff',
  '（',
  '）',
  '🔥',
  '⚠️',
  '²',
  'ｘ',
  "'",
  '\t',
  ',',
  '=',
  '(',
  ']',
  '@',
  '|',
  '"',
  '\\',
  '\u0001',
  '\u007f',
  '\u0085',
  '\u00ad',
  '\u2028',
  '\u202e',
  '\u3000',
  '\u200d',
  '€',
  '①',
  '½',
  '·',
  '—',
  '「',
  '￥',
  '👩‍💻',
  '\ue000',
]
const colours = ['\u001b[31m', '\u001b[0m', '\u001b[1;38;5;196m', '\u001b[K', '\u001b]8;;http://a.example/x\u0007', '\u001b(B']
export const names = [
  'status',
  'http.status',
  'http.request.method',
  'user.name',
  '@timestamp',
  'k8s.labels.app.kubernetes.io/name',
  'id',
  'n',
  'tags',
  'code',
  'a.b.c',
]
export const values = [
  '500',
  '404',
  '200',
  'GET',
  'Ana',
  'cart',
  'naïve',
  '9007199254740993',
  '9007199254740992',
  '18446744073709551617',
  '1.50',
  '-3',
  '12.25',
  'x y',
  '日本',
  'a"b',
  'true',
]

export function makeLines(random: Random, count: number): CorpusLine[] {
  return Array.from({ length: count }, () => {
    const kind = random.int(10)
    const text =
      kind < 4 ? prose(random) : kind < 7 ? jsonText(random) : kind < 9 ? logfmt(random) : `${prose(random)} ${logfmt(random)}`
    const message = random.int(12) === 0 ? withBadBytes(random, text) : Buffer.from(text)
    return {
      message,
      attributes: random.int(4) === 0 ? attributesOf(random) : {},
      labels: random.int(6) === 0 ? { [random.pick(names)]: random.pick(values), app: 'cart' } : {},
      severity: random.pick(['info', 'warn', 'error', 'fatal', 'debug']),
      pod: `pod-${random.int(5)}`,
      restart: random.int(3),
      fragments: random.int(10) === 0 ? 2 + random.int(3) : 1,
    }
  })
}

function prose(random: Random): string {
  let text = ''
  for (let left = 1 + random.int(8); left > 0; left--) {
    text += random.int(5) === 0 ? random.pick(unspaced) : random.pick(words)
    if (random.int(5) === 0) text += random.pick(colours)
    text += random.int(4) === 0 ? '' : random.pick(separators)
    if (random.int(8) === 0) text += random.pick(colours)
  }
  return text
}

function logfmt(random: Random): string {
  let text = ''
  for (let left = 1 + random.int(3); left > 0; left--) {
    const value = random.pick(values)
    const quoted = /[ "]/.test(value) || random.int(4) === 0 ? JSON.stringify(value) : value
    const sign = random.pick(['=', '=', ':'])
    const coloured = random.int(6) === 0
    text += `${coloured ? colours[0] : ''}${random.pick(names)}${sign}${coloured ? colours[1] : ''}${quoted}`
    text += random.pick([' ', ' ', ', ', '；', '）'])
  }
  return text
}

function jsonText(random: Random): string {
  const members: [string, string][] = []
  for (let left = 1 + random.int(4); left > 0; left--) members.push(memberOf(random, random.pick(names)))
  members.push(['"msg"', escaped(random, prose(random))])
  const spaced = random.int(3) === 0
  return `{${members.map(([key, value]) => `${key}:${spaced ? ' ' : ''}${value}`).join(spaced ? ', ' : ',')}}`
}

/** The name in one of the ways in which its dots may nest. */
function memberOf(random: Random, name: string): [string, string] {
  const parts = name.split('.')
  const cut = parts.length === 1 || random.int(3) === 0 ? parts.length : 1 + random.int(parts.length - 1)
  const key = JSON.stringify(parts.slice(0, cut).join('.'))
  if (cut === parts.length) return [key, valueOf(random)]
  const [innerKey, inner] = memberOf(random, parts.slice(cut).join('.'))
  const object = `{${innerKey}:${inner}}`
  return [key, random.int(6) === 0 ? JSON.stringify(object) : random.int(8) === 0 ? `[${object},{"other":1}]` : object]
}

function valueOf(random: Random): string {
  const value = random.pick(values)
  const isNumber = /^-?\d+(\.\d+)?$/.test(value)
  const one = (isNumber && random.int(3) !== 0) || value === 'true' ? value : JSON.stringify(value)
  return random.int(8) === 0 ? `[${one},${JSON.stringify(random.pick(values))}]` : random.int(20) === 0 ? 'null' : one
}

/** As writers of JSON do: characters outside ASCII as they are, or escaped. */
function escaped(random: Random, text: string): string {
  const json = JSON.stringify(text)
  return random.int(3) === 0
    ? json.replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json
}

function attributesOf(random: Random): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (let left = 1 + random.int(3); left > 0; left--) {
    const [key, value] = memberOf(random, random.pick(names))
    const text: unknown = value.startsWith('"') ? JSON.parse(value) : value
    attributes[JSON.parse(key) as string] = String(text)
  }
  return attributes
}

function withBadBytes(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text)
  const at = random.int(bytes.length + 1)
  const bad = random.pick([[0xff], [0xff, 0xfe], [0xc3], [0xe6, 0x97], [0x80]])
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)])
}
