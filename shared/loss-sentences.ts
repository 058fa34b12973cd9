// Pure: what GET /readyz and the log say of lost parts: what their rows are missed for, by table, and what to do.
import { ledgerName } from './parts-ledger.ts'
import { formatDay } from './time/format-time.ts'

/** A part whose rows are in no answer. */
export interface LostPart {
  table: string
  /** The engine's id. */
  partition: string
  part: string
  /** Of its rows, such as 20261123; '' where that is not known. */
  day: string
  /** Tells a part that is gone from another that had its name before; '' of one that was set aside. */
  version: string
}

export interface LostPartRow extends LostPart {
  host: string
  bytes: number
  /** Where it was set aside; '' of a part that is gone or was replaced by another one. */
  path: string
}

/** Names the work that makes good for a lost part, which is done once for all processes. */
export const jobOfLostPart = ({ table, partition, part, version }: LostPart): string =>
  `lost ${table} ${partition} ${part}${version === '' ? '' : ` ${version}`}`

/** One sentence for each table, or two where some parts are gone and some are set aside. */
export const lossSentences = (parts: readonly LostPartRow[]): string[] =>
  [...Map.groupBy(parts, ({ table, path }) => `${table} ${path === ''}`).values()].map(sentenceOf)

function sentenceOf(parts: readonly LostPartRow[]): string {
  const [{ table, path, part }] = parts as [LostPartRow, ...LostPartRow[]]
  const others = parts.length === 1 ? '' : ` and ${parts.length - 1} more`
  const loss = lossOf(table)
  const days = [...new Set(parts.map(({ day }) => day))].filter((day) => day !== '').toSorted()
  const ofDays = days.length === 0 ? '' : `, with rows of ${days.map((day) => formatDay(Number(day))).join(', ')}`
  if (path === '')
    return (
      `parts of ${table} are gone or were replaced, ${parts.length} (${part}${others})${ofDays}: ${loss}; ` +
      `restore them from a backup, or delete ${ledgerName} of the data directory to accept the loss`
    )
  const bytes = parts.reduce((sum, each) => sum + each.bytes, 0)
  return (
    `broken parts of ${table} were set aside, ${parts.length} (${bytes} bytes, in ${path}${others})${ofDays}: ${loss}; ` +
    'restore it from a backup, or delete the directory to accept the loss'
  )
}

export const whatToDo = (table: string): string =>
  `${lossOf(table)}; restore it from a backup, or accept the loss, as docs/damage.md says`

const lossOf = (table: string): string => lossOfTable[table] ?? 'what was stored there is in no answer'

const fragments = 'no line is missing, but fragments of joined lines may be lines of their own'
const rules = 'no line is missing; where rules are lost, nothing expires until an operator PUTs rules'
const projected = 'no line is missing, but pods may be in lists as they were before their last changes'

const ofLetters = 'no line is missing; what dead letters say of lines that are missing is stored again'

/** Tables whose rows are no lines, facts or records themselves. */
const lossOfTable: Readonly<Record<string, string>> = {
  absorbed_lines: fragments,
  absorbed_lines_copy: fragments,
  retention_rules: rules,
  retention_rules_copy: rules,
  retention_marks: rules,
  pod_change_feed: projected,
  pod_record_feed: projected,
  pod_watermarks: projected,
  job_watermarks: 'no line is missing; work that was done already may be done again',
  lines_of_lives: 'no line is missing, but pods whose lines are all there may lack lives and estimates',
  pod_aliases: 'no line is missing, but lines may be missed where a pod is asked for',
  pod_lookup: 'no line is missing, but pods may be missing in lists; npm run project -- --rebuild makes it again',
  kept_counts: 'numbers of lines that have expired may be too small',
  inexact_days: 'no line is missing, but numbers of lines may be called exact that are not',
  refused_lines: ofLetters,
  pod_losses: ofLetters,
  dead_letter_replays: 'no line is missing, but dead letters that were sent again may be listed as if they were not',
  reserved_room: 'no line is missing; the room is taken again',
  migrations: 'no line is missing',
}
