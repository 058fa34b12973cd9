// Pure: versions of the retention rules, from their rows and back.
import type { VersionRow } from './rule-tables.ts'
import {
  lastWordsText,
  parseLastWords,
  parseRetention,
  releasedBy,
  retentionText,
  type RetentionSettings,
} from './retention.ts'

export interface RetentionVersion extends RetentionSettings {
  source: 'environment' | 'put'
  /** ms since 1970 of the first arrival under it; undefined for the environment's, unless a DELETE returned to it. */
  inForceMs: number | undefined
}

export interface VersionsOptions {
  environment: RetentionSettings
  /** Returns when a version begins that is stored with this time. */
  beginOf(ms: number): number
}

/** Newest first, like the rows. A row that is not valid is left out. */
export function versionsOf(rows: readonly VersionRow[], { environment, beginOf }: VersionsOptions): RetentionVersion[] {
  const versions: RetentionVersion[] = []
  for (const row of rows.toReversed()) {
    const settings = settingsOf(row, environment)
    if (settings === undefined) continue
    const more = row.released.split(',').filter((name) => name !== '')
    const before = versions[0]
    const released = before === undefined ? new Set(more) : releasedBy(before, settings.rules, more)
    versions.unshift({
      ...settings,
      released,
      source: row.rules === '' ? 'environment' : 'put',
      inForceMs: beginOf(Number(row.ms)),
    })
  }
  return versions
}

function settingsOf({ rules, lastWords }: VersionRow, environment: RetentionSettings): RetentionSettings | undefined {
  if (rules === '') return environment
  try {
    return { rules: parseRetention(rules), lastWords: parseLastWords(lastWords) }
  } catch {
    return undefined
  }
}

export function rowOf({ source, inForceMs, rules, lastWords, released }: RetentionVersion): VersionRow {
  const isEnvironment = source === 'environment'
  return {
    ms: String(inForceMs),
    rules: isEnvironment ? '' : retentionText(rules),
    lastWords: isEnvironment ? '' : lastWordsText(lastWords),
    released: [...(released ?? [])].join(','),
  }
}
