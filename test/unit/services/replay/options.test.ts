import { expect, test } from 'vitest'
import { parseOptions } from '../../../../services/replay/options.ts'

const parse = (...argv: string[]) => parseOptions(argv, { url: undefined, adminToken: undefined })

test('posts go where letters are read, unless told', () => {
  expect(parse()).toMatchObject({ url: 'http://127.0.0.1:8080', ingestUrl: 'http://127.0.0.1:8080', codes: [], dryRun: false })
  expect(parseOptions([], { url: 'http://a', adminToken: undefined })).toMatchObject({ url: 'http://a', ingestUrl: 'http://a' })
  expect(
    parse('--url', 'http://q', '--ingest-url', 'http://i', '--code', 'too-old', '--code', 'bad-time', '--dry-run'),
  ).toMatchObject({
    url: 'http://q',
    ingestUrl: 'http://i',
    codes: ['too-old', 'bad-time'],
    dryRun: true,
  })
})

test.each([
  [['--url', 'ftp://x'], 'must be an http:// or https:// URL, not "ftp://x"'],
  [['--ingest-url', 'x'], 'must be an http:// or https:// URL, not "x"'],
  [['--timeout', '1.5'], '--timeout takes whole seconds'],
  [['--tenant', 'ü'], '--tenant takes'],
  [['--what'], '--what'],
  [['path'], 'path'],
])('%j is refused with a sentence', (argv, sentence) => {
  expect(parse(...argv)).toEqual({ sentence: expect.stringContaining(sentence) as unknown })
})

test('a relative time begins with a dash', () => {
  expect(parse('--from', '-2h', '--to', '-1h', '--dry-run')).toMatchObject({ from: '-2h', to: '-1h', dryRun: true })
  expect(parse('--to=-1h', '--from=-2h')).toMatchObject({ from: '-2h', to: '-1h' })
})

test('--help is told', () => expect(parse('-h')).toBe('help'))

test('a token that no header can have is refused without repeating it', () => {
  expect(parseOptions([], { url: undefined, adminToken: 'a.b-c==' })).toMatchObject({ adminToken: 'a.b-c==' })
  expect(parseOptions([], { url: undefined, adminToken: 'hush\nhush' })).toEqual({
    sentence: 'AFTERLOG_ADMIN_TOKEN must be letters, digits and -._~+/, with = at the end only',
  })
})
