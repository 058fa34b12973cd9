// Pure: sizes of the store as GET /v1/store shows them.
import { endsAt } from '#shared/retention/partitions.ts'
import type { RetentionSettings } from '#shared/retention/retention.ts'
import { formatDay, formatTime } from '#shared/time/format-time.ts'
import type { DiskRow, TableSizeRow } from './store-statements.ts'
import type { StoreJson } from './store-schema.ts'

/** As the engine writes the key of a partition of `logs`: (20261123,'default'). */
const key = /^\((\d{8}),'(.+)'\)$/

export function diskJson(
  sizes: readonly TableSizeRow[],
  disks: readonly DiskRow[],
  settings: RetentionSettings,
): StoreJson['disk'] {
  const sizeOf = ({ rows, bytes, bytesUncompressed, parts }: TableSizeRow) => ({
    rows,
    bytes,
    bytesUncompressed,
    parts,
  })
  return {
    partitions: sizes.flatMap((row) => {
      const [, day = '', name = ''] = key.exec(row.partition) ?? []
      if (day === '') return []
      const endMs = endsAt({ day: Number(day), class: name }, settings)
      const expires = Number.isFinite(endMs) ? formatTime(BigInt(endMs) * 1_000_000n) : null
      return [{ day: formatDay(Number(day)), class: name, ...sizeOf(row), expires }]
    }),
    tables: sizes
      .filter(({ partition }) => partition === '')
      .map((row) => ({ table: row.table.replace(/_local$/, ''), ...sizeOf(row) }))
      .toSorted((a, b) => b.bytes - a.bytes),
    disks: [...disks],
  }
}
