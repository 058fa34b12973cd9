// Pure: merges templates that differ only in what varies. In order: templates that are the same; that differ in one
// word, where enough different words stand in its place; that another template matches; that differ in one stretch of
// words. Each step looks at a bounded number of others per template, so that the time is linear (decision 0023).
import { createWordHashes, type WordHashes } from './word-hashes.ts'
import { isWord, mask, withMasks, type Template } from './template-words.ts'
import { isVariable, stretchesNeeded, valuesNeeded } from './variable-words.ts'

export interface Cluster {
  template: Template
  /** Indexes of the templates that it was made of. */
  members: number[]
}

/** A template that varies in several places becomes known place by place. */
const roundsMax = 4
const valuesMax = 64

/**
 * Clusters of templates, which come most frequent first. Yields while it works: to go on is the caller's turn.
 */
export function* mergeTemplates(templates: readonly Template[]): Generator<undefined, Cluster[]> {
  const hashes = createWordHashes()
  let clusters = unified(templates.map((template, index) => ({ template, members: [index] })))
  for (let round = 0; round < roundsMax; round++) {
    const merged: Cluster[] = unified(yield* withVariableWords(clusters, hashes))
    const isDone = merged.length === clusters.length
    clusters = merged
    if (isDone) break
  }
  clusters = yield* absorbed(clusters)
  clusters = yield* withVariableStretches(clusters, hashes)
  return clusters
}

const textOf = ({ words }: Template): string => words.join('')

function unified(clusters: readonly Cluster[]): Cluster[] {
  const byText = new Map<string, Cluster>()
  for (const { template, members } of clusters) {
    const text = textOf(template)
    const known = byText.get(text)
    if (known === undefined) byText.set(text, { template, members: [...members] })
    else for (const member of members) known.members.push(member)
  }
  return [...byText.values()]
}

/** Masks each word in whose place enough different words were found. */
function* withVariableWords(clusters: readonly Cluster[], hashes: WordHashes): Generator<undefined, Cluster[]> {
  /** One value, or several. */
  const places = new Map<number, string | Set<string>>()
  const hashesOf: number[][] = []
  for (const { template } of clusters) {
    const around = hashes.around(template.words)
    hashesOf.push(around)
    for (let at = template.from; at < template.to; at++) {
      if (isWord(template.words[at]!)) note(places, around[at]!, template.words[at]!)
    }
    yield
  }
  const merged: Cluster[] = []
  for (const [index, { template, members }] of clusters.entries()) {
    const masked = new Set<number>()
    for (let at = template.from; at < template.to; at++) {
      const values = places.get(hashesOf[index]![at]!)
      if (typeof values === 'object' && values.size >= valuesNeeded(template, at)) masked.add(at)
    }
    merged.push({ template: masked.size === 0 ? template : withMasks(template, masked), members })
    yield
  }
  return merged
}

function note(places: Map<number, string | Set<string>>, place: number, value: string): void {
  const values = places.get(place)
  if (values === undefined) places.set(place, value)
  else if (typeof values === 'string') {
    if (values !== value) places.set(place, new Set([values, value]))
  } else if (values.size < valuesMax) values.add(value)
}

/** Different sets of masked places that are tried for one length. */
const shapesMax = 64

/** Gives each template to a template of its length that has masks in the places where the two differ. */
function* absorbed(clusters: readonly Cluster[]): Generator<undefined, Cluster[]> {
  const shapes = new Map<number, Map<string, number[]>>()
  const byText = new Map<string, Cluster>()
  for (const cluster of clusters) {
    const { words } = cluster.template
    const places = words.flatMap((word, at) => (word === mask ? [at] : []))
    const ofLength = shapes.get(words.length) ?? new Map<string, number[]>()
    if (places.length > 0 && ofLength.size < shapesMax) ofLength.set(places.join(), places)
    shapes.set(words.length, ofLength)
    byText.set(textOf(cluster.template), cluster)
    yield
  }
  const left: Cluster[] = []
  for (const cluster of clusters) {
    const wider = widerThan(cluster, shapes.get(cluster.template.words.length)!, byText)
    if (wider === undefined) left.push(cluster)
    else for (const member of cluster.members) wider.members.push(member)
    yield
  }
  return left
}

