// A vocabulary whose words are as frequent as words are: the n-th most frequent one about 1/n as often as the first.
// Programs have few texts, and say them again and again: sentences and names come from pools. No word of it is one that
// a question of the benchmark looks for.
import type { Random } from '../../storage/random.ts'

const stems =
  'request order cart user session payment item stock cache index batch event message job task queue topic shard replica node volume token policy route filter segment bucket record schema report invoice shipment coupon product price catalog search profile account address region zone tenant team role group config secret lease leader follower snapshot backup archive stream window cursor offset partition broker worker handler client server proxy gateway endpoint listener socket channel buffer page block table column row key value digest hash version release build artifact image layer mount disk memory thread fiber signal timer clock trace span metric gauge counter alert rule template widget banner campaign audience survey review rating comment thumbnail upload export import pipeline stage sink source loader parser encoder decoder planner optimizer scheduler dispatcher balancer limiter breaker bulkhead registry resolver validator converter'.split(
    ' ',
  )
const verbs =
  'loaded stored sent received created updated removed accepted refreshed rebuilt started finished opened closed merged split moved copied checked skipped queued claimed released renewed expired resolved published consumed compacted flushed verified signed encoded compressed indexed restored rotated scaled drained joined left elected promoted evicted throttled batched retried replayed'.split(
    ' ',
  )

export interface Words {
  /** `session renewed catalog`: of so many words, 3 to 12; one of 200 texts, as a program has them. */
  sentence(count: number): string
  /** A name made of two words, one of 600: `stockLoader`. */
  name(): string
  /** One of 400 places in a source: `stockloader.go:417`. */
  place(): string
  /** One of 2,000 names that a cluster gives its objects: `stockloader-7d9f8c6b54-x2x9k`. */
  object(): string
}

const [fewest, most] = [3, 12]

export function createWords(random: Random): Words {
  const rank = createRank(random)
  const stem = (): string => stems[rank(stems.length)]!
  const verb = (): string => verbs[rank(verbs.length)]!
  const newSentence = (count: number): string =>
    Array.from({ length: count }, (_, i) => (i % 3 === 1 ? verb() : stem())).join(' ')
  const newName = (): string => {
    const second = stem()
    return `${stem()}${second[0]!.toUpperCase()}${second.slice(1)}`
  }
  const pool = (size: number, make: () => string): (() => string) => {
    const texts = Array.from({ length: size }, make)
    return () => texts[rank(size)]!
  }
  const sentences = Array.from({ length: most - fewest + 1 }, (_, i) => pool(200, () => newSentence(fewest + i)))
  const name = pool(600, newName)
  return {
    sentence: (count) => sentences[count - fewest]!(),
    name,
    place: pool(400, () => `${name().toLowerCase()}.go:${random.int(900)}`),
    object: pool(2000, () => `${name().toLowerCase()}-${random.hex(10)}-${random.hex(5)}`),
  }
}

/** Draws numbers from 0 up, the n-th about 1/n as often as the first: a hyperbola between half a step before and behind. */
const createRank =
  (random: Random) =>
  (of: number): number =>
    Math.floor(0.5 * (2 * of + 1) ** random.next() + 0.5) - 1
