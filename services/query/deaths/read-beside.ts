// What `with` adds to a page of deaths: the other lives of the container, and which pod replaced the one that died.
// Both come from records, read once for a page; a large page is read in parts, so that few records are in memory.
import { readRecords } from '#query/pods/read-records.ts'
import { readReplacements, type Replacement } from '#query/pods/read-replacements.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { DeathRow } from './death-statements.ts'
import { livesMax, type Beside, type DeathJson } from './deaths-schema.ts'

const recordsAtOnce = 500

type Added = Pick<DeathJson, 'lives' | 'earlierLives' | 'replacement'>

/** One for each death, in their order. */
export async function readBeside(
  reading: Pick<RowReading, 'rows'>,
  tenant: string,
  deaths: readonly DeathRow[],
  wanted: readonly Beside[],
): Promise<Added[]> {
  if (wanted.length === 0) return deaths.map(() => ({}))
  const added = new Map<DeathRow, Added>()
  const uids = [...new Set(deaths.map(({ uid }) => uid))]
  for (let at = 0; at < uids.length; at += recordsAtOnce) {
    const some = new Set(uids.slice(at, at + recordsAtOnce))
    const records = await readRecords(reading, tenant, [...some])
    const replacements = wanted.includes('replacement')
      ? await readReplacements(reading, tenant, [...records.values()])
      : undefined
    for (const death of deaths.filter(({ uid }) => some.has(uid)))
      added.set(death, {
        ...(wanted.includes('lives') ? livesOf(death, records.get(death.uid)) : {}),
        ...(replacements === undefined ? {} : { replacement: replacementJson(replacements.get(death.uid)) }),
      })
  }
  return deaths.map((death) => added.get(death)!)
}

function livesOf({ container }: DeathRow, record: PodRecord | undefined): Pick<DeathJson, 'lives' | 'earlierLives'> {
  const lives = (record?.lives ?? []).filter((life) => life.container === container)
  return {
    lives: lives.slice(-livesMax).map(({ restart, containerId, startedAt, finishedAt, outcome, exitCode }) => ({
      restart,
      containerId,
      startedAt,
      endedAt: finishedAt,
      outcome,
      exitCode,
    })),
    earlierLives: Math.max(0, lives.length - livesMax),
  }
}

const replacementJson = (pod: Replacement | undefined): DeathJson['replacement'] =>
  pod === undefined ? null : { podUid: pod.uid, pod: pod.name }