function widerThan(
  { template }: Cluster,
  shapes: ReadonlyMap<string, number[]>,
  byText: ReadonlyMap<string, Cluster>,
): Cluster | undefined {
  for (const places of shapes.values()) {
    const others = places.filter((at) => template.words[at] !== mask)
    if (others.length === 0 || others.some((at) => !isWord(template.words[at]!))) continue
    const words = [...template.words]
    for (const at of others) words[at] = mask
    const wider = byText.get(words.join(''))
    if (wider !== undefined && words.some(isWord)) return wider
  }
  return undefined
}

/** Templates with which one is compared, of those that begin, and of those that end as it does. */
const comparedMax = 24
const endWords = 3

/**
 * Merges templates that differ in one stretch of words, of any lengths: where the stretches are such as vary, or where
 * enough different ones were found.
 */
function* withVariableStretches(clusters: readonly Cluster[], hashes: WordHashes): Generator<undefined, Cluster[]> {
  const places = new Map<number, string | Set<string>>()
  let merged = [...clusters]
  for (let round = 0; round < 2; round++) {
    const leaders = new Map<string, Cluster[]>()
    const left: Cluster[] = []
    for (const cluster of merged) {
      const { words } = cluster.template
      const keys = [`<${words.slice(0, endWords).join('')}`, `>${words.slice(-endWords).join('')}`]
      const near = new Set(keys.flatMap((key) => leaders.get(key) ?? []))
      const leader = near.values().find((one) => isMerged(one, cluster, places, hashes))
      if (leader === undefined) {
        left.push(cluster)
        for (const key of keys) {
          const ofKey = leaders.get(key) ?? []
          if (ofKey.length < comparedMax) ofKey.push(cluster)
          leaders.set(key, ofKey)
        }
      }
      yield
    }
    merged = unified(left)
  }
  return merged
}

/** Merges `cluster` into `leader`, where they are one. */
function isMerged(
  leader: Cluster,
  cluster: Cluster,
  places: Map<number, string | Set<string>>,
  hashes: WordHashes,
): boolean {
  const [a, b] = [leader.template, cluster.template]
  const least = Math.min(a.words.length, b.words.length)
  let head = 0
  while (head < least && a.words[head] === b.words[head]) head++
  let tail = 0
  while (tail < least - head && a.words.at(-1 - tail) === b.words.at(-1 - tail)) tail++
  if (a.words.length === head + tail || b.words.length === head + tail) {
    // What is more in one of them goes with the mask in front of it: `took #` and `took # #`.
    if (/^\s+$/.test(a.words[head - 1] ?? '') && a.words[head - 2] === mask) head -= 2
    while (tail < least - head && a.words.at(-1 - tail) === b.words.at(-1 - tail)) tail++
  }
  if (a.from !== b.from || head < a.from) return false
  const [shape, otherShape] = [a.words.length - a.to, b.words.length - b.to]
  if (shape !== otherShape || tail < shape) return false
  const shared = [...a.words.slice(a.from, head), ...a.words.slice(a.words.length - tail, a.to)].filter(isWord).length
  const most = Math.max(...[a, b].map(({ words, from, to }) => words.slice(from, to).filter(isWord).length))
  if (shared < 2 || 2 * shared < most) return false
  const stretches = [a, b].map(({ words }) => words.slice(head, words.length - tail))
  // Of single words the evidence is in.
  if (stretches.every(([word = '', ...others]) => others.length === 0 && isWord(word))) return false
  if (!stretches.every(isVariable)) {
    const place = hashes.outside(a.words, head, a.words.length - tail)
    for (const stretch of stretches) note(places, place, stretch.join(''))
    const values = places.get(place)
    const needed = stretchesNeeded(a.words.slice(0, head), a.words.slice(a.words.length - tail, a.to), shared / most)
    if (typeof values !== 'object' || values.size < needed) return false
  }
  leader.template = withMasks(
    {
      words: [...a.words.slice(0, head), mask, ...a.words.slice(a.words.length - tail)],
      from: a.from,
      to: head + 1 + tail - shape,
    },
    new Set(),
  )
  for (const member of cluster.members) leader.members.push(member)
  return true
}
