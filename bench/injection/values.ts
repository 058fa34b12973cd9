// Hostile values as they stand in a URL or a form. Those that are text have the needle in them, which is in no statement
// of the code base: where it stands in the text of one, a value got there.
import { hostileValues, needle } from '#test/support/hostile-values.ts'
import type { Random } from '../storage/random.ts'

/** Stands for bytes that no text has. */
const placeOfBytes = '\uf8ff'

/** Halves of surrogate pairs, overlong forms, what no UTF-8 has, and escapes that are none. */
const bytes = [
  '%ED%A0%80',
  '%ED%BF%BF',
  '%C0%A7',
  '%C0%AF',
  '%E0%80%A7',
  '%FF',
  '%FE%FF',
  '%80',
  '%F5%80%80%80',
  '%00',
  '%',
  '%2',
  '%zz',
  '%u0027',
  '%2527',
  '+',
]

/** Numbers, times and words at the edges of what parsers take. They have no needle. */
const edges = [
  '',
  ' ',
  '0',
  '-0',
  '-1',
  '1',
  '+1',
  '00',
  '0x10',
  '1e3',
  '1e309',
  '-1e309',
  'NaN',
  'Infinity',
  '1.5',
  '.5',
  '5.',
  '1,5',
  '٣',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '9'.repeat(40),
  '9'.repeat(400),
  'now',
  '-15m',
  '-1ns',
  '-0s',
  '-99999999999w',
  '1970-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2262-04-11T23:47:16.854775807Z',
  '9999-12-31T23:59:59Z',
  '2026-11-23T10:00:00.1234567890123Z',
  '2026-11-23T10:00:00+14:00',
  '1795428000.5',
  '5m',
  '0s',
  '1ns',
  '100y',
  'true',
  'TRUE',
  'false',
  'null',
  'undefined',
  '[]',
  '{}',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '*',
  '%',
  '_',
  '.',
  '..',
  '../..',
  '\u0000',
]

export interface HostileText {
  text: string
  /** Whether it is one of the edges, which have no needle. */
  isEdge: boolean
}

export function hostileTexts(random: Random, count: number): HostileText[] {
  return hostileValues(random.int(2 ** 31), count).map((text) => {
    const kind = random.int(20)
    if (kind < 3) return { text: random.pick(edges), isEdge: true }
    if (kind < 5) return { text: `${random.pick([placeOfBytes, ''])}${text}${placeOfBytes}`, isEdge: false }
    if (kind === 5)
      return {
        text: `${text}${random.pick(['x', "'", '\\', '日', '%', '('])}`.repeat(1 + random.int(random.pick([20, 400]))),
        isEdge: false,
      }
    if (kind === 6) return { text: `${random.pick(edges)}${needle}`, isEdge: false }
    return { text, isEdge: false }
  })
}

/** The text in percent-encoding, with bytes that no text has. */
export const encoded = (random: Random, text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(encodeURIComponent(placeOfBytes), () => random.pick(bytes))

/** The same where nothing but text is possible. */
export const asText = ({ text }: HostileText): string => text.replaceAll(placeOfBytes, '\ufffd')
