// The counts of the cases by group. What differs on purpose is told apart from what is wrong, with its reason.
import { onPurpose } from './on-purpose.ts'
import type { Outcome } from './outcome.ts'

const columns = ['passed', 'not supported', 'differs on purpose', 'wrong'] as const
export type Counts = Record<(typeof columns)[number], number>

export class Table {
  private readonly groups = new Map<string, Counts>()
  private readonly reasons = new Map<string, string[]>()
  private readonly wrong: string[] = []
  private readonly unsupported: string[] = []

  add(group: string, outcome: Outcome): void {
    const counts = this.groups.get(group) ?? none()
    this.groups.set(group, counts)
    if (outcome.outcome === 'not supported') this.unsupported.push(`${group}: ${outcome.query}\n  ${outcome.came}`)
    if (outcome.outcome !== 'wrong') return void (counts[outcome.outcome] += 1)
    const purpose = onPurpose.find(({ is }) => is(outcome))
    counts[purpose === undefined ? 'wrong' : 'differs on purpose'] += 1
    const { query, expected, came } = outcome
    if (purpose === undefined)
      this.wrong.push(`${group}: ${query}\n  expected ${expected.slice(0, 1000)}\n  came     ${came.slice(0, 1000)}`)
    else this.reasons.set(purpose.reason, [...(this.reasons.get(purpose.reason) ?? []), `${group}: ${oneLine(query)}`])
  }

  total(): Counts {
    const total = none()
    for (const counts of this.groups.values()) for (const column of columns) total[column] += counts[column]
    return total
  }

  /** All that did not pass, and then the counts. */
  text(): string {
    const row = (name: string, counts: Counts): string => `| ${[name, ...columns.map((column) => counts[column])].join(' | ')} |`
    return [
      ...this.unsupported.map((one) => `not supported, ${one}`),
      ...[...this.reasons].map(([reason, queries]) => `on purpose: ${reason}:\n${queries.map((one) => `  ${one}`).join('\n')}`),
      ...this.wrong.map((one) => `WRONG, ${one}`),
      `| cases | ${columns.join(' | ')} |`,
      `|---${'|---'.repeat(columns.length)}|`,
      ...[...this.groups].map(([name, counts]) => row(name, counts)),
      row('all', this.total()),
    ].join('\n')
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')
const none = (): Counts => ({ passed: 0, 'not supported': 0, 'differs on purpose': 0, wrong: 0 })
