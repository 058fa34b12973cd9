// The shipped configurations of Fluentd in a sidecar: what they say of a line are names that are read.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fieldsByName } from '#ingest/formats/agent-fields.ts'

const read = (name: string): string => readFileSync(`deploy/agents/fluentd/${name}`, 'utf8')
const part = (text: string, name: string): string => new RegExp(`<${name}[ >].*?</${name}>`, 's').exec(text)![0]

test.each(['fluent.conf', 'http.conf'])('%s tells whose lines it sends', (name) => {
  const keys = [...part(read(name), 'record').matchAll(/^ +(\w+) "/gm)].map(([, key]) => fieldsByName.get(key!)?.field)
  expect(keys).toEqual(['namespace', 'pod', 'podUid', 'container', 'node'])
  expect(part(read(name), 'source')).toContain('message_key log')
  expect(part(read(name), 'buffer')).toContain('retry_forever true')
})

test('both read the same, and give no line up', () => {
  for (const name of ['source', 'buffer']) expect(part(read('http.conf'), name)).toBe(part(read('fluent.conf'), name))
})

test('what goes over HTTP has its time', () => expect(part(read('http.conf'), 'record')).toContain('time ${time.'))
