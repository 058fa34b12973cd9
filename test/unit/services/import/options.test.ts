import { expect, test } from 'vitest'
import { parseOptions, usage } from '../../../../services/import/options.ts'

const parse = (...argv: string[]) => parseOptions(argv, { url: undefined })

test('a path is all it needs', () => {
  expect(parse('/rescue')).toEqual({
    path: '/rescue',
    url: undefined,
    node: '',
    cluster: '',
    tenant: '',
    state: undefined,
    timeoutMs: 60_000,
    waits: false,
  })
})

test('options win over the environment', () => {
  expect(parseOptions(['x', '--url', 'http://a:1'], { url: 'http://b:2' })).toMatchObject({ url: 'http://a:1' })
  expect(parseOptions(['x'], { url: 'http://b:2' })).toMatchObject({ url: 'http://b:2' })
})

test.each([
  [[]],
  [['a', 'b']],
  [['a', '--url', 'ftp://x']],
  [['a', '--timeout', 'soon']],
  [['a', '--nonsense']],
  [['a', '--node', 'grüße']],
  [['a', '--node', 'x\ny']],
  [['a', '--tenant', 'my team']],
  [['a', '--tenant', 't'.repeat(129)]],
])('%j is told what is wrong in a sentence', (argv) => {
  expect(parse(...argv)).toEqual({ sentence: expect.stringMatching(/\S/) as string })
})

test('every option is in the help', () => {
  expect(parse('--help')).toBe('help')
  for (const name of ['url', 'node', 'cluster', 'tenant', 'state', 'timeout', 'help']) expect(usage).toContain(`--${name}`)
})
