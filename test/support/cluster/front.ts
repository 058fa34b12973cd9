// What stands before the nodes of a test cluster, as a balancer does: it hands statements to the nodes in turn. It also
// does for ON CLUSTER what a server's DDL worker does and the engine in libchdb lacks: the statement without that
// clause runs on every node, and while one is away the answer is that of a worker whose time is up. Replicated engines
// become plain ones: a shard is one node.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Front extends AsyncDisposable {
  url: string
  /** Statements that a node refused since the start, with the engine's words. */
  readonly refused: readonly Refusal[]
}

export interface Refusal {
  statement: string
  words: string
}

/** `isUp` says whether the node of that HTTP port runs. */
export async function startFront(ports: readonly number[], isUp: (port: number) => boolean): Promise<Front> {
  const refused: Refusal[] = []
  let turn = 0
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(502)
      outgoing.end(String(error))
    })
  })

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const statement = body.subarray(0, statementCharsMax).toString()
    if (ddl.test(statement) && onCluster.test(statement)) return onEveryNode(incoming, body.toString(), outgoing)
    const up = ports.filter(isUp)
    const port = up[turn++ % up.length] ?? ports[0]!
    const answer = await ask(port, incoming, body)
    outgoing.once('close', () => answer.destroy())
    outgoing.writeHead(answer.statusCode!, wholeBody(answer))
    if (answer.statusCode! < 400) return void answer.on('error', () => outgoing.destroy()).pipe(outgoing)
    const words = await buffer(answer)
    const query = new URL(incoming.url!, 'http://front').searchParams.get('query') ?? ''
    refused.push({ statement: `${query}${statement}`, words: words.toString() })
    outgoing.end(words)
  }

  async function onEveryNode(incoming: IncomingMessage, statement: string, outgoing: ServerResponse): Promise<void> {
    const alone = plain(statement.replace(onCluster, ''))
    const up = ports.filter(isUp)
    const answers = await Promise.all(up.map((port) => askWhole(port, incoming, alone)))
    const given = answers.find(({ status }) => status >= 400) ?? answers[0]
    if (given === undefined || (given.status < 400 && up.length < ports.length)) {
      unfinished(ports.length - up.length, outgoing)
      return
    }
    if (given.status >= 400) refused.push({ statement: alone, words: given.words.toString() })
    outgoing.writeHead(given.status, given.headers).end(given.words)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    [Symbol.asyncDispose]: () => closed(server),
  }
}

const statementCharsMax = 100_000
const ddl = /^\s*(CREATE|ALTER|DROP|TRUNCATE|RENAME|OPTIMIZE|SYSTEM)\b/i
const onCluster = /\s*\bON CLUSTER \w+/
/** An engine that keeps its rows in one node only. */
const plain = (statement: string): string => statement.replace(/Replicated(\w*MergeTree)\('[^']*', '\{replica\}'(?:, )?/, '$1(')

function ask(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const length = { 'content-length': body.length }
  request({ host: '127.0.0.1', port, method, path: url, headers: { ...wholeBody({ headers }), ...length } }, resolve)
    .on('error', reject)
    .end(body)
  return promise
}

async function askWhole(port: number, incoming: IncomingMessage, statement: string) {
  const answer = await ask(port, incoming, Buffer.from(statement))
  return { status: answer.statusCode!, headers: wholeBody(answer), words: await buffer(answer) }
}

/** Headers of a message whose body is sent anew. */
function wholeBody({ headers }: Pick<IncomingMessage, 'headers'>): IncomingMessage['headers'] {
  const { 'transfer-encoding': _, ...rest } = headers
  return rest
}

function unfinished(count: number, outgoing: ServerResponse): void {
  outgoing
    .writeHead(500, { 'x-clickhouse-exception-code': '159' })
    .end(
      'Code: 159. DB::Exception: Watching task /clickhouse/task_queue/ddl/query-1 is executing longer than distributed_ddl_task_timeout ' +
        `(=60) seconds. There are ${count} unfinished hosts (0 of them are currently executing the task). (TIMEOUT_EXCEEDED)`,
    )
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
