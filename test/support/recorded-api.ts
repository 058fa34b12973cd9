// A small API server that plays what a real one was recorded to say (test/fixtures/kubernetes-watch), as far as it is
// told to, and gets into every trouble that one can: lists are what the recording knows at that moment, watches begin
// at any resourceVersion of it.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchedKinds, type WatchedKind } from '#shared/kubernetes/watched-kind.ts'
import type { KubernetesObject } from './kubernetes.ts'

/** What becomes of one request. */
export type Trouble =
  /** Refused with this status. */
  | { is: 'status'; status: number }
  /** 410 inside a watch, as an ERROR event. */
  | { is: 'error-event'; code: number }
  /** So many events, half a line, and the connection is gone. */
  | { is: 'cut'; after: number }
  /** The history is told again from the beginning. */
  | { is: 'rewind' }
  /** Every event twice. */
  | { is: 'twice' }
  /** A 200, and then nothing. */
  | { is: 'silent' }
  /** A line that is no JSON. */
  | { is: 'garbage' }
  /** Ends in order at once. */
  | { is: 'end' }

export interface RecordedApi extends AsyncDisposable {
  readonly url: string
  /** Path of a kubeconfig. */
  readonly kubeconfig: string
  /** Events of all kinds that are still to come. */
  readonly left: number
  /** Lets the next events happen; all of them without a number. */
  happen(count?: number): void
  /** Whatever happened is forgotten: watches from before are 410, and so are lists that go on. */
  compact(): void
  /** Every watch breaks off, before it hears of what happens next. */
  disconnect(): void
  /** Of the next requests of a kind, in order. */
  trouble(kind: WatchedKind, what: 'list' | 'watch', ...troubles: Trouble[]): void
  /** Objects of a page, however many are asked for. */
  pageSize: number
  /** Whether somebody watches the kind right now. */
  isWatched(kind: WatchedKind): boolean
  /** Every request: `watch pods 123`, `list pods`, `list pods continued`. */
  readonly requests: readonly string[]
}

interface Recorded {
  version: number
  kind: WatchedKind
  line: string
  type: string
  object: KubernetesObject
}

const folder = new URL('../fixtures/kubernetes-watch/', import.meta.url)
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

export async function startRecordedApi(): Promise<RecordedApi> {
  const lists = new Map(watchedKinds.map((kind) => [kind, JSON.parse(text(`${kind}.list.json`)) as KubernetesObject]))
  const events = watchedKinds.flatMap(recorded).toSorted((a, b) => a.version - b.version)
  const troubles = new Map<string, Trouble[]>()
  const requests: string[] = []
  const streams = new Set<{ kind: WatchedKind; response: ServerResponse; send(event: Recorded): void }>()
  let at = 0
  let oldest = 0
  const state = { pageSize: 500 }

  const version = (): number => Math.max(events[at - 1]?.version ?? 0, ...[...lists.values()].map(versionOf))

  function known(kind: WatchedKind): KubernetesObject[] {
    const objects = new Map<string, KubernetesObject>()
    for (const item of lists.get(kind)!['items'] as KubernetesObject[]) objects.set(item['metadata'].uid as string, item)
    for (const { object, type } of events.slice(0, at).filter((event) => event.kind === kind))
      if (type === 'DELETED') objects.delete(object['metadata'].uid as string)
      else if (type !== 'BOOKMARK') objects.set(object['metadata'].uid as string, object)
    return [...objects.values()]
  }

  function answerList(kind: WatchedKind, query: URLSearchParams, response: ServerResponse): void {
    const [since = version(), from = 0] = (query.get('continue') ?? '')
      .split('-')
      .flatMap((part) => (part === '' ? [] : [Number(part)]))
    if (since < oldest) return refuse(response, 410, 'Expired', 'The provided continue parameter is too old')
    const items = known(kind)
    const to = from + state.pageSize
    const metadata = { resourceVersion: String(since), ...(to < items.length ? { continue: `${since}-${to}` } : {}) }
    const { apiVersion, kind: named } = lists.get(kind)!
    response.end(JSON.stringify({ apiVersion, kind: named, metadata, items: items.slice(from, to) }))
  }

  function answerWatch(kind: WatchedKind, since: number, response: ServerResponse, trouble: Trouble | undefined): void {
    if (since < oldest) return refuse(response, 410, 'Expired', `too old resource version: ${since} (${oldest})`)
    response.flushHeaders()
    if (trouble?.is === 'silent') return
    if (trouble?.is === 'end') return void response.end()
    if (trouble?.is === 'garbage') return void response.write('<html>\n')
    if (trouble?.is === 'error-event') {
      const object = { kind: 'Status', code: trouble.code, reason: 'Expired', message: 'too old resource version' }
      return void response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
    }
    let sent = 0
    const send = ({ line }: Recorded): void => {
      if (trouble?.is === 'cut' && sent++ === trouble.after) {
        streams.delete(stream)
        response.write(line.slice(0, line.length / 2), () => response.destroy())
        return
      }
      if (!response.destroyed) response.write(trouble?.is === 'twice' ? `${line}\n${line}\n` : `${line}\n`)
    }
    const stream = { kind, response, send }
    streams.add(stream)
    response.on('close', () => streams.delete(stream))
    const begin = trouble?.is === 'rewind' ? 0 : since
    for (const event of events.slice(0, at)) if (event.kind === kind && event.version > begin && streams.has(stream)) send(event)
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
    const kind = pathname.slice('/api/v1/'.length) as WatchedKind
    const what = searchParams.has('watch') ? 'watch' : 'list'
    const since = searchParams.get('resourceVersion') ?? ''
    requests.push(what === 'watch' ? `watch ${kind} ${since}` : `list ${kind}${searchParams.has('continue') ? ' continued' : ''}`)
    const trouble = troubles.get(`${what} ${kind}`)?.shift()
    if (trouble?.is === 'status') return refuse(response, trouble.status, 'InternalError', 'trouble')
    if (what === 'watch') answerWatch(kind, Number(since), response, trouble)
    else answerList(kind, searchParams, response)
  }

  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-recorded-'))
  const kubeconfig = join(dir, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(url))
  return Object.assign(state, {
    url,
    kubeconfig,
    requests,
    get left() {
      return events.length - at
    },
    happen(count = Infinity) {
      for (let i = 0; i < count && at < events.length; i++) {
        const event = events[at++]!
        for (const stream of streams) if (stream.kind === event.kind) stream.send(event)
      }
    },
    isWatched: (kind: WatchedKind) => [...streams].some((stream) => stream.kind === kind),
    compact() {
      oldest = version()
    },
    disconnect() {
      for (const { response } of streams) response.destroy()
      streams.clear()
    },
    trouble(kind: WatchedKind, what: 'list' | 'watch', ...more: Trouble[]) {
      troubles.set(`${what} ${kind}`, [...(troubles.get(`${what} ${kind}`) ?? []), ...more])
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(dir, { recursive: true })
    },
  })
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })

const versionOf = ({ metadata }: KubernetesObject): number => Number(metadata.resourceVersion)

function recorded(kind: WatchedKind): Recorded[] {
  const lines = text(`${kind}.watch.ndjson`).trimEnd().split('\n')
  return lines.map((line) => {
    const { type, object } = JSON.parse(line) as { type: string; object: KubernetesObject }
    return { version: versionOf(object), kind, line, type, object }
  })
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }))
}
