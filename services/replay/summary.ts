// Pure: the summary that a replay prints at its end.
import { visible } from '#shared/visible-text.ts'
import { whole } from '../import/report/progress.ts'
import type { Tally } from './tally.ts'

export interface SummaryInput {
  url: string
  seconds: number
  dryRun: boolean
  tally: Tally
  /** Why it stopped early, or undefined. */
  stopped: string | undefined
}

/** Whether all letters have been replayed. */
export function isComplete({ refused, stuck }: Tally, stopped: string | undefined): boolean {
  return stopped === undefined && refused.size === 0 && stuck.length === 0
}

export function summary({ url, seconds, dryRun, tally, stopped }: SummaryInput): string {
  const out: string[] = []
  if (stopped !== undefined) out.push(`stopped: ${stopped}`, 'Run the same command again to go on.', '')
  out.push(
    `${url}: ${whole(tally.letters)} dead letters, ${seconds.toFixed(1)} s`,
    row(tally.stored, dryRun ? 'would be sent again' : 'stored now'),
  )
  const refused = [...tally.refused.values()].reduce((sum, { count }) => sum + count, 0)
  if (refused > 0) {
    out.push(row(refused, 'refused again: still dead letters'))
    for (const [code, { count, example }] of tally.refused) out.push(row(count, code, 4), `${' '.repeat(20)}${example}`)
  }
  if (tally.partly > 0)
    out.push(`  ${whole(tally.partly)} of these were records of whole messages; each is a dead letter of its own now.`)
  if (tally.stuck.length > 0) {
    out.push(row(tally.stuck.length, 'cannot be sent again'))
    out.push(
      ...tally.stuck
        .slice(0, listedMax)
        .map(({ origin, id, reason }) => `    ${origin} (id ${id}) ${reason}${fetchedBy(origin)}`),
    )
    if (tally.stuck.length > listedMax) out.push(`    … and ${whole(tally.stuck.length - listedMax)} more`)
  }
  // Reasons and origins repeat what senders sent.
  return `${out.map(visible).join('\n')}\n`
}

const listedMax = 50

const row = (count: number, text: string, indent = 0): string =>
  `${' '.repeat(indent)}${whole(count).padStart(14)}  ${text}`

/** Returns the command that fetches the whole message from Kafka, while Kafka still has it. */
function fetchedBy(origin: string): string {
  const match = /^kafka:([^/]+)\/(\d+)@(\d+)/.exec(origin)
  return match === null ? '' : `: kcat -C -b BROKER -t ${match[1]} -p ${match[2]} -o ${match[3]} -c 1 -e`
}
