// Pages through the dead letters whose records are not stored, newest first, and posts their records again, many at
// once. A letter that is not replayed stays a dead letter, so the replay may be stopped anywhere and run again.
import { sentenceOf, type HttpClient, type Query } from '../import/send/http-client.ts'
import { ImportStopped, type Retry } from '../import/send/retry.ts'
import { requestOf, type Letter } from './letter.ts'
import type { Tally } from './tally.ts'

export interface ReplayOptions {
  /** The service that answers queries. */
  query: HttpClient
  /** The service that takes posts. */
  ingest: HttpClient
  retry: Retry
  filter: Readonly<{ codes: readonly string[]; from: string | undefined; to: string | undefined }>
  dryRun: boolean
  /** The service's AFTERLOG_ADMIN_TOKEN, where it has one. */
  adminToken: string | undefined
  tally: Tally
  /** The number of posts under way at once. They share inserts. */
  requestsMax?: number
}

/** Rejects with ImportStopped where every other letter would fail as well: no server, no permission, a wrong filter. */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const { tally, dryRun, requestsMax = 256 } = options
  for await (const letters of pages(options)) {
    const waiting = letters.values()
    const work = async (): Promise<void> => {
      for (const letter of waiting) {
        tally.letters++
        const request = isAllowed(letter, options) ? requestOf(letter) : foreign
        if (typeof request === 'string') tally.stuck.push({ origin: letter.origin, id: letter.id, reason: request })
        else if (dryRun) tally.stored++
        else await send(letter, request, options)
      }
    }
    await Promise.all(Array.from({ length: requestsMax }, work))
  }
}

/** A message with a bad header may belong to another tenant. It is replayed only where the user asks for its code. */
const isAllowed = ({ code }: Letter, { filter }: ReplayOptions): boolean =>
  code !== 'bad-header' || filter.codes.includes('bad-header')
const foreign =
  'has a header that may mean another tenant, cluster or node; --code bad-header sends it with those of this command'

async function* pages({ query, retry, filter }: ReplayOptions): AsyncGenerator<Letter[]> {
  const { codes, from, to } = filter
  const common: Query = {
    replayed: 'false',
    limit: '500',
    ...given({ from, to }),
    ...(codes.length === 0 ? {} : { code: codes }),
  }
  for (let cursor: string | undefined, last = false; !last;) {
    const response = await retry(() =>
      query.get('/v1/dead-letters', { ...common, ...given({ cursor }) }, 'application/json'),
    )
    if (response.status !== 200)
      throw new ImportStopped(`reading the dead letters failed: ${await sentenceOf(response)}`)
    const page = (await response.json()) as { deadLetters: Letter[]; next: string | null }
    yield page.deadLetters
    cursor = page.next ?? undefined
    last = cursor === undefined
  }
}

const given = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))

async function send(
  { code, reason }: Letter,
  { path, body, headers }: Exclude<ReturnType<typeof requestOf>, string>,
  { ingest, retry, adminToken, tally }: ReplayOptions,
): Promise<void> {
  const authorization = adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }
  const response = await retry(() => ingest.post(path, body, { ...headers, ...authorization }))
  if (response.status === 200) {
    const { accepted, rejected, rejects } = (await response.json()) as Answer
    if (accepted > 0 || rejected !== 1) tally.stored++
    else return tally.refuse(rejects[0]?.code ?? code, rejects[0]?.reason ?? reason)
    for (const each of rejects) tally.refuse(each.code, each.reason, 'partly')
  } else if (response.status === 400 || response.status === 413) tally.refuse(code, await sentenceOf(response))
  else throw new ImportStopped(`the server refused a post: ${await sentenceOf(response)}`)
}

interface Answer {
  accepted: number
  rejected: number
  rejects: { code: string; reason: string }[]
}
