// Markdown of measurements: one line per variant, and a table of query costs.
import type { Measurement } from './measure.ts'

export const header =
  '| variant | insert CPU s/M | merge CPU s/M | MB as inserted | MB merged | parts | resident MB at most |\n|---|---|---|---|---|---|---|'

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1)

export function line(m: Measurement): string {
  const millions = m.rowsMerged / 1e6
  return `| ${m.variant} | ${(m.insertCpuS / millions).toFixed(1)} | ${(m.mergeCpuS / millions).toFixed(1)} | ${mb(m.bytesInserted)} | ${mb(m.bytesMerged)} | ${m.partsInserted} | ${m.residentMb} |`
}

/** CPU ms (wall ms) per query, a column per variant. */
export function queryTable(all: readonly Measurement[], when: 'unmerged' | 'merged'): string {
  const measured = all.filter((m) => m[when].length > 0)
  const names = measured[0]?.[when].map((q) => q.name) ?? []
  const head = `| ${when}: CPU ms (wall ms) | ${measured.map((m) => m.variant).join(' | ')} |\n|---|${measured.map(() => '---').join('|')}|`
  const rows = names.map((name) => {
    const cells = measured
      .map((m) => m[when].find((q) => q.name === name))
      .map((q) => (q === undefined ? '' : `${q.cpuMs.toFixed(0)} (${q.wallMs.toFixed(0)})`))
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [head, ...rows].join('\n')
}
