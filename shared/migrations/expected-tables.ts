// Pure: the tables and views that migrations leave behind. One that is missing lost its definition: every statement
// about it would fail, or a view would note nothing, without a word.
import { splitStatements } from './split-statements.ts'

const created = /^CREATE (?:TABLE|MATERIALIZED VIEW|VIEW) IF NOT EXISTS ([\w{}]+)/i
const dropped = /^DROP (?:TABLE|VIEW) (?:IF EXISTS )?([\w{}]+)/i
const renamed = /^RENAME TABLE ([\w{}]+) TO ([\w{}]+)/i

/** @param texts Migrations in their order. */
export function expectedTables(texts: readonly string[]): string[] {
  const names = new Set<string>()
  for (const statement of texts.flatMap(splitStatements)) {
    const add = created.exec(statement)
    const drop = dropped.exec(statement)
    const rename = renamed.exec(statement)
    if (add !== null) names.add(add[1]!)
    if (drop !== null) names.delete(drop[1]!)
    if (rename !== null && names.delete(rename[1]!)) names.add(rename[2]!)
  }
  return [...names].toSorted()
}
