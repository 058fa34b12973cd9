// Obituaries: what is known of a dead pod as one document, kept for years, longer than its lines and than what Kubernetes said of it.
// Written when the death is known and again when anything in it changed; two writers of one pod write the same.
import { sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { isBad } from '#query/plan/last-words.ts'
import { composeObituary } from '#query/read/obituary.ts'
import { withKept } from '#query/render/kept-obituary.ts'
import type { Obituary } from '#query/render/obituary.ts'
import type { PodReader } from '#query/read/pods.ts'
import type { Reading } from '#query/read/reading.ts'
import { renderPod, type PodFacts, type PodJson } from '#query/render/pod.ts'

export interface Obituaries {
  /** Writes what has changed of those that died; `lines`: only where their number has. Resolves to how many were written. */
  write(tenant: string, pods: readonly PodFacts[], only?: 'lines'): Promise<number>
}

export interface ObituariesOptions {
  store: LogStore
  reading: Reading
  reader: PodReader
}

const died = (outcome: Outcome): boolean => outcome !== 'running' && outcome !== 'unknown'

export function createObituaries({ store, reading, reader }: ObituariesOptions): Obituaries {
  async function write(tenant: string, pods: readonly PodFacts[], only?: 'lines'): Promise<number> {
    const dead = pods.filter((facts) => died(renderPod(facts).pod.outcome))
    if (dead.length === 0) return 0
    const counted = await reader.counted(tenant, dead)
    const kept = await reading.rows<{ uid: string; lines: string; document: string }>(
      keptDocuments(
        tenant,
        dead.map(({ uid }) => uid),
      ),
    )
    const before = new Map(kept.map((row) => [row.uid, row]))
    let written = 0
    // Composing is what takes time: what is composed is kept although the next ones may never be.
    for (let from = 0; from < counted.length; from += insertedAtOnce) {
      const rows: string[] = []
      const waiting = counted.slice(from, from + insertedAtOnce).values()
      const compose = async (): Promise<void> => {
        for (const facts of waiting) {
          const { pod } = renderPod(facts)
          const known = before.get(pod.uid)
          if (only === 'lines' && known?.lines === String(pod.lines)) continue
          // What died beside it is told by facts, which are kept as long: it is looked for when asked.
          const composed = await composeObituary(reading, tenant, pod.uid, { beside: false })
          if (composed === undefined) continue
          const last = known === undefined ? undefined : (JSON.parse(known.document) as Obituary)
          const document = JSON.stringify(withKept(composed, last))
          if (document === known?.document && known.lines === String(pod.lines)) continue
          rows.push(`${rowOf(tenant, pod, document)}\n`)
        }
      }
      await Promise.all(Array.from({ length: composedAtOnce }, compose))
      await store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })
      written += rows.length
    }
    return written
  }
  return { write }
}

function rowOf(tenant: string, pod: PodJson, document: string): string {
  const { cluster, namespace, name, uid, outcome, diedAt, lines, containers } = pod
  const bad = isBad(outcome) || containers.some(({ lives }) => lives.some((life) => isBad(life.outcome)))
  const at = diedAt?.replace('T', ' ').replace('Z', '') ?? null
  return JSON.stringify([tenant, cluster, namespace, name, uid, outcome, at, Number(bad), lines, document])
}

/** Of the six statements that the embedded engine reads with at once. */
const composedAtOnce = 3
const insertedAtOnce = 50
const columns = ['tenant', 'cluster', 'namespace', 'pod', 'uid', 'outcome', 'died_at', 'bad', 'lines', 'document']

const keptDocuments = (tenant: string, uids: readonly string[]): Fragment =>
  sql`SELECT uid, toString(lines) AS lines, document FROM obituaries FINAL WHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)}`
