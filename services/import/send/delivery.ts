// Sends one batch until the server has stored or refused it. A body that is too large for the server is halved.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import type { Batch } from './batch.ts'
import { halve } from './batch-builder.ts'
import { problemOf, type HttpClient } from './http-client.ts'
import { ImportStopped, type Retry } from './retry.ts'

export interface Refused {
  count: number
  /** One of the server's sentences for it. */
  example: string
}

/** Part of a body that the server refused as a whole. It keeps no dead letters of such records. */
export interface GivenUp {
  body: Buffer
  records: number
  sentence: string
}

export interface Outcome {
  accepted: number
  /** Records that the server has as dead letters, by its code of the reason. */
  refused: Map<string, Refused>
  /** Valid as long as the body of the batch is. */
  givenUp: GivenUp[]
}

export interface DeliveryOptions {
  client: HttpClient
  headers: Readonly<Record<string, string>>
  compress: boolean
  retry: Retry
  /** Called before records are given up because the server refused them as a whole. Where it throws, they are not. */
  onRefusal?(refusal: Refusal): void
}

/** Rejects with ImportStopped where every other batch would fail as well: no server, no permission, no such path. */
export type Deliver = (batch: Pick<Batch, 'body' | 'cuts'>) => Promise<Outcome>

export interface Refusal {
  status: number
  sentence: string
  /** Of RFC 9457. That of the service begins with `urn:afterlog:error:`; a proxy in between has another one, or none. */
  type: string
}

const answerOfService = z.object({
  accepted: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  rejects: z.array(z.object({ reason: z.string(), code: z.string().optional() })),
})

const compressed = promisify(gzip)

export function createDelivery({ client, headers, compress, retry, onRefusal }: DeliveryOptions): Deliver {
  const all = {
    ...headers,
    'content-type': 'application/x-ndjson',
    ...(compress ? { 'content-encoding': 'gzip' } : {}),
  }
  const deliver: Deliver = async (piece) => {
    const body = compress ? await compressed(piece.body, { level: 1 }) : piece.body
    const response = await retry(() => client.post('/v1/batches', body, all))
    const records = recordsIn(piece.body)
    if (response.status === 200) return outcomeOf(await response.text(), records)
    const { sentence, type } = await problemOf(response)
    const halves = response.status === 413 ? halve(piece) : undefined
    if (halves !== undefined) return merged([await deliver(halves[0]!), await deliver(halves[1]!)])
    if (response.status === 413 || response.status === 400) {
      onRefusal?.({ status: response.status, sentence, type })
      return { accepted: 0, refused: new Map(), givenUp: [{ body: piece.body, records, sentence }] }
    }
    throw new ImportStopped(`the server refused a batch: ${sentence}`)
  }
  return deliver
}

/** Throws where the answer is not that of the service, or not of all the records. */
function outcomeOf(text: string, records: number): Outcome {
  const { accepted, rejected, rejects } = readAnswer(text)
  if (accepted + rejected !== records) {
    const answered = `the server answered for ${accepted + rejected} records, and ${records} were sent`
    throw new ImportStopped(`${answered}: is this the address of Afterlog?`)
  }
  const refused: Outcome['refused'] = new Map()
  for (const { code, reason } of rejects) addRefused(refused, code ?? reason, { count: 1, example: reason })
  const unnamed = rejected - rejects.length
  if (unnamed > 0)
    addRefused(refused, 'unnamed', { count: unnamed, example: 'the server lists only the first rejects of a batch' })
  return { accepted, refused, givenUp: [] }
}

function readAnswer(text: string): z.output<typeof answerOfService> {
  try {
    return answerOfService.parse(JSON.parse(text))
  } catch {
    throw new ImportStopped('the server answered 200, and not as Afterlog does: is this its address?')
  }
}

/** Raw newlines stand only behind records. */
function recordsIn(body: Buffer): number {
  let records = 0
  for (let at = body.indexOf(0x0a); at !== -1; at = body.indexOf(0x0a, at + 1)) records++
  return records
}

function merged(outcomes: readonly Outcome[]): Outcome {
  const refused: Outcome['refused'] = new Map()
  for (const outcome of outcomes) for (const [code, more] of outcome.refused) addRefused(refused, code, more)
  return {
    accepted: outcomes.reduce((sum, { accepted }) => sum + accepted, 0),
    refused,
    givenUp: outcomes.flatMap(({ givenUp }) => givenUp),
  }
}

/** Adds one reason to a tally of reasons. */
export function addRefused(tally: Map<string, Refused>, code: string, more: Refused): void {
  const known = tally.get(code)
  if (known === undefined) tally.set(code, { ...more })
  else known.count += more.count
}
