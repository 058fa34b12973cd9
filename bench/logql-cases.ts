// The cases of Loki's own tests of LogQL's parser, stages and engine, against Afterlog: passed, not supported (and said
// so with its position), differing on purpose (with the reason), or wrong. Loki 2.2.1, the last one under the Apache
// License 2.0, is the judge; loki/loki-module.ts downloads and builds it, which needs Go and takes some minutes the first
// time. Exit code 1 where an answer is wrong, or less than 90 % have passed.
// Run by hand: npm run test:logql-cases [-- --only syntax|lines|queries]
import { parseArgs } from 'node:util'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { afterlogAt } from './loki/cases/afterlog.ts'
import { readCases } from './loki/cases/cases.ts'
import { startJudge } from './loki/cases/judge.ts'
import { checkLines } from './loki/cases/line-cases.ts'
import { Table } from './loki/cases/table.ts'
import { checkQueries } from './loki/cases/query-cases.ts'
import { checkParse } from './loki/cases/syntax-cases.ts'
import { lokiVersion } from './loki/loki-module.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const wants = (part: string): boolean => values.only === undefined || values.only === part

const cases = await readCases()
await using judge = await startJudge()
const table = new Table()
if (wants('syntax')) for (const one of cases.parse) table.add(one.group, await checkParse(one, judge))
if (wants('lines') || wants('queries')) {
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const afterlog = afterlogAt(resources.use(await startTestService()).url)
  if (wants('lines')) await checkLines(cases.lines, { afterlog, judge, table })
  if (wants('queries')) await checkQueries(cases, { afterlog, judge, table })
}
const total = table.total()
const share = total.passed / Object.values(total).reduce((sum, count) => sum + count, 0)
process.stdout.write(
  `${table.text()}\nLogQL beside Loki ${lokiVersion}: ${(share * 100).toFixed(1)} % passed, ${total.wrong} wrong\n`,
)
if (total.wrong > 0 || share < 0.9) process.exitCode = 1
