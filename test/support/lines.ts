// Lines of a test as an agent posts them, and every answer about them at once: what one way of reading loses or doubles
// shows against the others.
import { listsHave } from './service.ts'

export interface TestRecord {
  message: string
  time?: string
  podUid?: string
  offset?: number
  [field: string]: unknown
}

/** A minute ago, to the nanosecond: within the retention of every test. */
export const someTime = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}.123456789Z`

/** A record with everything that a line needs. */
export const record = (message: string, more: Partial<TestRecord> = {}): TestRecord => ({
  time: someTime,
  namespace: 'shop',
  pod: 'cart',
  podUid: 'uid-cart',
  container: 'app',
  restart: 0,
  stream: 'stdout',
  message,
  ...more,
})

export interface Poster {
  url: string
  tenant: string
}

export async function post({ url, tenant }: Poster, records: readonly TestRecord[], headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/batches`, {
    method: 'POST',
    body: JSON.stringify({ records }),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant, ...headers },
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

export interface Answers {
  /** As the list, the pages of two and the NDJSON stream show them; they must agree. */
  messages: string[]
  pages: string[]
  stream: string[]
  histogram: number
  /** Sum over the values of `pod`. */
  fields: number
  /** Sum of `lines` over GET /v1/pods, and over the lives there. */
  pods: number
  lives: number
}

interface Page {
  lines: { message: string }[]
  next: string | null
}

/** The messages of a tenant's lines as the list shows them: one request, for tests that wait. */
export async function messagesOf({ url, tenant }: Poster): Promise<string[]> {
  const response = await fetch(`${url}/v1/logs?order=asc&limit=10000`, { headers: { 'x-scope-orgid': tenant } })
  return ((await response.json()) as Page).lines.map(({ message }) => message)
}

/** Everything there is to say about the lines of a tenant. */
export async function answersOf({ url, tenant }: Poster, filter = ''): Promise<Answers> {
  const headers = { 'x-scope-orgid': tenant }
  const get = async <T>(path: string) => (await (await fetch(`${url}${path}`, { headers })).json()) as T
  const list = await get<Page>(`/v1/logs?order=asc&limit=10000${filter}`)
  const pages: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await get<Page>(
      `/v1/logs?order=asc&limit=2${filter}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    pages.push(...page.lines.map(({ message }) => message))
    cursor = page.next
  }
  const text = await (
    await fetch(`${url}/v1/logs?order=asc${filter}`, { headers: { ...headers, accept: 'application/x-ndjson' } })
  ).text()
  const { buckets } = await get<{ buckets: { total: number }[] }>(`/v1/logs/histogram?${filter.slice(1)}`)
  const { values } = await get<{ values: { count: number }[] }>(`/v1/fields/pod/values?${filter.slice(1)}`)
  return {
    messages: list.lines.map(({ message }) => message),
    pages,
    stream: text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { message: string }).message])),
    histogram: sum(buckets.map(({ total }) => total)),
    fields: sum(values.map(({ count }) => count)),
    ...(await listsHave(url).then(() => podsOf(get))),
  }
}

/** What `answersOf` must say of lines with these messages, in this order. */
export function once(messages: string[]): Answers {
  const { length } = messages
  return { messages, pages: messages, stream: messages, histogram: length, fields: length, pods: length, lives: length }
}

interface Pods {
  pods: { lines: number; containers: { lives: { lines: number }[] }[] }[]
}

async function podsOf(get: <T>(path: string) => Promise<T>): Promise<Pick<Answers, 'pods' | 'lives'>> {
  const { pods } = await get<Pods>('/v1/pods?limit=100')
  const lives = pods.flatMap(({ containers }) => containers.flatMap((container) => container.lives))
  return { pods: sum(pods.map(({ lines }) => lines)), lives: sum(lives.map(({ lines }) => lines)) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
