// The obituary that was written last: as good as a new one where nothing that it rests on has changed, and what is left of a pod once its
// lines, and all that Kubernetes said of it, are gone.
import { keptDocuments, type DocumentRow } from '#query/plan/kept-pods.ts'
import { withKept } from '#query/render/kept-obituary.ts'
import type { Obituary } from '#query/render/obituary.ts'
import type { PodDetailJson } from '#query/render/pod-detail.ts'
import { digestOf, type Summary } from '#query/render/summary.ts'
import { readScenes } from './death-scenes.ts'
import { isAsItWas } from './kept-pods.ts'
import { composeObituary, diedBeside } from './obituary.ts'
import { readMarks } from './pod-keys.ts'
import type { Reading, RowReading } from './reading.ts'
import { readReplacements } from './replacements.ts'

/** ms after a death within which the pod in its place may still be told of, or start. */
const replacedWithinMs = 3_600_000

/** undefined where nobody ever told of the pod. `uid`: in any form that names one. */
export async function readObituary(reading: Reading, tenant: string, uid: string): Promise<Obituary | undefined> {
  const [marks, [row]] = await Promise.all([
    readMarks(reading, tenant, [uid]),
    reading.rows<DocumentRow>(keptDocuments(tenant, [uid])),
  ])
  if (row !== undefined && isAsItWas(row, marks.get(uid))) {
    const still = await ifUnchanged(reading, tenant, row)
    if (still !== undefined) return still
  }
  const composed = await composeObituary(reading, tenant, uid)
  const kept = await keptObituary(reading, tenant, composed?.pod.uid ?? uid)
  return composed === undefined ? kept : withKept(composed, kept)
}

/** What is not stored under the pod, and so leaves no mark on it: its node, the kernel, whoever replaced it, who died beside it. */
async function ifUnchanged(reading: Reading, tenant: string, row: DocumentRow): Promise<Obituary | undefined> {
  const kept = JSON.parse(row.document) as Obituary
  const { pod, ended, scene, seen, replaced } = JSON.parse(row.summary) as Summary
  const stands = kept.replacement !== null && row.writtenAt - Date.parse(ended?.at ?? '') > replacedWithinMs
  const [[there], next, alsoDied] = await Promise.all([
    readScenes(reading, tenant, [scene]),
    readReplacements(reading, tenant, replaced === null || stands ? [] : [replaced]),
    diedBeside(reading, tenant, pod, ended?.at ?? null),
  ])
  const replacement = stands ? kept.replacement : (next.get(pod.uid) ?? null)
  const same = digestOf(there!) === seen && JSON.stringify(replacement) === JSON.stringify(kept.replacement)
  return same ? { ...kept, alsoDied } : undefined
}

/** `uid`: of the API, or unresolved:… */
async function keptObituary({ rows }: RowReading, tenant: string, uid: string): Promise<Obituary | undefined> {
  const [row] = await rows<DocumentRow>(keptDocuments(tenant, [uid]))
  return row === undefined ? undefined : (JSON.parse(row.document) as Obituary)
}

/** As GET /v1/pods/{uid} shows it. Events are kept as long as obituaries: where nothing else is left there were none. */
export async function keptDetail(reading: RowReading, tenant: string, uid: string): Promise<PodDetailJson | undefined> {
  const kept = await keptObituary(reading, tenant, uid)
  if (kept === undefined) return undefined
  const { pod, cause, evidence, replacement } = kept
  return { ...pod, cause, evidence, events: [], replacement }
}
