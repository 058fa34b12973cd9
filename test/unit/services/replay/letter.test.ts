import { describe, expect, test } from 'vitest'
import { requestOf, type Letter } from '../../../../services/replay/letter.ts'

const letter = (more: Partial<Letter>): Letter => ({
  id: '18446744073709551615',
  time: '2026-11-23T10:00:00.000000000Z',
  origin: 'http:/v1/batches#0',
  reason: 'r',
  code: 'too-old',
  format: 'native',
  cluster: '',
  node: '',
  agent: '',
  payload: '{"message":"m"}',
  truncated: false,
  ...more,
})
const sent = (more: Partial<Letter>) => {
  const request = requestOf(letter(more))
  if (typeof request === 'string') throw new Error(request)
  return { ...request, body: request.body.toString('latin1') }
}

describe('a record', () => {
  test('goes with what it inherited, the id of its letter, and an ordinal below 2^53 made of it', () => {
    expect(sent({ cluster: 'prod', node: 'n1', agent: 'a/1' })).toEqual({
      path: '/v1/batches',
      headers: {
        'content-type': 'application/json',
        'x-afterlog-replay': '18446744073709551615',
        'x-afterlog-cluster': 'prod',
        'x-afterlog-node': 'n1',
      },
      body: '{"cluster":"prod","node":"n1","agent":"a/1","records":[{"message":"m","ordinal":9007199254740991}]}',
    })
  })

  test.each(['{"message":"m","offset":0}', '{"message":"m","ordinal":3}'])('that has its place keeps it: %s', (payload) => {
    expect(sent({ payload }).body).toBe(`{"records":[${payload}]}`)
  })

  test.each([
    ['{"message":"m","ordinal":null,"offset":null}', '{"message":"m","ordinal":null,"offset":null,"ordinal":7}'],
    ['{}', '{"ordinal":7}'],
    ['{ } ', '{ "ordinal":7}'],
  ])('of %s becomes %s', (payload, record) => {
    expect(sent({ payload, id: '7' }).body).toBe(`{"records":[${record}]}`)
  })

  test('keeps bytes that are not UTF-8, bare control bytes, and the newlines between its fields', () => {
    const payload = Buffer.from([...Buffer.from('{"message":"'), 0xff, 0x0a, 0x01, ...Buffer.from('",\n"stream":"stdout"}')])
    const { body } = requestOf(letter({ id: '7', payload: { base64: payload.toString('base64') } })) as { body: Buffer }
    const record = Buffer.concat([payload.subarray(0, -1), Buffer.from(',"ordinal":7}')])
    expect(body).toEqual(Buffer.concat([Buffer.from('{"records":['), record, Buffer.from(']}')]))
  })

  test('with a node that no header can carry has it in the body alone', () => {
    const { headers, body } = sent({ node: 'Knöten', payload: '{"offset":1}' })
    expect(headers).not.toHaveProperty('x-afterlog-node')
    expect(JSON.parse(Buffer.from(body, 'latin1').toString())).toEqual({ node: 'Knöten', records: [{ offset: 1 }] })
  })
})

describe('a whole message', () => {
  test('that is a batch goes as it is', () => {
    const payload = '{"records":[{"message":"m"}]}'
    expect(sent({ payload })).toMatchObject({ body: payload, headers: { 'content-type': 'application/json' } })
  })

  test('that is not one JSON value goes as lines', () => {
    const payload = '{"message":"a"}\n{"message":"b"}\n'
    expect(sent({ payload })).toMatchObject({ body: payload, headers: { 'content-type': 'application/x-ndjson' } })
  })

  test('of Kubernetes goes to lifecycle as it is', () => {
    const payload = '{"kind":"Pod"}'
    expect(sent({ format: 'lifecycle', payload })).toMatchObject({ path: '/v1/lifecycle', body: payload })
  })
})

test.each<[Partial<Letter>, string]>([
  [{ truncated: true }, 'is cut at 64 KiB'],
  [{ payload: '' }, 'has no payload'],
  [{ format: null }, 'has a format that cannot be sent again: none'],
  [{ format: 'toString' }, 'has a format that cannot be sent again: toString'],
])('%o cannot be sent: %s', (more, sentence) => expect(requestOf(letter(more))).toBe(sentence))
