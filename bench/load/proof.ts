// What the proofs by random expressions share: their arguments, and the service that they ask.
import { parseArgs } from 'node:util'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'

export interface ProofArguments {
  seed: number
  lines: number
  expressions: number
  /** Which one alone, to look at a difference. */
  only: number | undefined
}

/** Of the command line; `script` of package.json is printed with them, as it is repeated. */
export function readProofArguments(script: string): ProofArguments {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      lines: { type: 'string', default: '10000' },
      expressions: { type: 'string', default: '1000' },
      only: { type: 'string' },
    },
  })
  const [seed, lines, expressions] = [Number(values.seed), Number(values.lines), Number(values.expressions)]
  say(`seed ${seed}: npm run ${script} -- --seed ${seed} --lines ${lines} --expressions ${expressions}`)
  return { seed, lines, expressions, only: values.only === undefined ? undefined : Number(values.only) }
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** A service whose queries may take two minutes, also where the machine does much else. */
export async function startProofService(): Promise<AsyncDisposable & { url: string }> {
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const { url } = resources.use(await startTestService({ AFTERLOG_QUERY_TIME_MS: '120000' }))
  const kept = resources.move()
  return { url, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
