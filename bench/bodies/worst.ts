// Bodies that are legal, or nearly so, and as expensive as their bytes can be. Each is compressed as it is sent.
import zlib from 'node:zlib'
import { compressSync } from 'snappy'

export interface WorstBody {
  name: string
  path: '/v1/batches' | '/v1/lifecycle'
  type: 'application/json' | 'application/x-ndjson'
  encoding: 'gzip' | 'zstd' | 'snappy' | 'deflate' | 'identity'
  body: Buffer
  /** The lines that are stored of it once it is acknowledged. */
  lines: number
}

const MiB = 1024 * 1024
const bytesMax = 32 * MiB

interface Text {
  text: Buffer
  lines: number
}

/** As many items as 32 MiB hold, or `most`. */
function filled(head: string, item: (i: number) => string, tail: string, { most = Infinity, separator = ',' } = {}): Text {
  const parts: string[] = []
  let bytes = head.length + tail.length
  for (let i = 0; i < most; i++) {
    const part = item(i)
    bytes += Buffer.byteLength(part) + separator.length
    if (bytes > bytesMax) break
    parts.push(part)
  }
  return { text: Buffer.from(head + parts.join(separator) + tail), lines: parts.length }
}

const records = (item: (i: number) => string, most = Infinity): Text => filled('{"records":[', item, ']}', { most })
const none = (text: string | Buffer): Text => ({ text: typeof text === 'string' ? Buffer.from(text) : text, lines: 0 })
const noLines = ({ text }: Text): Text => ({ text, lines: 0 })
const one = (text: string): Text => ({ text: Buffer.from(text), lines: 1 })

type Entry = [string, WorstBody['encoding'], Text, ('json' | 'ndjson')?, ('lifecycle' | 'native')?]

/** @param time RFC 3339: of all lines, so that a body sent twice is stored once. */
export function worstBodies(time: string): WorstBody[] {
  const entries = [...bombs(), ...manyRecords(time), ...oneRecord(time), ...lifecycle(time)]
  return entries.map(([name, encoding, { text, lines }, form = 'json', format = 'native']) => ({
    name: `${name} (${encoding})`,
    path: format === 'native' ? '/v1/batches' : '/v1/lifecycle',
    type: form === 'json' ? 'application/json' : 'application/x-ndjson',
    encoding,
    body: compressed(text, encoding),
    lines,
  }))
}

const bombs = (): Entry[] => [
  ['blanks, 33 MB', 'zstd', none(' '.repeat(bytesMax))],
  ['blanks, 33 MB', 'gzip', none(' '.repeat(bytesMax))],
  ['a bomb of 1 GB', 'gzip', none(Buffer.alloc(1024 * MiB, ' '))],
  ['a bomb of 500 MB', 'zstd', none(Buffer.alloc(500 * MiB, ' '))],
  ['a bomb of 300 MB', 'snappy', none(Buffer.alloc(300 * MiB, ' '))],
  ['a bomb of 200 MB', 'deflate', none(Buffer.alloc(200 * MiB, ' '))],
]

function manyRecords(time: string): Entry[] {
  const short = shortOf(time)
  return [
    ['550,000 records', 'gzip', records((i) => `${short},"message":"${i}"}`, 550_000)],
    ['800,000 lines of one nanosecond', 'zstd', records((i) => `{"time":"${time}","unit":"v","message":"${i}"}`, 800_000)],
    [
      'each line of another pod',
      'gzip',
      records((i) => `{"time":"${time}","namespace":"n","pod":"p${i}","container":"c","message":"x"}`, 50_000),
    ],
    ['440,000 fragments', 'gzip', { ...records(() => `${short},"partial":true,"message":"x"}`, 440_000), lines: 1 }],
    ['fragments of 400,000 lives', 'gzip', records((i) => `{"time":"${time}","unit":"f${i}","partial":true,"message":"x"}`)],
    ['rejects, `1`', 'gzip', noLines(records(() => '1'))],
    ['rejects, `{}`', 'gzip', noLines(records(() => '{}'))],
    ['NDJSON of `1` and one good line', 'gzip', one(`${short},"message":"good"}\n${'1\n'.repeat(1_500_000)}`), 'ndjson'],
    ['NDJSON of `{`', 'gzip', one(`${short},"message":"good"}\n${'{\n'.repeat(1_500_000)}`), 'ndjson'],
  ]
}

