// `npm run test:logcli`: logcli of Loki 2.2.1 asks a real service about a known corpus, as its users do, and each answer
// is compared with plain code over the lines. AFTERLOG_LOGCLI names a logcli to run instead of the one that is built
// here, which needs Go. Exit code 1 where an answer is wrong.
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { post } from './load/post.ts'
import type { Output } from './loki/logcli/case.ts'
import { makeCorpus, posted, type CorpusLine } from './loki/logcli/corpus.ts'
import { lineCases } from './loki/logcli/line-cases.ts'
import { nameCases } from './loki/logcli/name-cases.ts'
import { numberCases } from './loki/logcli/number-cases.ts'
import { logcliAt } from './loki/logcli/run.ts'
import { tailAll, tails } from './loki/logcli/tails.ts'
import { buildLogcli, lokiVersion } from './loki/loki-module.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function prove(): Promise<number> {
  const named = process.env['AFTERLOG_LOGCLI']
  const path = named ?? (await buildLogcli())
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const { url } = resources.use(await startTestService())
  const logcli = logcliAt(path, url)
  const corpus = makeCorpus(BigInt(Date.now()) * 1_000_000n)
  await send(url, corpus.lines)
  await send(url, corpus.others, { 'x-scope-orgid': 'team-a' })
  const cases = [...lineCases(corpus), ...numberCases(corpus), ...nameCases(corpus)]
  let wrong = 0
  const judge = (args: readonly string[], check: () => void): void => {
    const how = thrownBy(check)
    if (how !== undefined) wrong++
    say(`${how === undefined ? 'right' : 'WRONG'}  logcli ${args.map(quoted).join(' ')}${how === undefined ? '' : `\n${how}`}`)
  }
  for (const { args, check } of cases) {
    const output: Output = await logcli(args)
    judge(args, () => check(output))
  }
  const all = tails(corpus)
  const { arrived, outputs } = await tailAll(url, logcli, all)
  for (const [i, { args, check }] of all.entries()) judge(args, () => check(arrived, outputs[i]!))
  const count = cases.length + all.length
  say(`${named ?? `logcli ${lokiVersion}`}: ${count} calls, ${count - wrong} right, ${wrong} wrong`)
  return wrong
}

const send = async (url: string, lines: readonly CorpusLine[], headers?: Record<string, string>): Promise<unknown> =>
  post(url, Buffer.from(lines.map((line) => JSON.stringify(posted(line))).join('\n')), headers)

function thrownBy(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 3000) : String(error)
  }
}

const quoted = (arg: string): string => (/^[\w=:.,-]+$/.test(arg) ? arg : `'${arg}'`)

process.exitCode = (await prove()) === 0 ? 0 : 1
