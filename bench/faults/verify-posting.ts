// What must be true of a posting run: before the retry, nothing acknowledged is missing and nothing is shown oftener
// than it was said; after it, every line is there once, in order, in every answer.
import { setTimeout as sleep } from 'node:timers/promises'
import { countBy, createClient, fieldCounts, histogramTotal, paged, podCounts, type Client, type ShownLine } from './answers.ts'
import type { SaidLine } from './posted-lines.ts'

interface Named {
  time: string
  message: string
  pod: string
  container: string
}

const keyOf = ({ time, message, pod, container }: Named): string => `${pod}/${container} ${time} ${message}`
const named = ({ time, message, container: { pod, container } }: SaidLine): Named => ({ time, message, pod, container })

/** Faults, one sentence each. Call it after the restart and before anything is sent again. */
export async function verifyAcknowledged(
  url: string,
  tenant: string,
  acknowledged: readonly SaidLine[],
  said: readonly SaidLine[],
): Promise<string[]> {
  const shown = countBy(await createClient(url, tenant).ndjson('/v1/logs?order=asc'), keyOf)
  const faults: string[] = []
  for (const [key, count] of countBy(acknowledged.map(named), keyOf)) {
    if ((shown.get(key) ?? 0) < count) faults.push(`acknowledged and missing (${shown.get(key) ?? 0} of ${count}): ${key}`)
  }
  const every = countBy(said.map(named), keyOf)
  for (const [key, count] of shown)
    if (count > (every.get(key) ?? 0)) faults.push(`shown ${count} times, said ${every.get(key) ?? 0} times: ${key}`)
  return faults
}

/** Faults, one sentence each, of every answer about a tenant whose lines are all acknowledged. */
export async function verifyPosting(url: string, tenant: string, said: readonly SaidLine[]): Promise<string[]> {
  const client = createClient(url, tenant)
  const faults: string[] = []
  const expected = said.map(named)
  const expect = (what: string, is: unknown, should: unknown): void => {
    if (is !== should) faults.push(`${what}: ${String(is)}, should be ${String(should)}`)
  }

  const streamed = await client.ndjson('/v1/logs?order=asc')
  faults.push(...compare('stream', streamed, expected))
  const forwards = await paged(client, 7000, 'asc')
  expect('pages forwards show the stream', sameLines(forwards, streamed), true)
  const backwards = await paged(client, 5000, 'desc')
  expect('pages backwards show the stream', sameLines(backwards, streamed), true)
  expect('histogram', await histogramTotal(client), expected.length)
  for (const [field, of] of [
    ['pod', (line: Named) => line.pod],
    ['container', (line: Named) => line.container],
  ] as const) {
    faults.push(...compareCounts(`values of ${field}`, await fieldCounts(client, field), countBy(expected, of)))
  }
  const uids = countBy(said, ({ container }) => container.podUid)
  faults.push(...(await podFaults(client, uids)))
  const sample = [...uids].slice(0, 2)
  for (const [uid, count] of sample) expect(`lines of pod ${uid}`, (await client.ndjson(`/v1/pods/${uid}/logs`)).length, count)
  return faults
}

function compare(what: string, shown: readonly ShownLine[], expected: readonly Named[]): string[] {
  const faults: string[] = []
  const [is, should] = [Map.groupBy(shown, containerOf), Map.groupBy(expected, containerOf)]
  for (const [container, lines] of should) {
    const found = is.get(container) ?? []
    const first = lines.findIndex((line, i) => found[i] === undefined || keyOf(line) !== keyOf(found[i]))
    if (first !== -1)
      faults.push(
        `${what} of ${container}: ${found.length} lines of ${lines.length}; line ${first} is ${found[first]?.message}, should be ${lines[first]!.message}`,
      )
    else if (found.length > lines.length)
      faults.push(`${what} of ${container}: ${found.length - lines.length} lines more than were said`)
  }
  for (const container of is.keys()) if (!should.has(container)) faults.push(`${what}: nobody said anything as ${container}`)
  return faults
}

export function compareCounts(what: string, is: ReadonlyMap<string, number>, should: ReadonlyMap<string, number>): string[] {
  return [...new Set([...is.keys(), ...should.keys()])].flatMap((key) =>
    is.get(key) === should.get(key)
      ? []
      : [`${what}: ${key} has ${is.get(key) ?? 'none'}, should be ${should.get(key) ?? 'none'}`],
  )
}

/** Records follow what is stored: lists may lack it, or estimate it, for so long. */
const projectedWithinMs = 120_000

/** Faults of the lines of pods, which must be `expected` once they are counted. Of pods none of which runs. */
export async function podFaults(client: Client, expected: Map<string, number>): Promise<string[]> {
  const untilMs = performance.now() + projectedWithinMs
  for (;;) {
    const pods = await podCounts(client)
    const of = (count: 'lines' | 'ofLives'): Map<string, number> =>
      new Map([...pods].map(([uid, counts]) => [uid, counts[count]]))
    const estimates = [...pods].filter(([, { exact }]) => !exact).map(([uid]) => `pod ${uid}: its lines are an estimate`)
    const faults = [
      ...compareCounts('pods', of('lines'), expected),
      ...compareCounts('lives', of('ofLives'), expected),
      ...estimates,
    ]
    if (faults.length === 0 || performance.now() > untilMs) return faults
    await sleep(1000)
  }
}

const containerOf = ({ pod, container }: Named): string => `${pod}/${container}`

export function sameLines(a: readonly ShownLine[], b: readonly ShownLine[]): boolean {
  return a.length === b.length && a.every((line, i) => keyOf(line) === keyOf(b[i]!))
}
