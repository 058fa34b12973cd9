import { describe, expect, test } from 'vitest'
import { decodeLifecycle } from '#ingest/formats/kubernetes.ts'
import { fixture, origin } from '#test/support/kubernetes.ts'

const json = (text: string) => decodeLifecycle(Buffer.from(text), 'json', origin)
const ndjson = (text: string) => decodeLifecycle(Buffer.from(text), 'ndjson', origin)
const crash = fixture('pod-crash-loop')
const backoff = fixture('event-backoff')

describe('objects one behind the other, as kubectl get -o json --watch prints them', () => {
  const pretty = [crash, { type: 'ADDED', object: backoff }].map((value) => JSON.stringify(value, null, 4))

  const compact = pretty.map((text) => JSON.stringify(JSON.parse(text)))

  test.each([
    ['on lines of their own', pretty.join('\n')],
    ['with nothing between', pretty.join('')],
    ['compact, with nothing between', compact.join('')],
    ['compact in one line, with blanks', `${compact.join(' ')} \n`],
    ['compact, then over several lines', `${compact[0]}\n${pretty[1]}`],
    ['over several lines, then compact', `${pretty[0]}\n${compact[1]}\n`],
  ])('%s', (_, text) => {
    for (const decoded of [json(text), ndjson(text)]) {
      expect(decoded).toMatchObject({ accepted: 2, rejects: [] })
      expect(decoded.tables.map(({ table }) => table)).toEqual(['pods', 'lives', 'events'])
    }
  })

  test('a line that is broken fails alone, whatever the others have in their texts', () => {
    const odd = JSON.stringify({ ...crash, metadata: { ...(crash as { metadata: object }).metadata, annotations: { x: '}{' } } })
    expect(ndjson(`${odd}\n{"kind":\n${compact[1]}`)).toMatchObject({ accepted: 2, rejects: [{ index: 1, reason: 'not-json' }] })
  })

  test('one of which is broken are refused as a whole', () => {
    expect(() => json(`${pretty[0]}\n${pretty[1]!.slice(0, -2)}`)).toThrow(/JSON/)
  })
})
