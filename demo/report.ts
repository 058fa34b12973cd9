// Pure: the text that the demo prints once everything is stored: which pods died and how, the last words of one, and
// commands.
import type { PodAnswer } from './answers.ts'

/** Lists the dead as a table and the living in a sentence. */
export function tableOf(pods: readonly PodAnswer[]): string {
  const dead = pods.filter(({ outcome }) => outcome !== 'running')
  const rows = [
    ['POD', 'NODE', 'OUTCOME', 'EXIT', 'RESTARTS', 'DIED AT (UTC)', 'LINES'],
    ...dead.map(({ namespace, name, node, outcome, exitCode, restarts, diedAt, lines }) => [
      `${namespace}/${name}`,
      node,
      outcome,
      String(exitCode ?? '-'),
      String(restarts ?? '-'),
      diedAt === null ? '-' : diedAt.slice(0, 19).replace('T', ' '),
      String(lines),
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const right = new Set([3, 4, 6])
  const pad = (cell: string, column: number) =>
    right.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
  const alive = pods.filter(({ outcome }) => outcome === 'running').map(({ namespace, name }) => `${namespace}/${name}`)
  return [...rows.map((row) => `  ${row.map(pad).join('  ').trimEnd()}`), '', `  alive: ${alive.join(', ')}`, ''].join(
    '\n',
  )
}

/** The last words of a pod, and the reason of its death. */
export function lastWordsOf({ namespace, name, message }: PodAnswer, text: string, count: number): string {
  const lines = text.trimEnd().split('\n').slice(-count)
  return [
    `Why ${namespace}/${name} died, in the kubelet's words:`,
    `  ${message.trim()}`,
    `and its last words:`,
    ...lines.map((line) => `  ${cut(line)}`),
    '',
  ].join('\n')
}

/** Commands for the user to paste. */
export function commandsFor(url: string, pods: readonly PodAnswer[]): string {
  const one = (outcome: string) => pods.find((pod) => pod.outcome === outcome)?.uid ?? ''
  const text = `-H 'accept: text/plain'`
  const place = String.raw`\"namespace\":\"shop\",\"pod\":\"you\",\"container\":\"shell\"`
  const hello = String.raw`{\"records\":[{\"time\":\"$(date +%s)000000000\",${place},\"message\":\"hello\"}]}`
  return [
    'Try:',
    ...command(
      'the dead, and how they died',
      `'${url}/v1/pods?outcome=crashed&outcome=oomkilled&outcome=evicted&outcome=node-lost'`,
    ),
    ...command('all that the evicted pod said', `${text} '${url}/v1/pods/${one('evicted')}/logs'`),
    ...command(
      'why it died, on which evidence, and what replaced it; in a browser, a page',
      `'${url}/v1/pods/${one('evicted')}/obituary'`,
    ),
    ...command(
      'the pod of the same name that took its place',
      `'${url}/v1/pods?name=search-indexer-0&outcome=running'`,
    ),
    ...command('the crash loop, its previous life', `${text} '${url}/v1/pods/${one('crashed')}/logs?life=-1'`),
    ...command('the minute before the memory ran out', `${text} '${url}/v1/pods/${one('oomkilled')}/logs?tail=20'`),
    ...command('the kernel line about it', `${text} '${url}/v1/logs?q=%22out+of+memory%22'`),
    ...command(
      'the kubelet of the node that ran out of disk',
      `${text} '${url}/v1/logs?node=node-2&unit=kubelet.service&q=eviction&order=asc'`,
    ),
    ...command('search across all pods', `${text} '${url}/v1/logs?q=%22Cannot+read+properties%22'`),
    ...command(
      'the errors of the last hour, of all pods',
      `'${url}/v1/logs?severity=error&severity=fatal&from=-1h&limit=5'`,
    ),
    ...command('lines per ten minutes, by severity', `'${url}/v1/logs/histogram?namespace=shop&step=10m'`),
    ...command('follow what comes in from now on', `-N '${url}/v1/logs/tail'`),
    ...command(
      'post a line, which the tail shows',
      `-H 'content-type: application/json' -d "${hello}" '${url}/v1/batches'`,
    ),
    `  every path, with a form to try it:  ${url}/docs`,
    '',
  ].join('\n')
}

const command = (what: string, args: string): string[] => [`  # ${what}`, `  curl -s ${args}`]

const columns = 180
const cut = (line: string): string => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`)
