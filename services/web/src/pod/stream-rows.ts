// Pure: the lines of a pod as the rows of the list: lines, gaps, and dividers where a life of a container begins.
import type { Container, Life, Line } from '../api/types.ts'
import { lineKey, uniqueKeys } from '../lines/line-key.ts'

export type Row =
  | { kind: 'line'; key: string; line: Line; isFirstOfTrace: boolean }
  | { kind: 'gap'; key: string; line: Line; gap: NonNullable<Line['gap']> }
  | { kind: 'life'; key: string; container: string; restart: number; life: Life | undefined; before: Life | undefined }

/** `hasAll`: there are no older lines than these. */
export function rowsOf(lines: readonly Line[], containers: readonly Container[], hasAll: boolean): Row[] {
  const livesByName = new Map(containers.map(({ name, lives }) => [name, lives]))
  const restarts = new Map<string, number>()
  const rows: Row[] = []
  const unique = uniqueKeys()
  for (const line of lines) {
    const { container, restart, gap } = line
    const before = restarts.get(container)
    if (restart !== null && restart !== before) {
      restarts.set(container, restart)
      const lives = livesByName.get(container) ?? []
      if (before !== undefined || hasAll)
        rows.push({
          kind: 'life',
          key: unique(`life ${container} ${restart} ${line.time}`),
          container,
          restart,
          life: lives.find((life) => life.restart === restart),
          before: before === undefined ? undefined : lives.find((life) => life.restart === before),
        })
    }
    const key = unique(lineKey(line))
    if (gap !== undefined) rows.push({ kind: 'gap', key, line, gap })
    else rows.push({ kind: 'line', key, line, isFirstOfTrace: line.continues !== true })
  }
  return rows
}
