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

/** Of the header that posts have. */
export const clusterName = 'prod-eu'

/** What is posted between two kills. */
export interface Chunk {
  objects: string
  lines: string
}

/** More than the projector reads by itself: the engine counts the lines of such a pod. */
const linesOfLarge = 7000
const [largePods, podsByContainer, staticPairs] = [4, 10, 5]
const hourMs = 3_600_000

/** A pod, and how its agent names it in lines. */
export interface SentPod {
  pod: Pod
  /** By the uid of its log path, by container ids alone, or by its name alone. */
  linesBy: 'uid' | 'container' | 'name'
  /** Of the pod whose lines they are, as they must be in records. */
  linesUid: string
}

/**
 * The pods of a small cluster over a day; dead ones with many lines; ones whose lines have container ids alone; and
 * static pods that were created again, of which the newest has the lines of both.
 */
export function podsOfInput({ pods, untilMs, seed }: InputOptions): SentPod[] {
  const options = { pods, large: 1, linesOfLarge: 3000, seed, untilMs, days: 1 }
  const span = { bornMs: untilMs - 3 * hourMs, endedMs: untilMs - hourMs, ending: 'crashed' as const }
  return [
    ...Array.from({ length: pods }, (_, number) => sentPod(podOf(options, number))),
    ...Array.from({ length: largePods }, (_, i) => sentPod(plainPod(i, { ...span, lines: linesOfLarge }))),
    ...Array.from({ length: podsByContainer }, (_, i): SentPod => {
      const pod = plainPod(100 + i, { ...span, lines: 20 })
      return { pod, linesBy: 'container', linesUid: pod.uid }
    }),
    ...Array.from({ length: staticPairs }, (_, i) => createdAgain(200 + i, untilMs)).flat(),
  ]
}

/** Lines without a uid and a container id lead to no pod: a provisional one has them. */
function sentPod(pod: Pod): SentPod {
  const { uid, namespace, name } = pod
  if (pod.withoutUid) return { pod, linesBy: 'name', linesUid: `unresolved:${clusterName}/${namespace}/${name}` }
  return { pod, linesBy: 'uid', linesUid: uid }
}

function createdAgain(number: number, untilMs: number): SentPod[] {
  const common = { lines: 15, ending: 'deleted' as const }
  const [first, second] = [6, 3].map((hours) =>
    plainPod(number, { ...common, bornMs: untilMs - hours * hourMs, endedMs: untilMs - (hours - 2) * hourMs }),
  ) as [Pod, Pod]
  const owner = { kind: 'Node', name: first.node }
  return [first, second].map((pod) => ({
    pod: { ...pod, isStatic: true, pathUid: first.uid.replaceAll('-', ''), owner, controller: owner },
    linesBy: 'uid',
    linesUid: second.uid,
  }))
}

export function chunksOf(pods: readonly SentPod[], count: number, untilMs: number, random: Random): Chunk[] {
  const pieces = pods.flatMap((sent) => [
    ...objectsOf(sent.pod).map((object) => ({ objects: `${JSON.stringify(object)}\n`, lines: '' })),
    ...sent.pod.lives.flatMap((life) => linePieces(sent, life, untilMs, random).map((lines) => ({ objects: '', lines }))),
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
function linePieces({ pod, linesBy }: SentPod, life: Life, untilMs: number, random: Random): string[] {
  const cuts = Array.from({ length: random.int(3) }, () => random.int(life.lines + 1))
  const ends = [0, ...cuts, life.lines].toSorted((a, b) => a - b)
  const file = `f${pod.uid}-${life.restart}`
  return ends.slice(1).flatMap((to, i) => {
    const from = ends[i]!
    if (from === to) return []
    const lines = linesOf({ ...pod, withoutUid: linesBy !== 'uid' }, life, untilMs, { from, to, file })
    const id = `"containerId":"containerd://${life.containerId}"`
    return [linesBy === 'container' ? lines.replaceAll('"container":"app"', `"container":"app",${id}`) : lines]
  })
}
