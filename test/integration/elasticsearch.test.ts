// Elasticsearch's bulk API by its specification, and what agents ask before they send: items in their order, errors in
// Elasticsearch's form, X-Elastic-Product on every answer.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bulkRows } from '#test/support/agents/bulk.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const now = new Date().toISOString()
const document = (message: string, more: object = {}) => ({
  '@timestamp': now,
  message,
  kubernetes: { namespace: 'shop', pod: { name: 'cart' }, container: { name: 'app' } },
  ...more,
})

async function send(path: string, init: { method?: string; body?: Buffer | string; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${service.url}${path}`, { ...init, body: (init.body as string | undefined) ?? null })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
  return {
    status: response.status,
    product: response.headers.get('x-elastic-product'),
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}
const post = (path: string, body: Buffer | string, tenant = 'default', headers: Record<string, string> = {}) =>
  send(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-ndjson', 'x-scope-orgid': tenant, ...headers },
  })

async function messagesOf(tenant: string): Promise<string[]> {
  const { body } = await request(`${service.url}/v1/logs?order=asc`, { headers: { 'x-scope-orgid': tenant } })
  return (body['lines'] as { message: string }[]).map(({ message }) => message)
}

describe('a bulk request', () => {
  test('has one result for each action, in their order, and costs the neighbours of a rejected one nothing', async () => {
    const body = bulkRows(
      { index: { _index: 'a', _id: '1' } },
      document('one'),
      { create: {} },
      document('of 1971', { '@timestamp': '1971-01-01T00:00:00Z' }),
      { delete: { _id: '1' } },
      { update: { _id: '1' } },
      { doc: document('two') },
      { create: {} },
      '{"message":',
      { create: {} },
      document('three'),
    )
    const { status, product, json } = await post('/logs/_bulk', body, 'items')
    expect([status, product]).toEqual([200, 'Elasticsearch'])
    expect(json).toMatchObject({ took: expect.any(Number) as number, errors: true })
    const items = json['items'] as Record<string, { _index: string; status: number; error?: { type: string; reason: string } }>[]
    expect(items.map((item) => Object.entries(item).map(([action, { _index, status: of }]) => [action, _index, of])[0])).toEqual([
      ['index', 'a', 201],
      ['create', 'logs', 400],
      ['delete', 'logs', 400],
      ['update', 'logs', 400],
      ['create', 'logs', 400],
      ['create', 'logs', 201],
    ])
    expect(items[1]!['create']!.error).toMatchObject({
      type: 'mapper_parsing_exception',
      reason: expect.stringContaining('1971') as string,
    })
    expect(items[3]!['update']!.error!.reason).toContain('update is not done')
    expect(await messagesOf('items')).toEqual(['one', 'three'])
    const { body: letters } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': 'items' } })
    expect(letters['deadLetters']).toHaveLength(4)
  })

  test.each(['/_bulk', '/logs/_bulk', '/elasticsearch/_bulk', '/elasticsearch/.ds-logs-generic/_bulk'])(
    'is taken at %s by POST and PUT, compressed and of every type that clients name',
    async (path) => {
      const tenant = path.replaceAll('/', '-')
      for (const [i, type] of [
        'application/json',
        'application/x-ndjson; charset=utf-8',
        'application/vnd.elasticsearch+x-ndjson; compatible-with=9',
        'application/vnd.elasticsearch+json;compatible-with=8',
      ].entries()) {
        const method = i % 2 === 0 ? 'POST' : 'PUT'
        const body = gzipSync(bulkRows({ index: {} }, document(`line ${i}`)))
        const headers = { 'content-type': type, 'content-encoding': 'gzip', 'x-scope-orgid': tenant }
        const { status, json } = await send(`${path}?refresh=false&pipeline=none`, { method, body, headers })
        expect([status, json['errors']]).toEqual([200, false])
      }
      expect((await messagesOf(tenant)).toSorted()).toEqual([0, 1, 2, 3].map((i) => `line ${i}`))
    },
  )

  test('whose documents have ids stores each id once, also where a part is sent again', async () => {
    const rows = ['a', 'b', 'c'].map((id) => [{ index: { _id: id } }, document('equal')] as const)
    await post('/_bulk', bulkRows(...rows.flat()), 'ids')
    await post('/_bulk', bulkRows(...rows[2]!, ...rows[1]!), 'ids')
    await post('/_bulk', bulkRows({ index: { _id: 'd' } }, document('equal')), 'ids')
    expect(await messagesOf('ids')).toHaveLength(4)
  })

  test.each([
    ['/_bulk', '{"index":{}}\n{"message":"x"}', 400, 'terminated by a newline'],
    ['/_bulk', '{"message":"x"}\n', 400, 'Malformed action/metadata line [1]'],
    ['/elasticsearch/_bulk', '', 400, 'body is required'],
  ])('to %s that is %j is refused in the form of Elasticsearch', async (path, body, status, reason) => {
    const answer = await post(path, body)
    expect([answer.status, answer.product]).toEqual([status, 'Elasticsearch'])
    const cause = { type: 'illegal_argument_exception', reason: expect.stringContaining(reason) as string }
    expect(answer.json).toEqual({ error: { root_cause: [cause], ...cause }, status })
  })

  test('of another type, of an invalid tenant or too large says so likewise', async () => {
    const other = await post('/_bulk', 'x\n', 'default', { 'content-type': 'text/csv' })
    expect(other).toMatchObject({
      status: 415,
      product: 'Elasticsearch',
      json: { error: { type: 'media_type_header_exception' } },
    })
    expect(await post('/_bulk', 'x\n', 'a b')).toMatchObject({ status: 400, product: 'Elasticsearch', json: { status: 400 } })
    expect(await post('/_bulk', Buffer.alloc(33 * 1024 * 1024))).toMatchObject({ status: 413, json: { status: 413 } })
  })
})

describe.each(['', '/elasticsearch'])('under %j', (prefix) => {
  test.each([
    ['/', { tagline: 'You Know, for Search', version: { number: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string } }],
    ['/_license', { license: { status: 'active', type: 'basic' } }],
    ['/_xpack', { features: { ilm: { available: true, enabled: true } } }],
    ['/_cluster/health', { status: 'green' }],
    ['/_nodes/http', { nodes: expect.any(Object) as object }],
    ['/_nodes/_all/http', { _nodes: { total: 1 } }],
    ['/_index_template/filebeat-9.1.0', { index_templates: [{ name: 'filebeat-9.1.0' }] }],
    ['/_template/logstash', { logstash: { index_patterns: ['logstash*'] } }],
    ['/_component_template/x', { component_templates: [{ name: 'x' }] }],
    ['/_ilm/policy/filebeat', { filebeat: { policy: { phases: {} } } }],
    ['/_alias/filebeat', { 'filebeat-000001': { aliases: { filebeat: { is_write_index: true } } } }],
    ['/_data_stream/logs-generic-default', { data_streams: [{ name: 'logs-generic-default' }] }],
    ['/_ingest/pipeline/x', { x: { processors: [] } }],
  ])('agents get an answer from %s with which they go on', async (path, json) => {
    const answer = await send(`${prefix}${path}`)
    expect(answer).toMatchObject({ status: 200, product: 'Elasticsearch', json })
    expect(await send(`${prefix}${path}`, { method: 'HEAD' })).toMatchObject({ status: 200, product: 'Elasticsearch', text: '' })
  })

  test('what agents install is acknowledged', async () => {
    for (const path of [
      '/_index_template/x',
      '/_template/x',
      '/_ilm/policy/x',
      '/_component_template/x',
      '/_ingest/pipeline/x',
    ]) {
      const headers = { 'content-type': 'application/json' }
      const answer = await send(`${prefix}${path}`, { method: 'PUT', body: '{"template":{}}', headers })
      expect(answer).toMatchObject({ status: 200, product: 'Elasticsearch', json: { acknowledged: true } })
    }
  })

  test('a node that is found by sniffing is the one that was asked', async () => {
    const { json } = await send(`${prefix}/_nodes/http`)
    const [node] = Object.values(json['nodes'] as Record<string, { http: { publish_address: string } }>)
    expect(`http://${node!.http.publish_address}`).toBe(service.url)
  })
})

test('a path that Elasticsearch has and Afterlog has not is 404 in its form', async () => {
  const answer = await send('/elasticsearch/_search?q=x')
  expect(answer).toMatchObject({ status: 404, product: 'Elasticsearch', json: { status: 404 } })
})

test('`/` is no Elasticsearch for a browser', async () => {
  const answer = await send('/', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  // It is the page.
  expect(answer).toMatchObject({ status: 200, product: null })
  expect(answer.text).toContain('<title>Afterlog</title>')
})
