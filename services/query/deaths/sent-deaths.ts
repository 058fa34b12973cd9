// Pure: which deaths a tail has sent, and the cursor that says so. A death may become visible a little after others
// that are known since a later revision, so a cursor has a floor, below which all is sent, and hashes of what was sent
// above it.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { NotedPlace } from './tail-statements.ts'

/** What a cursor holds. */
export interface SentPlace {
  floor: NotedPlace
  /** 32 bits of each. */
  hashes: readonly number[]
  /** Of the request that began: epoch ns of the first death that is wanted. */
  from: bigint | undefined
}

export interface SentDeaths {
  has(death: NotedPlace): boolean
  add(death: NotedPlace): void
  /** Everything that the cursor of before knew was added meanwhile. */
  settle(): void
  place(): SentPlace
}

/** µs for which a death may become visible after a later one: a pass of the projector and its inserts. */
export const visibleWithinMicros = 60_000_000n
/** Hashes in a cursor of what was sent last: beyond them the floor is raised. As many again are of the cursor before. */
const hashesMax = 100
/** Deaths that an open tail remembers. */
const rememberedMax = 20_000

export function createSentDeaths({ floor: start, hashes, from }: SentPlace): SentDeaths {
  let floor = start
  let before = new Set(hashes)
  const sent = new Set<number>()
  /** The newest that were sent, above the floor, ascending. */
  let recent: NotedPlace[] = []
  const raise = (to: NotedPlace): void => {
    if (byPlace(to, floor) <= 0) return
    floor = to
    recent = recent.filter((death) => byPlace(death, floor) > 0)
  }
  return {
    has: (death) => sent.has(death.id) || before.has(hash(death)),
    add(death) {
      if (sent.has(death.id)) return
      sent.add(death.id)
      const [oldest] = sent
      if (sent.size > rememberedMax && oldest !== undefined) sent.delete(oldest)
      if (byPlace(death, floor) <= 0) return
      recent.splice(recent.findLastIndex((one) => byPlace(one, death) < 0) + 1, 0, death)
      const newest = BigInt(recent.at(-1)!.noted)
      if (newest > visibleWithinMicros) raise({ noted: String(newest - visibleWithinMicros), id: 0 })
      if (recent.length > hashesMax) raise(recent[0]!)
    },
    settle() {
      before = new Set()
    },
    place: () => ({ floor, hashes: [...recent.map(hash), ...before].slice(0, 2 * hashesMax), from }),
  }
}

const hash = ({ id }: NotedPlace): number => id % 2 ** 32

function byPlace(a: NotedPlace, b: NotedPlace): number {
  const [first, second] = [BigInt(a.noted), BigInt(b.noted)]
  return first === second ? a.id - b.id : first < second ? -1 : 1
}

const wire = z.strictObject({
  v: z.literal(1),
  h: z.string(),
  n: z.string().regex(/^\d{1,19}$/),
  i: z.int().min(-1),
  s: z
    .string()
    .max(12 * hashesMax)
    .regex(/^[\w-]*$/),
  f: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .transform(BigInt)
    .optional(),
})

/** Base64url text. `filters`: a digest of the parameters that must stay the same. */
export function encodeSentPlace({ floor, hashes, from }: SentPlace, filters: string): string {
  const bytes = Buffer.alloc(4 * hashes.length)
  hashes.forEach((one, i) => bytes.writeUInt32LE(one, 4 * i))
  const text = { v: 1, h: filters, n: floor.noted, i: floor.id, s: bytes.toString('base64url'), f: from?.toString() }
  return Buffer.from(JSON.stringify(text)).toString('base64url')
}

/** Throws invalid-parameter where `text` is no id of this route, or belongs to other filters. */
export function decodeSentPlace(text: string, filters: string, parameter: string): SentPlace {
  const read = wire.safeParse(/^[\w-]+$/.test(text) ? parseJson(Buffer.from(text, 'base64url').toString()) : undefined)
  if (!read.success) throw invalidParameter(parameter, `${parameter} is not one that this route gave: leave it out`)
  const { h, n, i, s, f } = read.data
  if (h !== filters)
    throw invalidParameter(parameter, `${parameter} belongs to a request with other filters: send those again`)
  const bytes = Buffer.from(s, 'base64url')
  const hashes = Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readUInt32LE(4 * at))
  return { floor: { noted: n, id: i }, hashes, from: f }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
