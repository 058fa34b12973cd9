// Hostile bodies of a format: what may not cost its neighbours anything, and what only has to be refused.
import { createRandom, type Random } from '../../storage/random.ts'
import {
  hugeNumber,
  lineOf,
  minusInfinity,
  notANumber,
  notUtf8Mark,
  pathsOf,
  renamed,
  tokenMark,
  valueAt,
  withRaw,
  withValue,
  type Json,
} from './documents.ts'
import type { Format } from './formats.ts'
import { tagsOf } from './proto-bytes.ts'

export interface Variant {
  body: Buffer
  /** Lines that must be stored where the body is taken. */
  good: readonly string[]
  /** Whether every record can be told from the others, so that a bad one may not cost them anything. */
  isWalkable: boolean
  /** Of the body, as far as it is whole. */
  pieces?: number
  /** How many lines and dead letters it must become at least, where that is known. */
  records?: number
  /** Content-Encoding. */
  encoding?: string
  /** Whether nothing of it may be stored. */
  isRefused?: boolean
  /** Whether its connection ends before all of it was sent. */
  isCut?: boolean
}

export interface Case {
  name: string
  variants: Variant[]
}

/** Deeper than any stack of calls. */
const levels = 100_000
const manyFields = 1_000_000
const fieldsBytesMax = 30 * 1024 * 1024
const truncationsMax = 300

let time = BigInt(Date.now() - 600_000) * 1_000_000n
let number = 0

/** A body of a good record, a piece made of a line's document, and another good record. */
function between(
  format: Format,
  piece: (document: Json, time: bigint, name: string) => Buffer,
  more: Partial<Variant> = {},
): Variant {
  const name = `v${number++}`
  const good = [`${name} before`, `${name} behind`]
  const [before, behind] = good.map((message) => format.piece(format.document(lineOf(message, (time += 1_000_000n)))))
  const middle = piece(format.document(lineOf(`${name} middle`, (time += 1_000_000n))), time, name)
  return {
    body: withRaw(format.body([before!, middle, behind!])),
    good,
    isWalkable: format.isAmbiguous?.(middle) !== true,
    records: 3,
    pieces: 3,
    ...more,
  }
}

const mutated = (format: Format, mutate: (document: Json) => Json, more?: Partial<Variant>): Variant =>
  between(format, (document) => format.piece(mutate(document)), more)

/** A body of the parts alone, where the format can write it. */
function tried(make: () => Variant): Variant[] {
  try {
    return [make()]
  } catch {
    return []
  }
}

function truncated(format: Format, random: Random): Case {
  const { body } = mutated(format, (document) => document)
  const every = Math.max(1, Math.floor(body.length / truncationsMax))
  const places = Array.from({ length: Math.floor(body.length / every) }, (_, i) => i * every + random.int(every))
  return { name: 'truncated', variants: places.map((place) => ({ body: body.subarray(0, place), good: [], isWalkable: false })) }
}

const wrongValues: readonly Json[] = [null, true, -1, 1.5, '', 'text', [], {}, [[[]]], { a: { b: 1 } }, hugeNumber]
const wrongTexts: readonly Json[] = ['', ' ', '-', 'text', '-1', '999', '[', ']"', '\0', '1e400', '<14>', 'x'.repeat(5000)]

function wrongTypes(format: Format): Case {
  const { recordDepth = 0 } = format
  if (format.isProto === true) return { name: 'wrong types', variants: wrongWireTypes(format) }
  const paths = [...pathsOf(format.document(lineOf('', time)))]
  const values = format.isText === true ? wrongTexts : wrongValues
  const at = format.isText === true ? paths : [[], ...paths]
  const variants = at.flatMap((path) =>
    values.flatMap((value) =>
      tried(() => {
        const { records, ...variant } = mutated(format, (document) => withValue(document, path, value))
        return path.length >= recordDepth && records !== undefined ? { ...variant, records } : variant
      }),
    ),
  )
  return { name: 'wrong types', variants }
}

