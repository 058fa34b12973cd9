// Pure: which times of a pod's facts are believed. As of lines (services/ingest/normalise/time-window.ts), a time more
// than an hour ahead of when its fact was stored is none: it would put its pod before all others for years.
import { aheadMsMax } from '#shared/lifecycle/clock.ts'
import type { LifeEvidence } from '#shared/lifecycle/evidence.ts'
import type { PodRow } from './rows.ts'

/** The latest time that is believed of a pod whose newest fact was stored then, epoch ms. */
export const believedUntil = (storedMs: number): string =>
  new Date(storedMs + aheadMsMax).toISOString().replace('Z', '999999Z')

/** A deletion was asked for all the same: not before the newest time of the object that is believed. */
export function withBelievedTimes(row: PodRow, until: string): PodRow {
  const { createdAt, startedAt, disruptionAt, deletedAt, statusAt } = row
  return {
    ...row,
    createdAt: believed(createdAt, until),
    startedAt: believed(startedAt, until),
    disruptionAt: believed(disruptionAt, until),
    deletedAt: deletedAt === null ? null : (believed(deletedAt, until) ?? statusAt ?? until),
  }
}

/** The lives with none of the times that are not believed. */
export const livesInTime = <Life extends LifeEvidence>(lives: readonly Life[], until: string): Life[] =>
  lives.map((life) => ({
    ...life,
    startedAt: believed(life.startedAt, until),
    finishedAt: believed(life.finishedAt, until),
  }))

const believed = (time: string | null, until: string): string | null => (time !== null && time > until ? null : time)
