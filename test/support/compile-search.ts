// A search text as a condition, as a request has it that needs no pods.
import { readSearchText } from '#query/search/search.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'

export const compileSearch = (text: string): Fragment => readSearchText(text).condition()