/** The first tag is that of the body's own field. */
function wrongWireTypes(format: Format): Variant[] {
  const tags = tagsOf(format.piece(format.document(lineOf('v0 middle', time)))) ?? []
  return tags.slice(1).flatMap((at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((wire) => {
      const { records: _, ...variant } = between(format, (document) => {
        const piece = format.piece(document)
        piece[at] = (piece[at]! & ~7) | wire
        return piece
      })
      return variant
    }),
  )
}

const nests: readonly string[] = ['['.repeat(levels) + ']'.repeat(levels), '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)]
const anyNest = '{"arrayValue":{"values":['.repeat(levels) + ']}}'.repeat(levels)

function deep(format: Format): Case {
  const { deepPiece, anything, isText } = format
  const variants = deepPiece === undefined ? [] : [between(format, (_, at, name) => deepPiece(lineOf(`${name} middle`, at)))]
  if (anything !== undefined && deepPiece === undefined)
    for (const nest of [...nests, ...(format.name === 'otlp-json' ? [anyNest] : [])])
      variants.push(mutated(format, (document) => withValue(document, anything, tokenMark(nest))))
  if (isText === true) {
    const name = 'MESSAGE' in (format.document(lineOf('', time)) as object) ? 'MESSAGE' : 'text'
    for (const nest of nests)
      for (const before of ['', '@cee:']) variants.push(mutated(format, (document) => withValue(document, [name], before + nest)))
  }
  for (const nest of nests) variants.push({ body: Buffer.from(nest), good: [], isWalkable: false })
  return { name: 'nested 100,000 deep', variants }
}

function many(format: Format): Case[] {
  const { attributes } = format
  if (attributes === undefined) return []
  const of = attributes.length === 0 ? {} : valueAt(format.document(lineOf('', time)), attributes)
  const isPairs = Array.isArray(of)
  const count = isPairs && format.isProto !== true ? Math.floor(fieldsBytesMax / 42) : manyFields
  const names = Array.from({ length: count }, (_, i) => (attributes.length === 0 ? `F${i}` : `l${i}`))
  const value: Json = isPairs
    ? names.map((key) => ({ key, value: { intValue: 1 } }))
    : typeof of === 'string'
      ? `[order@0 ${names.map((name) => `${name}="v"`).join(' ')}]`
      : Object.fromEntries(names.map((name) => [name, 'v']))
  const filled = (document: Json): Json =>
    attributes.length === 0
      ? { ...(document as Record<string, Json>), ...(value as Record<string, Json>) }
      : withValue(document, attributes, value)
  return [{ name: `${count.toLocaleString('en')} fields`, variants: [mutated(format, filled)] }]
}

function notUtf8(format: Format): Case {
  const document = format.document(lineOf('text of a line', time))
  const variants = [...pathsOf(document)].flatMap((path) => {
    const value = valueAt(document, path)
    const isName = typeof path.at(-1) === 'string' && format.isText !== true
    const named = tried(() => {
      const { records: _, ...variant } = mutated(format, (each) => (isName ? renamed(each, path, notUtf8Mark) : each))
      return variant
    })
    if (typeof value !== 'string') return named
    return [...named, ...tried(() => mutated(format, (each) => withValue(each, path, notUtf8Mark)))]
  })
  return { name: 'bytes that are not UTF-8', variants }
}

const times: readonly Json[] = `0 1 -1 NaN yesterday 1970-01-01T00:00:00Z 1969-12-31T23:59:59Z 2262-04-12T00:00:00Z
  2262-04-11T23:47:16.854775807Z 9223372036854775807 9223372036854775808 18446744073709551615 ${'9'.repeat(400)}
  2026-13-40T25:61:61Z +275760-09-13T00:00:00Z 2026-11-30T10:00:00 1e18 0x10 ٣`
  .split(/\s+/)
  .concat('')
const timeValues: readonly Json[] = [0, 1, -1, 1.5, -1e300, 1e300, null, true, [], {}, hugeNumber, notANumber, minusInfinity]

function badTimes(format: Format): Case {
  const isWalkable = (value: Json): boolean =>
    format.isLines === true || format.isBinary === true || ![notANumber, minusInfinity].includes(value as string)
  const values = format.isText === true || format.isProto === true ? times : [...times, ...timeValues]
  const variants = values.flatMap((value) =>
    tried(() => mutated(format, (document) => withValue(document, format.time, value), { isWalkable: isWalkable(value) })),
  )
  return { name: 'times', variants }
}

/** Every case that any body of the format can be. */
export function casesOf(format: Format, seed: number): Case[] {
  const random = createRandom(seed)
  return [truncated(format, random), wrongTypes(format), deep(format), ...many(format), notUtf8(format), badTimes(format)]
}

/** One good line. */
export function goodBody(format: Format): { body: Buffer; message: string } {
  const message = `good ${number++}`
  return { message, body: format.body([format.piece(format.document(lineOf(message, (time += 1_000_000n))))]) }
}
