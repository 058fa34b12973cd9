// logcli --tail: what is there already comes first, then what arrives, until the user ends it.
import { deepStrictEqual } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from '../../load/post.ts'
import { textOf, type Output } from './case.ts'
import { lineAt, posted, type Corpus, type CorpusLine } from './corpus.ts'
import type { Logcli } from './run.ts'

const arrivingFor = 5
const perSecond = 20

export interface Tail {
  args: readonly string[]
  check(arrived: readonly CorpusLine[], output: Output): void
}

export function tails({ lines }: Corpus): Tail[] {
  const raw = (of: readonly CorpusLine[]): string => textOf(of.map(({ message }) => message))
  const isCart = ({ labels }: CorpusLine): boolean => labels['app'] === 'cart'
  return [
    {
      args: ['query', '-q', '--tail', '-o', 'raw', '--limit=10', '{app="cart"}'],
      check: (arrived, { code, stdout }) =>
        deepStrictEqual(
          { code, stdout },
          { code: 0, stdout: raw([...lines.filter(isCart).slice(-10), ...arrived.filter(isCart)]) },
        ),
    },
    {
      args: ['query', '-q', '--tail', '-o', 'raw', '--since=1s', '--delay-for=1', '{cluster="prod"} |= "500"'],
      check: (arrived, { code, stdout }) =>
        deepStrictEqual({ code, stdout }, { code: 0, stdout: raw(arrived.filter(({ message }) => message.includes('500'))) }),
    },
    {
      args: [
        'query',
        '-q',
        '--tail',
        '--since=1s',
        '--no-labels',
        '-o',
        'jsonl',
        '{app="pay"} | logfmt | level="error" | line_format "{{.path}}"',
      ],
      check: (arrived, { code, stdout }) => {
        const due = arrived.filter(({ labels, level }) => labels['app'] === 'pay' && level === 'error')
        const came = stdout
          .trimEnd()
          .split('\n')
          .map((text) => (JSON.parse(text) as { line: string }).line)
        deepStrictEqual({ code, came }, { code: 0, came: due.map(({ path }) => path) })
      },
    },
  ]
}

/** All at once, while lines arrive. Resolves to what each of them printed, and what arrived. */
export async function tailAll(
  url: string,
  logcli: Logcli,
  all: readonly Tail[],
): Promise<{ arrived: CorpusLine[]; outputs: Output[] }> {
  const ended = new AbortController()
  const running = all.map(({ args }) => logcli(args, { interruptedBy: ended.signal }))
  await sleep(2000)
  const arrived: CorpusLine[] = []
  for (let i = 0; i < arrivingFor * perSecond; i++) {
    const line = lineAt(BigInt(Date.now()) * 1_000_000n + BigInt(i), i)
    await post(url, Buffer.from(JSON.stringify(posted(line))))
    arrived.push(line)
    await sleep(1000 / perSecond)
  }
  await sleep(3000)
  ended.abort()
  return { arrived, outputs: await Promise.all(running) }
}
