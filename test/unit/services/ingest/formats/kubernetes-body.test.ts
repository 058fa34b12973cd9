import { describe, expect, test } from 'vitest'
import { decodeLifecycle } from '#ingest/formats/kubernetes.ts'
import { fixture, origin } from '#test/support/kubernetes.ts'

const json = (text: string) => decodeLifecycle(Buffer.from(text), 'json', origin)
const ndjson = (text: string) => decodeLifecycle(Buffer.from(text), 'ndjson', origin)
const crash = fixture('pod-crash-loop')
const backoff = fixture('event-backoff')

describe('objects one behind the other, as kubectl get -o json --watch prints them', () => {
  const pretty = [crash, { type: 'ADDED', object: backoff }].map((value) => JSON.stringify(value, null, 4))

  test.each([
    ['on lines of their own', pretty.join('\n')],
    ['with nothing between', pretty.join('')],
  ])('%s', (_, text) => {
    for (const decoded of [json(text), ndjson(text)]) {
      expect(decoded).toMatchObject({ accepted: 2, rejects: [] })
      expect(decoded.tables.map(({ table }) => table)).toEqual(['pods', 'lives', 'events'])
    }
  })

  test('one of which is broken are refused as a whole', () => {
    expect(() => json(`${pretty[0]}\n${pretty[1]!.slice(0, -2)}`)).toThrow(/JSON/)
  })
})
