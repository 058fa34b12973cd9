// Calls of logcli that print lines: selectors, filters, parsers, formats; output modes, limits, directions, pages, times.
import { deepStrictEqual } from 'node:assert'
import type { LabelSet } from '../plain/plain-line.ts'
import { newest, prints, printing, rfc3339, textOf, type Case } from './case.ts'
import type { Corpus, CorpusLine } from './corpus.ts'

const raw = (lines: readonly CorpusLine[]): string => textOf(lines.map(({ message }) => message))

export function lineCases(corpus: Corpus): Case[] {
  const { lines } = corpus
  const of = (app: string): CorpusLine[] => lines.filter(({ labels }) => labels['app'] === app)
  const query = (...args: string[]): string[] => ['query', '-q', '-o', 'raw', ...args]
  return [
    prints(query('{app="cart"}'), raw(newest(of('cart')))),
    prints(query('--limit=1', '{app="cart"}'), raw(newest(of('cart'), 1))),
    prints(query('--forward', '{namespace="pay"}'), raw(of('pay').slice(0, 30))),
    prints(
      query('--limit=5000', '{namespace=~"shop|pay", container!="nginx"}'),
      raw(newest([...of('cart'), ...of('pay')].toSorted(byTime), 5000)),
    ),
    prints(query('{app="nobody"}'), ''),
    prints(query('{app="pay"} |= "支払い 12"'), raw(newest(of('pay').filter(({ message }) => message.includes('支払い 12'))))),
    prints(
      query('--limit=200', '{cluster="prod"} != "200" |~ "(GET|path).*/[0-9]{2}"'),
      raw(
        newest(
          lines.filter(({ message }) => !message.includes('200') && /(GET|path).*\/[0-9]{2}/.test(message)),
          200,
        ),
      ),
    ),
    prints(query('--limit=500', '{app="cart"} | json | status >= 500'), raw(newest(of('cart').filter(isFailure), 500))),
    prints(
      query('{app="pay"} | logfmt | took > 900ms and level != "info"'),
      raw(newest(of('pay').filter(({ took, level }) => took > 900 && level !== 'info'))),
    ),
    prints(
      query('{app="web"} | regexp "HTTP/1.1\\" (?P<code>[0-9]+) " | code = "404" | line_format "{{.code}} {{.pod}}"'),
      textOf(newest(of('web').filter(({ status }) => status === 404)).map(({ labels }) => `404 ${labels['pod']}`)),
    ),
    prints(
      query(
        '{app="web"} | pattern "<ip> - - \\"<_> <path> <_>\\" <code> <took>" | code=`500` | line_format "{{.path}} {{.took}}"',
      ),
      textOf(newest(of('web').filter(isFailure)).map(({ path, took }) => `${path} ${took}`)),
    ),
    prints(query('{cluster="prod"} | detected_level="error"'), raw(newest(lines.filter(isFailure)))),
    ...modes(of('cart')),
    ...pages(lines),
    ...times(corpus),
  ]
}

const isFailure = ({ status }: CorpusLine): boolean => status === 500
const byTime = (a: CorpusLine, b: CorpusLine): number => (a.timeNs < b.timeNs ? -1 : 1)

/** Go's names in braces, sorted. */
const labelText = (labels: LabelSet): string =>
  `{${Object.keys(labels)
    .toSorted()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(', ')}}`

const only = (labels: LabelSet, names: readonly string[]): LabelSet =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)))

