// Loads a population over HTTP: objects and lines of the small pods in order of their births, then the large pods.
// A mark in the data directory says which population is whole in it, so a directory is loaded once and used again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { post } from '../load/post.ts'
import { objectsOf } from './kubernetes-objects.ts'
import { linesOf } from './lines.ts'
import { podOf, type Pod, type PopulationOptions } from './population.ts'

const headers = { 'x-afterlog-cluster': 'prod-eu' }
const bodyBytes = 16_000_000
const postsAtOnce = 3

/** The population that is whole in the directory; undefined where none is. */
export function loadedPopulation(dataDir: string): PopulationOptions | undefined {
  const mark = join(dataDir, 'population.json')
  return existsSync(mark) ? (JSON.parse(readFileSync(mark, 'utf8')) as PopulationOptions) : undefined
}

const fileOf = (pod: Pod, restart: number): string => `f${pod.number}-${restart}`

/** Posts everything and marks the directory. `say` gets a line of progress some times a minute. */
export async function load(url: string, dataDir: string, options: PopulationOptions, say: (text: string) => void): Promise<void> {
  const counts = { lines: 0, objects: 0 }
  const startedMs = performance.now()
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    say(`  ${seconds} s: ${counts.lines} lines, ${counts.objects} objects`)
  }, 15_000)
  const bodies = bodiesOf(options)
  const send = async (): Promise<void> => {
    for (const { path, body } of bodies) {
      const accepted = await post(url, body, headers, path)
      counts[path === '/v1/batches' ? 'lines' : 'objects'] += accepted
    }
  }
  try {
    await Promise.all(Array.from({ length: postsAtOnce }, send))
  } finally {
    clearInterval(progress)
  }
  say(`  ${Math.round((performance.now() - startedMs) / 1000)} s: ${counts.lines} lines, ${counts.objects} objects, all`)
  writeFileSync(join(dataDir, 'population.json'), JSON.stringify(options))
}

interface Post {
  path: '/v1/batches' | '/v1/lifecycle'
  body: Buffer
}

function* bodiesOf(options: PopulationOptions): Generator<Post> {
  let [objects, lines] = ['', '']
  const large: Pod[] = []
  for (let number = 0; number < options.pods; number++) {
    const pod = podOf(options, number)
    objects += `${objectsOf(pod)
      .map((object) => JSON.stringify(object))
      .join('\n')}\n`
    if (pod.isLarge) large.push(pod)
    else
      for (const life of pod.lives)
        lines += linesOf(pod, life, options.untilMs, { from: 0, to: life.lines, file: fileOf(pod, life.restart) })
    const isEnd = number === options.pods - 1
    if (objects.length > bodyBytes / 4 || isEnd) {
      yield { path: '/v1/lifecycle', body: Buffer.from(objects) }
      objects = ''
    }
    if (lines.length > bodyBytes || isEnd) {
      yield { path: '/v1/batches', body: Buffer.from(lines) }
      lines = ''
    }
  }
  for (const pod of large) yield* bodiesOfLarge(pod, options.untilMs)
}

const linesPerBody = 40_000

function* bodiesOfLarge(pod: Pod, untilMs: number): Generator<Post> {
  for (const life of pod.lives)
    for (let from = 0; from < life.lines; from += linesPerBody) {
      const run = { from, to: Math.min(from + linesPerBody, life.lines), file: fileOf(pod, life.restart) }
      yield { path: '/v1/batches', body: Buffer.from(linesOf(pod, life, untilMs, run)) }
    }
}

/** Sends stretches of the large pods' lines again, a small post each: that adds only parts that are not merged yet. */
export async function leaveSmallParts(url: string, large: readonly Pod[], untilMs: number, postsPerPod: number): Promise<void> {
  for (let round = 0; round < postsPerPod; round++)
    for (const pod of large) {
      const life = pod.lives.at(-1)!
      const from = Math.floor((life.lines * round) / postsPerPod)
      const run = { from, to: Math.min(from + 50, life.lines), file: fileOf(pod, life.restart) }
      await post(url, Buffer.from(linesOf(pod, life, untilMs, run)), headers)
    }
}
