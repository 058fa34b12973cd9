// Readers that go on while lines come: walks through pages, and tails that leave and come back. Each is compared with
// the model.
import { createReturningReader, openEvents } from '#test/support/sse.ts'
import { countBy } from '../answers.ts'
import type { StoredLine } from './model.ts'

/** How a line is named in an answer: what the model knows of it. */
export const nameOf = ({ time, pod, message, offset, label, stream }: Omit<StoredLine, 'arrival' | 'file'>): string =>
  JSON.stringify([String(time), pod, message, offset, label, stream])

interface LineJson {
  time: string
  pod: string
  message: string
  offset: number | null
  stream: string
  labels: Record<string, string>
}

function nameOfJson({ time, pod, message, offset, stream, labels }: LineJson): string {
  const seconds = BigInt(Date.parse(`${time.slice(0, 19)}Z`) / 1000)
  return JSON.stringify([
    `${seconds}${time.slice(20, 29)}`,
    Number(pod.slice('pod-'.length)),
    message,
    offset ?? -1,
    labels['l'] ?? '',
    stream,
  ])
}

export async function allLines(url: string, filter: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/logs?${filter}`, { headers: { accept: 'application/x-ndjson' } })
  const text = await response.text()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [nameOfJson(JSON.parse(line) as LineJson)]))
}

export interface Walk {
  filter: string
  descending: boolean
  /** The lines that were stored when it began, in its order. */
  due: readonly string[]
  seen: string[]
  cursor: string | null
}

/** Reads the next page. */
export async function stepWalk(url: string, walk: Walk, limit: number): Promise<void> {
  const cursor = walk.cursor === '' ? '' : `&cursor=${encodeURIComponent(walk.cursor!)}`
  const response = await fetch(`${url}/v1/logs?${walk.filter}&limit=${limit}${cursor}`)
  if (!response.ok) throw new Error(`a page was ${response.status}: ${await response.text()}`)
  const { lines, next } = (await response.json()) as { lines: LineJson[]; next: string | null }
  walk.seen.push(...lines.map(nameOfJson))
  walk.cursor = next
}

/**
 * Differences of a walk that has ended: lines that it was to show and did not, lines that it showed twice, and lines
 * out of order. Equal lines have one name, so names are counted.
 */
export function walkFaults({ due, seen }: Walk, orderOf: ReadonlyMap<string, number>, stored: readonly string[]): string[] {
  const faults: string[] = []
  const [counts, most, least] = [countsOf(seen), countsOf(stored), countsOf(due)]
  for (const [name, count] of least) if ((counts.get(name) ?? 0) < count) faults.push(`a walk left out ${name}`)
  for (const [name, count] of counts) if (count > (most.get(name) ?? 0)) faults.push(`a walk showed ${name} ${count} times`)
  for (let i = 1; i < seen.length; i++) {
    const [a, b] = [orderOf.get(seen[i - 1]!), orderOf.get(seen[i]!)]
    if (a !== undefined && b !== undefined && a > b) faults.push(`a walk has ${seen[i]} behind ${seen[i - 1]}`)
  }
  return faults
}

export const countsOf = (names: readonly string[]): Map<string, number> => countBy(names, (name) => name)

/** A tail of all lines that leaves and comes back after so many lines. */
export const openTail = (url: string, each: () => number) =>
  createReturningReader({
    open: (id) => openEvents(`${url}/v1/logs/tail`, id === undefined ? {} : { 'last-event-id': id }),
    textOf: ({ event, data }) => (event === 'line' ? nameOfJson(JSON.parse(data!) as LineJson) : undefined),
    each,
  })
