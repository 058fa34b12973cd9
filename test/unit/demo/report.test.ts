import { expect, test } from 'vitest'
import type { PodAnswer } from '../../../demo/answers.ts'
import { commandsFor, lastWordsOf, tableOf } from '../../../demo/report.ts'

const pod = (more: Partial<PodAnswer>): PodAnswer => ({
  namespace: 'shop',
  name: 'cart',
  uid: 'u1',
  node: 'node-1',
  outcome: 'crashed',
  message: '',
  exitCode: 1,
  diedAt: '2026-11-23T10:11:59.734000000Z',
  restarts: 2,
  lines: 179,
  ...more,
})

test('the dead in aligned columns, unknowns as dashes, the living in one sentence', () => {
  const pods = [
    pod({}),
    pod({ name: 'indexer-0', outcome: 'evicted', exitCode: null, diedAt: null, lines: 7 }),
    pod({ name: 'web', outcome: 'running' }),
  ]
  expect(tableOf(pods)).toBe(`  POD             NODE    OUTCOME  EXIT  RESTARTS  DIED AT (UTC)        LINES
  shop/cart       node-1  crashed     1         2  2026-11-23 10:11:59    179
  shop/indexer-0  node-1  evicted     -         2  -                        7

  alive: shop/web
`)
})

test('last words are the last lines, long ones cut with a mark', () => {
  const words = lastWordsOf(pod({ message: 'The node was low on resource. ' }), `one\ntwo\n${'x'.repeat(500)}\n`, 2)
  expect(words).not.toContain('one')
  expect(words).toContain('  The node was low on resource.\n')
  expect(words).toMatch(/\n {2}two\n {2}x+…\n$/)
})

test('commands name the pods that they are about', () => {
  const commands = commandsFor('http://127.0.0.1:8080', [pod({}), pod({ uid: 'u2', outcome: 'evicted' })])
  expect(commands).toContain(`curl -s -H 'accept: text/plain' 'http://127.0.0.1:8080/v1/pods/u2/logs'`)
  expect(commands).toContain('http://127.0.0.1:8080/v1/pods/u1/logs?life=-1')
  expect(commands).toContain('http://127.0.0.1:8080/docs')
})
