// Pure: writes the summary of an import: what was stored, what was not and why, and what to do about it.
import type { ImportResult } from '../run-import.ts'
import type { Tally } from '../tally.ts'
import { visible } from '#shared/visible-text.ts'
import { duration, whole } from './progress.ts'

export interface SummaryInput {
  path: string
  url: string
  embedded: boolean
  seconds: number
  tally: Tally
  result: ImportResult
}

/** Whether every line of every file that is a log is stored. */
export function isComplete(tally: Tally, result: ImportResult): boolean {
  return result.stopped === undefined && tally.refused.size === 0 && tally.problems.length === 0
}

const counted = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`

export function summary({ path, url, embedded, seconds, tally, result }: SummaryInput): string {
  const { plan, node, mute, stopped } = result
  const refused = [...tally.refused.values()].reduce((sum, { count }) => sum + count, 0)
  const out: string[] = []
  if (stopped !== undefined)
    out.push(`stopped: ${stopped}`, 'Run the same command again to go on where it stopped.', '')
  out.push(
    `${path}${node === '' ? '' : `, node ${node}`}: ` +
      `${counted(tally.lines, 'line')} in ${counted(tally.files, 'file')} of ${counted(tally.pods.size, 'pod')}, ` +
      `${duration(seconds)}, ${whole(tally.lines / Math.max(seconds, 0.001))} lines/s`,
  )
  out.push(row(tally.accepted - tally.repeated, 'stored now'))
  if (tally.fromEarlierRun > 0) out.push(row(tally.fromEarlierRun, 'stored by an earlier import'))
  if (tally.repeated > 0) out.push(row(tally.repeated, 'stored already; sent again, which changes nothing'))
  if (tally.fromAgent > 0) out.push(row(tally.fromAgent, 'stored already by an agent, without offsets: not sent'))
  out.push(row(refused, 'not stored'))
  for (const [code, { count, example }] of tally.refused) {
    out.push(row(count, nameOf(code, example), 4))
    if (code !== example) out.push(`${' '.repeat(18)}${example}`)
    const advice = adviceOf(code)
    if (advice !== undefined) out.push(`${' '.repeat(18)}${advice}`)
  }
  if (mute)
    out.push(
      '  This address answers no queries, so everything was sent.',
      '  Lines that an agent stored without offset are there twice.',
      '  Import through the address of the query service to avoid that.',
    )
  if (tally.undated > 0)
    out.push(
      row(
        tally.undated,
        "lines of the node's own logs have no time: stored with the time of the line before, or of the file",
      ),
    )
  if (tally.cut > 0) out.push(row(tally.cut, 'lines of more than 1 MiB: stored without their end'))
  if (tally.skippedBytes > 0)
    out.push(
      row(
        tally.skippedBytes,
        'bytes in front of lines skipped: zero bytes, as a crash leaves them, or a byte order mark',
      ),
    )
  if (tally.problems.length > 0)
    out.push(
      '',
      'problems with files:',
      ...listed(tally.problems.map((problem) => `  ${problem.path}: ${problem.reason}`)),
    )
  if (plan.notRead.length > 0) {
    out.push(
      '',
      'not read:',
      ...listed(
        plan.notRead.map(({ reason, count, example }) => `${row(count, reason)} (${example}${count > 1 ? ', …' : ''})`),
      ),
    )
  }
  const address = embedded ? 'http://127.0.0.1:8080' : url
  const query = node === '' ? '' : `?node=${node}`
  out.push('', `Read them: ${embedded ? `npm start, then ` : ''}curl '${address}/v1/pods${query}'`)
  // Names of files come from whoever made the archive.
  return `${out.map(visible).join('\n')}\n`
}

const row = (count: number, text: string, indent = 0): string =>
  `${' '.repeat(indent)}${whole(count).padStart(14)}  ${text}`

const listedMax = 50

function listed(lines: readonly string[]): string[] {
  return lines.length <= listedMax
    ? [...lines]
    : [...lines.slice(0, listedMax), `  … and ${whole(lines.length - listedMax)} more`]
}

function nameOf(code: string, example: string): string {
  switch (code) {
    case 'too-old':
      return 'older than the retention of their namespace'
    case 'in-the-future':
      return 'more than an hour ahead of this moment'
    case 'bad-cri':
      return 'not lines of a container log (the last line of a file may have been cut by the crash)'
    case 'bad-time':
      return 'with a time that cannot be read'
    case 'unnamed':
      return 'without a reason in the answer of the server'
    default:
      return example
  }
}

function adviceOf(code: string): string | undefined {
  switch (code) {
    case 'too-old':
      return 'Set AFTERLOG_RETENTION=default=90d (or more days) for the service, restart it, import again.'
    case 'in-the-future':
      return "The node's clock, or this machine's, was wrong; import again once these times have come."
    case 'bad-cri':
      return 'They are among the dead letters: GET /v1/dead-letters.'
    default:
      return undefined
  }
}
