import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apartRe2, escapeSequence } from '#query/search/message-text.ts'
import { escapeString } from '#shared/clickhouse/escape-string.ts'

test.each(['0031-search-text.sql', '0031-search-text.cluster.sql'])(
  'a text of the search is parted where the columns of %s part messages',
  (file) => {
    const migration = readFileSync(new URL(`../../../../../migrations/${file}`, import.meta.url), 'utf8')
    expect(migration).toContain(escapeString(`(${apartRe2})`))
    expect(migration).toContain(escapeString(`(${escapeSequence})`))
    expect(migration).toContain(escapeString(escapeSequence))
  },
)
