// What the projector works through while it is killed: facts and lines of some hundred pods, cut into pieces that come
// in any order, some of them twice. Pure.
import { objectsOf } from '../../pods/kubernetes-objects.ts'
import { linesOf } from '../../pods/lines.ts'
import { plainPod, podOf, type Life, type Pod } from '../../pods/population.ts'
import type { Random } from '../../storage/random.ts'

export interface InputOptions {
  pods: number
  untilMs: number
  seed: number
}

/** What is posted between two kills. */
export interface Chunk {
  objects: string
  lines: string
}

/** More than the projector reads by itself: the engine counts the lines of such a pod. */
const linesOfLarge = 7000
const largePods = 4
const hourMs = 3_600_000

/** The pods of a small cluster over a day, and some dead ones with many lines. */
export function podsOfInput({ pods, untilMs, seed }: InputOptions): Pod[] {
  const options = { pods, large: 1, linesOfLarge: 3000, seed, untilMs, days: 1 }
  const span = { bornMs: untilMs - 3 * hourMs, endedMs: untilMs - hourMs }
  return [
    ...Array.from({ length: pods }, (_, number) => podOf(options, number)),
    ...Array.from({ length: largePods }, (_, i) => plainPod(i, { ...span, lines: linesOfLarge, ending: 'crashed' })),
  ]
}

export function chunksOf(pods: readonly Pod[], count: number, untilMs: number, random: Random): Chunk[] {
  const pieces = pods.flatMap((pod) => [
    ...objectsOf(pod).map((object) => ({ objects: `${JSON.stringify(object)}\n`, lines: '' })),
    ...pod.lives.flatMap((life) => linePieces(pod, life, untilMs, random).map((lines) => ({ objects: '', lines }))),
  ])
  const again = pieces.filter(() => random.int(10) === 0)
  const inOrder = [...pieces, ...again].map((piece) => ({ piece, at: random.int(count) }))
  const byChunk = Map.groupBy(inOrder, ({ at }) => at)
  return Array.from({ length: count }, (_, at): Chunk => {
    const ofOne = (byChunk.get(at) ?? []).map(({ piece }) => piece)
    return { objects: ofOne.map(({ objects }) => objects).join(''), lines: ofOne.map(({ lines }) => lines).join('') }
  })
}

/** The lines of a life in one to three pieces. */
function linePieces(pod: Pod, life: Life, untilMs: number, random: Random): string[] {
  const cuts = Array.from({ length: random.int(3) }, () => random.int(life.lines + 1))
  const ends = [0, ...cuts, life.lines].toSorted((a, b) => a - b)
  const file = `f${pod.uid}-${life.restart}`
  return ends.slice(1).flatMap((to, i) => {
    const from = ends[i]!
    return from === to ? [] : [linesOf(pod, life, untilMs, { from, to, file })]
  })
}
