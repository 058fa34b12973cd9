// docs/formats.md says what travels on Kafka; this holds it against the code.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { recordFields } from '#ingest/formats/record-scanner.ts'
import { publishBatch } from '#ingest/publish/batch-body.ts'
import { clusterHeader, messageHeaders, nodeHeader } from '#ingest/publish/message-headers.ts'
import { readRejectMessage, rejectMessages, rejectsHeader } from '#ingest/publish/reject-messages.ts'
import { decodeOptions } from '#test/support/decode.ts'

const page = readFileSync(new URL('../../../../../docs/formats.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```json\n([^`]+)```/g)].map(([, text]) => JSON.parse(text!) as object)
const origin = { ...decodeOptions.origin, cluster: '', node: '', format: 'native' as const }
const room = { topic: 't', messageBytesMax: 1_000_000 }

test('the post of the page becomes the messages of the page', () => {
  const [body, ...values] = examples
  const { messages, rejects } = publishBatch(Buffer.from(JSON.stringify(body)), 'batch', { ...decodeOptions, ...room, origin })
  expect(rejects).toEqual([])
  expect(messages.map(({ key }) => key?.toString())).toEqual(['5b0c1d2e', '9a9a9a9a'])
  expect(messages.map(({ value }) => JSON.parse(value.toString()) as object)).toEqual(values.slice(0, 2))
})

test('rejects travel as the page says', () => {
  const expected = examples[3] as { rejects: object[] }
  const payload = Buffer.from('{"time":"noon"…}')
  const reject = {
    index: 3,
    reason: 'bad-time',
    detail: 'time noon is neither a date nor a number; send …',
    payload,
    payloadBytes: 18,
  } as const
  const [message] = rejectMessages([reject], { ...origin, cluster: 'prod-eu', node: 'node-7' }, Buffer.alloc(32), room)
  expect(JSON.parse(message!.value.toString())).toEqual(expected)
  expect(message!.headers[rejectsHeader]).toHaveLength(64)
  expect(readRejectMessage(message!.headers[rejectsHeader]!, message!.value, origin)?.rejects).toEqual([reject])
})

test('every field and every header is on the page', () => {
  const names = [...recordFields, rejectsHeader, clusterHeader, nodeHeader, ...Object.keys(messageHeaders(origin))]
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
