// Random lives through a service that is stopped, harmed and started again: what their seals say, compared with what is
// stored and what was sent. Of each life lines may be lost by the agent, refused, sent without the number of the life,
// or lost with a part of the store.
import { readdir, rm, stat, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exited, podObject, type LogRecord } from './container-log.ts'
import { randomFrom, randomRun, type Run } from './seal-runs.ts'
import { spawnService } from './service-process.ts'

export interface SealLivesOptions {
  dataDir: string
  lives: number
  seed: number
}

export interface SealLivesOutcome {
  /** By state. */
  states: Record<string, number>
  harmedParts: number
  /** Lines that were acknowledged and are gone. */
  lostLines: number
  /** Sealed lives that are not whole, and whole ones that are not sealed. */
  wrong: string[]
}

interface Life extends Run {
  uid: string
  startMs: number
  /** Records that are refused, by the text of their lines. */
  refused: Set<string>
  /** Some of it came without number and container id. */
  isUnnumbered: boolean
}

const dayMs = 86_400_000

export async function runSealLives({ dataDir, lives: count, seed }: SealLivesOptions): Promise<SealLivesOutcome> {
  const random = randomFrom(seed)
  const noon = Math.floor(Date.now() / dayMs) * dayMs - dayMs / 2
  const lives = Array.from({ length: count }, (_, i): Life => {
    const uid = `life-${seed}-${i}`
    const startMs = noon - (1 + Math.floor(random() * 4)) * dayMs
    const run = randomRun(Math.floor(random() * 2 ** 31), uid, startMs)
    const records = run.batches.flat()
    const refused = random() < 0.2 ? new Set(records.filter(() => random() < 0.3).map(({ cri }) => cri)) : new Set<string>()
    return { ...run, uid, startMs, refused, isUnnumbered: random() < 0.1 }
  })
  const before = await withService(dataDir, async (url) => {
    const waiting = lives.values()
    // In parallel, since a post waits for others to share its insert.
    await Promise.all(Array.from({ length: 16 }, () => sendAll(url, waiting, random)))
    return storedLines(url)
  })
  const harmedParts = await harmParts(dataDir, random)
  return withService(dataDir, async (url) => {
    const stored = await storedLines(url)
    const seals = await settledSeals(url)
    const wrong = lives.flatMap((life) => verdict(life, stored.get(life.uid) ?? new Set(), seals.get(life.uid) ?? []))
    const states = Map.groupBy([...seals.values()].flat(), (state) => state)
    return {
      states: Object.fromEntries([...states].map(([state, all]) => [state, all.length])),
      harmedParts,
      lostLines: sizeOf(before) - sizeOf(stored),
      wrong,
    }
  })
}

const sizeOf = (stored: ReadonlyMap<string, ReadonlySet<string>>): number =>
  [...stored.values()].reduce((sum, { size }) => sum + size, 0)

function verdict(
  { uid, files, end, thorough, refused, isUnnumbered }: Life,
  stored: ReadonlySet<string>,
  seals: string[],
): string[] {
  const missing = files.flat().filter(({ cri }) => !stored.has(textOf(cri)))
  const isSealed = seals.includes('sealed')
  if (isSealed && missing.length > 0) return [`${uid} is sealed, and ${missing.length} of its lines are not stored`]
  const isWhole = thorough && missing.length === 0 && refused.size === 0 && !isUnnumbered && end === 'ended'
  return isWhole && !isSealed ? [`${uid} is whole, and ${seals.join(', ') || 'not listed'}`] : []
}

const textOf = (cri: string): string => cri.replace(/^\S+ \S+ \S+ /, '')

async function sendAll(url: string, lives: Iterable<Life>, random: () => number): Promise<void> {
  for (const life of lives) await send(url, life, random)
}

async function send(url: string, life: Life, random: () => number): Promise<void> {
  for (const batch of life.batches) {
    const isBare = life.isUnnumbered && random() < 0.5
    await post(`${url}/v1/batches`, { records: batch.map((line) => recordOf(line, life, isBare)) })
  }
  const lastMs = life.startMs + 600_000
  const isRunning = life.end === 'running' || life.end === 'vanished'
  const state = isRunning ? { running: { startedAt: iso(life.startMs) } } : exited(life.startMs, lastMs)
  const status = life.end === 'vanished' ? { status: { phase: 'Failed', reason: 'NodeLost' } } : {}
  if (life.end !== 'unknown')
    await post(`${url}/v1/lifecycle`, [podObject(life.uid, life.startMs, state, { ...status, metadata: { name: life.uid } })])
}