function modes(cart: readonly CorpusLine[]): Case[] {
  const some = newest(cart, 40)
  const standard = ['query', '--limit=40', '-z', 'UTC']
  const second = ({ timeNs }: CorpusLine): string => rfc3339((timeNs / 1_000_000_000n) * 1_000_000_000n)
  const differing = ['detected_level', 'pod']
  const jsonl = (pick: (line: CorpusLine) => LabelSet | undefined) => (stdout: string) =>
    deepStrictEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown),
      some.map((line) => {
        const labels = pick(line)
        const rest = { line: line.message, timestamp: rfc3339(line.timeNs) }
        return labels === undefined ? rest : { labels, ...rest }
      }),
    )
  return [
    // Labels that all of the lines have stand above them.
    printing([...standard, '{app="cart"}'], (stdout, stderr) => {
      const width = Math.max(...some.map(({ labels }) => labelText(only(labels, differing)).length))
      const row = (line: CorpusLine): string =>
        `${second(line)} ${labelText(only(line.labels, differing)).padEnd(width)} ${line.message}`
      deepStrictEqual(stdout, textOf(some.map(row)))
      const common = Object.keys(cart[0]!.labels).filter((name) => !differing.includes(name))
      const told = /^Common labels: (.*)$/m.exec(stderr.replaceAll(/^\S+ \S+ (?=Common)/gm, ''))?.[1]
      deepStrictEqual(told, labelText(only(cart[0]!.labels, common)))
    }),
    prints([...standard, '-q', '--no-labels', '{app="cart"}'], textOf(some.map((line) => `${second(line)} ${line.message}`))),
    prints(
      [...standard, '-q', '--include-label=pod', '--labels-length=40', '{app="cart"}'],
      textOf(some.map((line) => `${second(line)} ${labelText(only(line.labels, ['pod'])).padEnd(40)} ${line.message}`)),
    ),
    prints(
      [...standard, '-q', '--exclude-label=pod', '--exclude-label=detected_level', '{app="cart"}'],
      textOf(some.map((line) => `${second(line)} {} ${line.message}`)),
    ),
    printing(
      [...standard, '-q', '-o', 'jsonl', '{app="cart"}'],
      jsonl(({ labels }) => only(labels, differing)),
    ),
    printing(
      [...standard, '-q', '-o', 'jsonl', '--no-labels', '{app="cart"}'],
      jsonl(() => undefined),
    ),
    printing(
      [...standard, '-q', '-o', 'jsonl', '--include-label=app', '--include-label=path', '{app="cart"} | json'],
      jsonl(({ labels, path }) => ({ ...only(labels, ['app']), path })),
    ),
  ]
}

/** logcli asks for the next page from the last time of the page before, and leaves out what it has printed. */
function pages(lines: readonly CorpusLine[]): Case[] {
  const query = ['query', '-q', '-o', 'raw']
  return [
    prints([...query, '--limit=3000', '--batch=1000', '{cluster="prod"}'], raw(newest(lines, 3000))),
    prints([...query, '--limit=5000', '--batch=700', '--forward', '{cluster="prod"}'], raw(lines)),
    prints([...query, '--limit=100', '--batch=7', '{cluster="prod"} |= "pay"'], raw(newest(lines.filter(mentionsPay), 100))),
    printing(['query', '-o', 'raw', '--stats', '--limit=50', '--batch=20', '{app="web"}'], (stdout, stderr) => {
      deepStrictEqual(
        stdout,
        raw(
          newest(
            lines.filter(({ labels }) => labels['app'] === 'web'),
            50,
          ),
        ),
      )
      // Each page but the first has the last line of the one before.
      const limits = [...stderr.matchAll(/query_range\?\S*limit=(\d+)/g)].map(([, limit]) => limit)
      const processed = [...stderr.matchAll(/Summary\.TotalLinesProcessed\s+(\d+)/g)].map(([, count]) => count)
      deepStrictEqual({ limits, processed }, { limits: ['20', '20', '12'], processed: ['20', '20', '12'] })
    }),
  ]
}

const mentionsPay = ({ message }: CorpusLine): boolean => message.includes('pay')

/** The start is inclusive, the end is not. */
function times({ lines, startNs, others }: Corpus): Case[] {
  const minute = 60_000_000_000n
  const [from, to] = [lines[600]!.timeNs, lines[1200]!.timeNs]
  const query = (...args: string[]): string[] => ['query', '-q', '-o', 'raw', ...args]
  const range = [`--from=${rfc3339(from)}`, `--to=${rfc3339(to)}`]
  const inRange = lines.slice(600, 1200)
  const everyMinute: CorpusLine[] = []
  for (const line of inRange) if (line.timeNs >= (everyMinute.at(-1)?.timeNs ?? 0n) + minute) everyMinute.push(line)
  return [
    prints(query('--limit=5000', ...range, '{cluster="prod"}'), raw(newest(inRange, 5000))),
    prints(query('--limit=5000', ...range, '--forward', '--interval=1m', '{cluster="prod"}'), raw(everyMinute)),
    prints(query(`--from=${rfc3339(startNs - minute)}`, `--to=${rfc3339(startNs)}`, '{cluster="prod"}'), ''),
    prints(query('--since=2m', '{cluster="prod"}'), ''),
    prints(query('--since=3h', '--limit=4', '{cluster="prod"}'), raw(newest(lines, 4))),
    prints(query('--org-id=team-a', '--limit=5000', '{cluster="prod"}'), raw(newest(others, 5000))),
    prints(query('--org-id=team-b', '{cluster="prod"}'), ''),
    prints(query('--username=ann', '--password=x', '--limit=2', '{app="web"}'), raw(newest(lines.filter(isWeb), 2))),
  ]
}

const isWeb = ({ labels }: CorpusLine): boolean => labels['app'] === 'web'
