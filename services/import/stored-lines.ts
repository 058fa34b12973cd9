// Queries what the server stores already of the containers to send. Lines that an agent sent without offsets have
// another identity than the importer's, so the importer skips each of them once (docs/decisions/0005-import.md). Lines
// that are stored with their offset are only counted: sent again they collapse, and add their file and length.
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import { hash } from 'node:crypto'
import type { ContainerLine } from './lines/container-line.ts'
import { sentenceOf, sentenceOfFailure, type HttpClient, type Query } from './send/http-client.ts'
import { ImportStopped, type Retry } from './send/retry.ts'
import type { FileState } from './state.ts'

export interface PodName {
  namespace: string
  pod: string
  /** '' where only a link under containers names the container. */
  podUid: string
  container: string
}

export interface StoredLines {
  /** Whether the line is stored without an offset. Each stored line answers true once. */
  take(line: ContainerLine): boolean
  /** Whether the line is stored with this offset. */
  holds(line: ContainerLine, offset: number): boolean
  /** Whether there were more lines than fit into memory. */
  truncated: boolean
}

export interface StoredLinesReader {
  /** Returns undefined where the server stores nothing of that container. `from` bounds the search. */
  read(name: PodName, from: string | undefined): Promise<StoredLines | undefined>
  /** Whether the server still returns the last line that it acknowledged of a file. */
  verifies(filters: Readonly<Record<string, string>>, last: FileState['last']): Promise<boolean>
  /** Whether the address answers no queries, as that of an ingest service alone: then no line counts as stored. */
  readonly mute: boolean
}

export interface StoredLinesOptions {
  /**
   * All pods that `read` will be called for. Usually the server has none of them, which one request tells for fifty.
   */
  pods: readonly Pick<PodName, 'namespace' | 'pod'>[]
  client: HttpClient
  retry: Retry
  /** '' means every cluster. */
  cluster: string
  linesMax?: number
}

interface StoredLine {
  podUid: string | null
  time: string
  stream: string
  message: string
  offset: number | null
  restart: number | null
  partial: boolean
}

export function createStoredLines({
  pods,
  client,
  retry,
  cluster,
  linesMax = 2_000_000,
}: StoredLinesOptions): StoredLinesReader {
  const known = new Map<readonly Pick<PodName, 'namespace' | 'pod'>[], Promise<boolean>>()
  const inCluster: Record<string, string> = cluster === '' ? {} : { cluster }

  let mute = false

  const ask = async (query: Query, accept: string): Promise<Response | undefined> => {
    const response = await retry(() => client.get('/v1/logs', { ...inCluster, ...query }, accept))
    if (response.status === 404) {
      mute = true
      await response.body?.cancel()
      return undefined
    }
    if (response.status !== 200)
      throw new ImportStopped(`the query for lines that are stored already failed: ${await sentenceOf(response)}`)
    return response
  }
  const page = async (query: Query): Promise<StoredLine[]> => {
    const response = await ask(query, 'application/json')
    return response === undefined ? [] : ((await response.json()) as { lines: StoredLine[] }).lines
  }
  // Repeated filters are ORed, so the answer covers more pods than the group has. Then `read` queries once more than
  // needed.
  const groups = groupsOf(pods)
  const isKnown = async (group: readonly Pick<PodName, 'namespace' | 'pod'>[]): Promise<boolean> => {
    const namespace = [...new Set(group.map((name) => name.namespace))]
    const lines = await page({ namespace, pod: group.map((name) => name.pod), limit: '1' })
    return lines.length > 0
  }

  return {
    async read({ namespace, pod, podUid, container }, from) {
      const group = groups.get(`${namespace}/${pod}`) ?? [{ namespace, pod }]
      if (!known.has(group)) known.set(group, isKnown(group))
      if (!(await known.get(group)!)) return undefined
      const query = { namespace, pod, container, order: 'asc', ...(from === undefined ? {} : { from }) }
      const response = await ask(query, 'application/x-ndjson')
      if (response === undefined) return undefined
      return remember(linesOf(response.body!), podUid, linesMax).catch((error: unknown) => {
        throw new ImportStopped(`the query for lines that are stored already broke off: ${sentenceOfFailure(error)}`)
      })
    },
    async verifies(filters, last) {
      const from = epochNs(last.time)
      const query = { ...filters, from: String(from), to: String(from + 1n), limit: '10000' }
      return (await page(query)).some(({ offset }) => offset === last.offset)
    },
    get mute() {
      return mute
    },
  }
}

const groupSize = 50

function groupsOf(pods: StoredLinesOptions['pods']): Map<string, StoredLinesOptions['pods']> {
  const distinct = [...new Map(pods.map((name) => [`${name.namespace}/${name.pod}`, name]))]
  const groups = new Map<string, StoredLinesOptions['pods']>()
  for (let i = 0; i < distinct.length; i += groupSize) {
    const members = distinct.slice(i, i + groupSize)
    const group = members.map(([, name]) => name)
    for (const [key] of members) groups.set(key, group)
  }
  return groups
}

async function remember(
  lines: AsyncIterable<StoredLine>,
  podUid: string,
  linesMax: number,
): Promise<StoredLines | undefined> {
  const withoutOffset = new Map<string, number>()
  const withOffset = new Set<string>()
  const unfinished = new Map<string, StoredLine>()
  const stored = { truncated: false }
  for await (const part of lines) {
    if (!isOfPod(part.podUid, podUid)) continue
    // Fragments in different batches are separate lines of the answer.
    const life = `${part.restart} ${part.stream}`
    const head = unfinished.get(life)
    const line = head === undefined ? part : { ...head, message: head.message + part.message }
    if (part.partial) {
      unfinished.set(life, line)
      continue
    }
    unfinished.delete(life)
    if (withoutOffset.size + withOffset.size >= linesMax) {
      stored.truncated = true
      break
    }
    const key = keyOf(line.time, line.stream, line.message)
    if (line.offset === null) withoutOffset.set(key, (withoutOffset.get(key) ?? 0) + 1)
    else withOffset.add(`${line.offset} ${key}`)
  }
  if (withoutOffset.size === 0 && withOffset.size === 0) return undefined
  return {
    ...stored,
    take({ time, stream, text }) {
      if (withoutOffset.size === 0) return false
      const key = keyOf(time, stream, text)
      const left = withoutOffset.get(key) ?? 0
      if (left === 1) withoutOffset.delete(key)
      else if (left > 1) withoutOffset.set(key, left - 1)
      return left > 0
    },
    holds: ({ time, stream, text }, offset) =>
      withOffset.size > 0 && withOffset.has(`${offset} ${keyOf(time, stream, text)}`),
  }
}

// A line without a known uid may be this pod's. A static pod has another uid in the API than in its path.
function isOfPod(uid: string | null, podUid: string): boolean {
  if (uid === null || uid === '' || podUid === '' || uid === podUid || uid.startsWith('unresolved:')) return true
  return /^[0-9a-f]{32}$/.test(podUid)
}

function keyOf(time: string, stream: string, text: string): string {
  return hash('md5', `${time} ${stream} ${text}`, 'base64')
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StoredLine> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line !== '') yield JSON.parse(line) as StoredLine
  }
  if (rest !== '') yield JSON.parse(rest) as StoredLine
}