const iso = (ms: number): string => new Date(ms).toISOString()

function recordOf(line: LogRecord, { uid, refused }: Life, isBare: boolean): object {
  if (refused.has(line.cri)) return { ...line, cri: `refused ${line.cri}` }
  if (!isBare) return line
  const { path: _, cri, ...rest } = line
  const [time, stream] = cri.split(' ')
  return { ...rest, namespace: 'shop', pod: 'cart', podUid: uid, container: 'app', time, stream, message: textOf(cri) }
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url}: ${await answer.text()}`)
}

async function withService<T>(dataDir: string, use: (url: string) => Promise<T>): Promise<T> {
  await using service = spawnService({ dataDir, env: { AFTERLOG_FLUSH_INTERVAL_MS: '5' } })
  const url = await service.serving
  const result = await use(url)
  service.kill('SIGTERM')
  await service.exited
  return result
}

/** Texts by uid, once records have them. */
async function storedLines(url: string): Promise<Map<string, Set<string>>> {
  await recordsHave(url)
  const answer = await fetchAgain(`${url}/v1/logs`, { headers: { accept: 'application/x-ndjson' } })
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  const stored = new Map<string, Set<string>>()
  for (const line of lines) {
    const { podUid, message } = JSON.parse(line) as { podUid: string; message: string }
    stored.set(podUid, (stored.get(podUid) ?? new Set()).add(message))
  }
  return stored
}

/** A first answer may be that a part was set aside. */
async function fetchAgain(url: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(url, init)
    if (answer.status !== 503 || tries > 50) return answer
    await answer.text()
  }
}

async function recordsHave(url: string): Promise<void> {
  const now = Date.now()
  for (let asOf = 0; asOf <= now; await pause()) {
    const body = (await (await fetchAgain(`${url}/v1/pods?limit=1`)).json()) as { asOf?: string | null }
    asOf = Date.parse(body.asOf ?? '') || 0
  }
}

const pause = (): Promise<void> => sleep(200)

/** States by uid, once they do not change any more: lines of lost parts are counted again in idle time. */
async function settledSeals(url: string): Promise<Map<string, string[]>> {
  let last = ''
  for (let same = 0; ; await pause()) {
    const seals = await listedSeals(url)
    const text = JSON.stringify([...seals])
    same = text === last ? same + 1 : 0
    last = text
    if (same >= 40) return seals
  }
}

interface PodPage {
  pods: { uid: string; containers: { lives: { seal: { state: string } | null }[] }[] }[]
  next: string | null
}

async function listedSeals(url: string): Promise<Map<string, string[]>> {
  const seals = new Map<string, string[]>()
  for (let cursor = ''; ;) {
    const page = (await (await fetchAgain(`${url}/v1/pods?limit=500${cursor}`)).json()) as PodPage
    for (const { uid, containers } of page.pods)
      seals.set(
        uid,
        containers.flatMap(({ lives }) => lives.map(({ seal }) => seal?.state ?? 'none')),
      )
    if (page.next === null) return seals
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

/** Parts that no other one has been merged from. */
function activeOf(paths: readonly string[]): string[] {
  const parts = paths.map((path) => {
    const [, partition, min, max] = /^(.*)_(\d+)_(\d+)_\d+$/.exec(basename(path))!
    return { path, partition, min: Number(min), max: Number(max) }
  })
  return parts
    .filter((part) =>
      parts.every(
        (other) => other === part || other.partition !== part.partition || other.min > part.min || other.max < part.max,
      ),
    )
    .map(({ path }) => path)
}

/** Harms a quarter of the parts of `logs`; returns how many. */
async function harmParts(dataDir: string, random: () => number): Promise<number> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
  const parts = entries
    .filter(
      ({ name, parentPath }) => name === 'skp_idx_words.idx' || (name === 'minmax_class.idx' && !parentPath.includes('detached')),
    )
    .map(({ parentPath }) => parentPath)
  const chosen = activeOf([...new Set(parts)].toSorted()).filter(() => random() < 0.25)
  for (const part of chosen) {
    const kind = Math.floor(random() * 3)
    if (kind === 0) await rm(part, { recursive: true })
    else {
      const data = join(part, 'data.bin')
      await truncate(data, Math.floor((await stat(data)).size * (kind === 1 ? 0.5 : 0.9)))
    }
  }
  return chosen.length
}
