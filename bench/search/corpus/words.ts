// A vocabulary whose words are as frequent as words are: the n-th most frequent one about 1/n as often as the first.
// None of them is a word that a question of the benchmark looks for.
import type { Random } from '../../storage/random.ts'

const stems =
  'request order cart user session payment item stock cache index batch event message job task queue topic shard replica node volume token policy route filter segment bucket record schema report invoice shipment coupon product price catalog search profile account address region zone tenant team role group config secret lease leader follower snapshot backup archive stream window cursor offset partition broker worker handler client server proxy gateway endpoint listener socket channel buffer page block table column row key value digest hash version release build artifact image layer mount disk memory thread fiber signal timer clock trace span metric gauge counter alert rule template widget banner campaign audience survey review rating comment thumbnail upload export import pipeline stage sink source loader parser encoder decoder planner optimizer scheduler dispatcher balancer limiter breaker bulkhead registry resolver validator converter'.split(
    ' ',
  )
const verbs =
  'loaded stored sent received created updated removed accepted refreshed rebuilt started finished opened closed merged split moved copied checked skipped queued claimed released renewed expired resolved published consumed compacted flushed verified signed encoded compressed indexed restored rotated scaled drained joined left elected promoted evicted throttled batched retried replayed'.split(
    ' ',
  )

const harmonic = (n: number): number => Math.log(n) + 0.5772

export interface Words {
  /** `session renewed for catalog worker`: so many words. */
  sentence(count: number): string
  /** A name made of two words, of about 20,000: `stockLoader`. */
  name(): string
}

export function createWords(random: Random): Words {
  // The inverse of the harmonic numbers: uniform in, a rank out.
  const rank = (of: number): number => Math.min(of - 1, Math.floor(Math.exp(random.next() * harmonic(of)) - 0.5))
  const stem = (): string => stems[rank(stems.length)]!
  const verb = (): string => verbs[rank(verbs.length)]!
  return {
    sentence(count) {
      let text = `${stem()} ${verb()}`
      for (let i = 2; i < count; i++) text += i % 3 === 2 ? ` ${stem()}` : i % 3 === 0 ? ` ${verb()}` : ` ${stem()}`
      return text
    },
    name() {
      const second = stem()
      return `${stem()}${second[0]!.toUpperCase()}${second.slice(1)}`
    },
  }
}