function oneRecord(time: string): Entry[] {
  const short = shortOf(time)
  return [
    ['one string', 'gzip', one(`{"records":[${short},"message":"${'a'.repeat(31 * MiB)}"}]}`)],
    ['one string of escapes', 'zstd', one(`{"records":[${short},"message":"${String.raw`\u0001`.repeat(5 * MiB)}"}]}`)],
    ['one string of control bytes', 'zstd', one(`{"records":[${short},"message":"${'\u0001'.repeat(31 * MiB)}"}]}`)],
    [
      'a map of nulls',
      'gzip',
      { ...filled(`{"records":[${short},"message":"x","labels":{`, () => '"a":null', '}}]}'), lines: 1 },
    ],
    [
      'a million keys',
      'gzip',
      { ...filled(`{"records":[${short},"message":"y"`, (i) => `,"k${i}":1`, '}]}', { separator: '' }), lines: 1 },
    ],
    ['deep', 'gzip', none(`{"records":[${short},"message":"x","a":${'['.repeat(15 * MiB)}${']'.repeat(15 * MiB)}}]}`)],
    ['cut short', 'gzip', none(records((i) => `${short},"message":"${i}"}`).text.subarray(0, 31 * MiB))],
    [
      'long names of the batch',
      'gzip',
      none(
        filled(
          `{"cluster":"${'c'.repeat(4000)}","node":"${'n'.repeat(4000)}","records":[`,
          (i) => `${short},"message":"${i}"}`,
          ']}',
        ).text,
      ),
    ],
    ['32 MB that no codec shrank', 'identity', records((i) => `{"time":"${time}","unit":"w","message":"${i}"}`, 500_000)],
  ]
}

function lifecycle(time: string): Entry[] {
  const pod = (i: number): string =>
    JSON.stringify({
      metadata: { name: `p${i}`, namespace: 'n', uid: `u${i}`, creationTimestamp: time },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
      status: { phase: 'Running' },
    })
  return [
    ['lifecycle, `1`', 'gzip', none(`[${'1,'.repeat(1_500_000)}1]`), 'json', 'lifecycle'],
    [
      'lifecycle, 1.5 M small items',
      'gzip',
      none(`{"kind":"List","items":[${'{"kind":"Pod"},'.repeat(1_499_999)}{}]}`),
      'json',
      'lifecycle',
    ],
    ['lifecycle, `{}`', 'gzip', none(`[${'{},'.repeat(10 * MiB)}{}]`), 'json', 'lifecycle'],
    ['lifecycle, NDJSON of `{}`', 'gzip', none(`${pod(0)}\n${'{}\n'.repeat(1_500_000)}`), 'ndjson', 'lifecycle'],
    [
      'lifecycle, 5,000 pods',
      'gzip',
      noLines(filled('{"kind":"PodList","items":[', pod, ']}', { most: 5000 })),
      'json',
      'lifecycle',
    ],
    [
      'lifecycle, one long string',
      'gzip',
      none(`{"kind":"Pod","metadata":{"name":"a","annotations":{"x":"${'x'.repeat(31 * MiB)}"}}}`),
      'json',
      'lifecycle',
    ],
  ]
}

/** The beginning of a record. */
const shortOf = (time: string): string => `{"time":"${time}","unit":"u"`

function compressed(text: Buffer, encoding: WorstBody['encoding']): Buffer {
  switch (encoding) {
    case 'gzip':
      return zlib.gzipSync(text, { level: 1 })
    case 'zstd':
      return zlib.zstdCompressSync(text)
    case 'deflate':
      return zlib.deflateSync(text, { level: 1 })
    case 'snappy':
      return compressSync(text)
    case 'identity':
      return text
  }
}
