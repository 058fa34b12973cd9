// Pure: the tables and views that migrations leave behind. One that is missing lost its definition: every statement
// about it would fail, or a view would note nothing, without a word.
import { splitStatements } from './split-statements.ts'

const created = /^CREATE (?:OR REPLACE )?(?:TABLE|MATERIALIZED VIEW|VIEW) (?:IF NOT EXISTS )?([\w{}]+)/i
const dropped = /^DROP (?:TABLE|VIEW) (?:IF EXISTS )?([\w{}]+)/i
const renamed = /([\w{}]+) TO ([\w{}]+)/gi

/** @param texts Migrations in their order. */
export function expectedTables(texts: readonly string[]): string[] {
  const names = new Set<string>()
  for (const statement of texts.flatMap(splitStatements)) {
    const add = created.exec(statement)
    const drop = dropped.exec(statement)
    const renames = statement.startsWith('RENAME TABLE') ? [...statement.matchAll(renamed)] : []
    if (add !== null) names.add(add[1]!)
    if (drop !== null) names.delete(drop[1]!)
    for (const [, name] of renames) names.delete(name!)
    for (const [, , name] of renames) names.add(name!)
  }
  return [...names].toSorted()
}

const createsView = /^CREATE MATERIALIZED VIEW /i
const queryOf = /^ALTER TABLE ([\w{}]+) .*?MODIFY QUERY\s/is

/** The statements that make a view as the migrations leave it; undefined of a table, whose rows no statement makes. */
export function viewStatements(texts: readonly string[], name: string): string[] | undefined {
  let made: string[] | undefined
  for (const statement of texts.flatMap(splitStatements)) {
    if (created.exec(statement)?.[1] === name) made = createsView.test(statement) ? [statement] : undefined
    else if (queryOf.exec(statement)?.[1] === name) made?.push(statement)
  }
  return made
}
