// Pages through the dead letters whose records are not stored, newest first, and posts each record again, some at once. What it
// leaves undone stays a dead letter: it may be stopped anywhere and run again.
import { sentenceOf, type HttpClient, type Query } from '../import/send/http-client.ts'
import { ImportStopped, type Retry } from '../import/send/retry.ts'
import { requestOf, type Letter } from './letter.ts'
import type { Tally } from './tally.ts'

export interface ReplayOptions {
  /** Answers queries. */
  query: HttpClient
  /** Takes posts. */
  ingest: HttpClient
  retry: Retry
  filter: Readonly<{ codes: readonly string[]; from: string | undefined; to: string | undefined }>
  dryRun: boolean
  tally: Tally
  /** Posts under way at once: each waits for an insert, which they share. */
  requestsMax?: number
}

/** Rejects with ImportStopped where no letter would fare better: no server, no permission, a filter that is wrong. */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const { tally, dryRun, requestsMax = 256 } = options
  for await (const letters of pages(options)) {
    const waiting = letters.values()
    const work = async (): Promise<void> => {
      for (const letter of waiting) {
        tally.letters++
        const request = isWhose(letter, options) ? requestOf(letter) : whose
        if (typeof request === 'string') tally.stuck.push({ origin: letter.origin, id: letter.id, reason: request })
        else if (dryRun) tally.stored++
        else await send(letter, request, options)
      }
    }
    await Promise.all(Array.from({ length: requestsMax }, work))
  }
}

/** Sent again it would be stored under the tenant of this command: only who asks for these says that it is theirs. */
const isWhose = ({ code }: Letter, { filter }: ReplayOptions): boolean =>
  code !== 'bad-header' || filter.codes.includes('bad-header')
const whose = 'has a header that may mean another tenant, cluster or node; --code bad-header sends it with those of this command'

async function* pages({ query, retry, filter }: ReplayOptions): AsyncGenerator<Letter[]> {
  const { codes, from, to } = filter
  const asked: Query = { replayed: 'false', limit: '500', ...given({ from, to }), ...(codes.length === 0 ? {} : { code: codes }) }
  for (let cursor: string | undefined, last = false; !last;) {
    const response = await retry(() => query.get('/v1/dead-letters', { ...asked, ...given({ cursor }) }, 'application/json'))
    if (response.status !== 200) throw new ImportStopped(`reading the dead letters failed: ${await sentenceOf(response)}`)
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
  { ingest, retry, tally }: ReplayOptions,
): Promise<void> {
  const response = await retry(() => ingest.post(path, body, headers))
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
