// Pure: how many bytes of lines each label, or each set of labels, has: /loki/api/v1/index/volume and volume_range.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-log-volume
import type { Matcher } from './logql/syntax/logql-expr.ts'
import { sampleTime } from './sample-text.ts'
import type { StreamCount } from './read-label-sets.ts'

export interface VolumeOptions {
  matchers: readonly Matcher[]
  /** Empty: those of the matchers, or all where they name none. */
  targetLabels: readonly string[]
  /** `labels`: a volume for each name of a label, whatever its values are. */
  aggregateBy: 'series' | 'labels'
  /** At most so many, the largest. */
  limit: number
}

/** The labels that volumes are summed by; undefined for all. */
export function volumeLabels({
  matchers,
  targetLabels,
}: Pick<VolumeOptions, 'matchers' | 'targetLabels'>): readonly string[] | undefined {
  const names = targetLabels.length > 0 ? targetLabels : matchers.map(({ name }) => name)
  return names.length === 0 ? undefined : [...new Set(names)]
}

export interface Volume {
  metric: Readonly<Record<string, string>>
  /** Bytes by the bucket of the count. */
  points: ReadonlyMap<bigint, number>
}

export function volumes(counts: readonly StreamCount[], options: VolumeOptions): Volume[] {
  const { matchers, targetLabels, aggregateBy, limit } = options
  const named = volumeLabels({ matchers, targetLabels }) ?? []
  const byKey = new Map<string, { metric: Record<string, string>; points: Map<bigint, number>; bytes: number }>()
  for (const { labels, bucket, bytes } of counts) {
    const own = (named.length > 0 ? named : Object.keys(labels))
      .filter((name) => (labels[name] ?? '') !== '')
      .toSorted()
    const metrics =
      aggregateBy === 'labels'
        ? own.map((name) => ({ [name]: '' }))
        : own.length === 0
          ? []
          : [Object.fromEntries(own.map((name) => [name, labels[name]!]))]
    for (const metric of metrics) {
      const key = JSON.stringify(metric)
      const volume = byKey.get(key) ?? { metric, points: new Map<bigint, number>(), bytes: 0 }
      byKey.set(key, volume)
      volume.bytes += bytes
      volume.points.set(bucket, (volume.points.get(bucket) ?? 0) + bytes)
    }
  }
  return [...byKey.entries()]
    .toSorted(([a, { bytes: bytesA }], [b, { bytes: bytesB }]) => bytesB - bytesA || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([, { metric, points }]) => ({ metric, points }))
}

/** One value each, at `atNs`. */
export const volumeVector = (list: readonly Volume[], atNs: bigint) =>
  list.map(({ metric, points }) => ({
    metric,
    value: [sampleTime(atNs), String([...points.values()].reduce((sum, bytes) => sum + bytes, 0))] as const,
  }))

/** A value for each bucket that has lines, at its begin. `startNs` is that of bucket 0. */
export const volumeMatrix = (list: readonly Volume[], { startNs, stepNs }: { startNs: bigint; stepNs: bigint }) =>
  list.map(({ metric, points }) => ({
    metric,
    values: [...points.entries()]
      .toSorted(([a], [b]) => Number(a - b))
      .map(([bucket, bytes]) => [sampleTime(startNs + bucket * stepNs), String(bytes)] as const),
  }))
