import { expect, test } from 'vitest'
import { namesRead } from '#shared/damage-search.ts'

test('names that a statement reads from are those of tables and of its WITH, each once', () => {
  expect(namesRead('WITH page AS (SELECT ts FROM logs FINAL WHERE 1) SELECT * FROM page ANY LEFT JOIN pods USING uid')).toEqual([
    'logs',
    'page',
    'pods',
  ])
  expect(namesRead('SELECT 1 FROM system.parts, (SELECT 2 FROM numbers(3) UNION ALL SELECT 4\n  FROM logs)')).toEqual(['logs'])
})
