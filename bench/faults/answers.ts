// Everything the service says about the lines of one tenant, asked in every way there is, so that a line lost or
// doubled in one way of reading shows against the others.

export interface ShownLine {
  time: string
  pod: string
  podUid: string
  container: string
  message: string
  partial: boolean
}

export interface Client {
  json<T>(path: string): Promise<T>
  ndjson(path: string): Promise<ShownLine[]>
  bytes(path: string): Promise<Buffer>
}

export function createClient(url: string, tenant: string): Client {
  const fetchOk = async (path: string, accept: string): Promise<Response> => {
    const response = await fetch(`${url}${path}`, { headers: { 'x-scope-orgid': tenant, accept } })
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    json: async <T>(path: string) => (await (await fetchOk(path, 'application/json')).json()) as T,
    ndjson: async (path) => {
      const text = await (await fetchOk(path, 'application/x-ndjson')).text()
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ShownLine]))
    },
    bytes: async (path) => Buffer.from(await (await fetchOk(path, 'text/plain')).arrayBuffer()),
  }
}

/** Every line, oldest first, by cursors. */
export async function paged(client: Client, limit: number, order: 'asc' | 'desc'): Promise<ShownLine[]> {
  const lines: ShownLine[] = []
  for (let cursor = ''; ;) {
    const page = await client.json<{ lines: ShownLine[]; next: string | null }>(`/v1/logs?order=${order}&limit=${limit}${cursor}`)
    lines.push(...page.lines)
    if (page.next === null) return order === 'asc' ? lines : lines.toReversed()
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

export async function histogramTotal(client: Client): Promise<number> {
  const { buckets } = await client.json<{ buckets: { total: number }[] }>('/v1/logs/histogram')
  return buckets.reduce((sum, { total }) => sum + total, 0)
}

/** Count by value of a field. */
export async function fieldCounts(client: Client, field: string): Promise<Map<string, number>> {
  const { values } = await client.json<{ values: { value: string; count: number }[] }>(`/v1/fields/${field}/values?limit=1000`)
  return new Map(values.map(({ value, count }) => [value, count]))
}

interface PodList {
  pods: { uid: string; lines: number; linesExact: boolean; containers: { name: string; lives: { lines: number }[] }[] }[]
  next: string | null
}

export interface PodCounts {
  lines: number
  /** The sum of those of its lives. */
  ofLives: number
  /** false of an estimate. */
  exact: boolean
}

/** Lines by pod uid as GET /v1/pods says. */
export async function podCounts(client: Client): Promise<Map<string, PodCounts>> {
  const counts = new Map<string, PodCounts>()
  for (let cursor = ''; ;) {
    const page = await client.json<PodList>(`/v1/pods?limit=100${cursor}`)
    for (const { uid, lines, linesExact, containers } of page.pods) {
      const ofLives = containers.flatMap(({ lives }) => lives).reduce((sum, life) => sum + life.lines, 0)
      counts.set(uid, { lines, ofLives, exact: linesExact })
    }
    if (page.next === null) return counts
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

export function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}
