import { expect, test } from 'vitest'
import { splitStatements } from '#shared/migrations/split-statements.ts'

test('a semicolon in a comment, a string or a quoted name ends no statement', () => {
  const text = `
    -- one; two
    CREATE TABLE a (x String DEFAULT ';''--' /* ; ' */, \`b;c\` UInt8, "d;e" UInt8); -- it's the end;
    INSERT INTO a SELECT '\\';', 'x' ;;
    SELECT 1 -- no semicolon at the end`
  expect(splitStatements(text).map((statement) => statement.replaceAll(/\s+/g, ' '))).toEqual([
    `CREATE TABLE a (x String DEFAULT ';''--' , \`b;c\` UInt8, "d;e" UInt8)`,
    `INSERT INTO a SELECT '\\';', 'x'`,
    'SELECT 1',
  ])
})

test('comments alone are no statement', () => {
  expect(splitStatements('-- nothing\n/* here; */ ;\n')).toEqual([])
})

test('an unfinished string or comment reaches to the end and is left to the engine to refuse', () => {
  expect(splitStatements(`SELECT 'a; b`)).toEqual([`SELECT 'a; b`])
  expect(splitStatements(`SELECT 1; /* a; b`)).toEqual(['SELECT 1'])
})
