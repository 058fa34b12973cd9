import { expect, test } from 'vitest'
import { classifyError, classifyInsertError, isDamage } from '#shared/clickhouse/classify-error.ts'
import { AfterlogError } from '#shared/errors.ts'

const engine = (code: number, words: string): Error => new Error(`Code: ${code}. DB::Exception: ${words}. (NAME)`)
const client = (code: number, words: string): Error => Object.assign(new Error(words), { code: String(code), type: 'NAME' })
const network = (code: string): Error => Object.assign(new Error(`connect ${code} 127.0.0.1:8123`), { code })

test.each([
  ['a timeout of the engine', engine(159, 'Timeout exceeded: elapsed 300 ms'), 'query-limit'],
  [
    'a host that has not run a statement ON CLUSTER in time',
    engine(159, 'Watching task is executing longer than distributed_ddl_task_timeout (=60) seconds'),
    'store-unavailable',
  ],
  ['the same as the HTTP client tells it', client(159, 'Timeout exceeded: elapsed 300 ms'), 'query-limit'],
  ['a query that is estimated too slow', engine(160, 'Estimated query execution time'), 'query-limit'],
  ['the memory of a query', engine(241, 'Query memory limit exceeded: would use 12.06 MiB'), 'query-limit'],
  [
    'files that run out',
    engine(76, 'Cannot open file /x/data.bin, errno: 24, strerror: Too many open files'),
    'store-unavailable',
  ],
  [
    'files that run out for sockets',
    engine(573, 'Cannot open epoll descriptor, errno: 24, Too many open files'),
    'store-unavailable',
  ],
  ['files of this process that run out', new Error('EMFILE: too many open files, open /x'), 'store-unavailable'],
  ['a line that speaks of them', engine(27, 'Cannot parse input: "Too many open files"'), 'internal'],
  ['the memory of the whole server', engine(241, 'Memory limit (total) exceeded'), 'store-unavailable'],
  ['too many rows to read', engine(158, 'Limit for rows exceeded'), 'query-limit'],
  ['too many bytes to read', engine(307, 'Limit for bytes exceeded'), 'query-limit'],
  ['a result that is too big', engine(396, 'Limit for result exceeded'), 'query-limit'],
  ['a full disk as the engine names it', engine(243, 'Cannot reserve 1.00 MiB, not enough space'), 'store-full'],
  [
    'a full disk as the system names it',
    engine(75, 'Cannot write to file: errno: 28, strerror: No space left on device'),
    'store-full',
  ],
  ['a full disk without a code', new Error('ENOSPC: no space left on device, write'), 'store-full'],
  ['too many parts', engine(252, 'Too many parts (3000)'), 'store-unavailable'],
  ['a query that was cancelled by a stop', engine(394, 'Query was cancelled'), 'store-unavailable'],
  ['a server that is going down', engine(999, 'Server is shutting down'), 'store-unavailable'],
  ['a refused connection', network('ECONNREFUSED'), 'store-unavailable'],
  ['a broken connection', network('ECONNRESET'), 'store-unavailable'],
  ['a broken answer', new Error('aborted'), 'store-unavailable'],
  ['a server that does not answer', new Error('Timeout error.'), 'store-unavailable'],
  ['a proxy without a server', new Error('HTTP 502: Bad Gateway'), 'store-unavailable'],
  ['a statement that is not SQL', engine(62, 'Syntax error'), 'internal'],
  ['a table that is not there', client(60, 'Unknown table'), 'internal'],
  ['a store that may only be read', engine(164, 'Cannot execute query in readonly mode'), 'internal'],
  [
    'a bad row that speaks of a full disk',
    engine(27, `Cannot parse input before 'No space left on device': (at row 2)`),
    'internal',
  ],
  ['a wrong password', client(516, 'Authentication failed'), 'store-unavailable'],
  ['a bug', new TypeError('x is not a function'), 'internal'],
  ['what is no error at all', 'words', 'internal'],
])('%s', (_, error, code) => {
  const classified = classifyError(error)
  expect(classified.code).toBe(code)
  expect(classified.cause).toBe(error)
})

test('the words of the engine are kept for the log and not shown', () => {
  const shown = classifyError(engine(62, `Syntax error near 'SELECT secret'`)).message
  expect(shown).not.toContain('secret')
})

test('a bad regular expression is the fault of q, with the reason', () => {
  const error = classifyError(
    engine(
      427,
      `OptimizedRegularExpression: cannot compile re2: (, error: missing ): (. Look at https://github.com/google/re2/wiki/Syntax`,
    ),
  )
  expect(error).toMatchObject({
    code: 'invalid-parameter',
    parameter: 'q',
    message: 'the regular expression is not valid RE2 syntax: missing ): (',
  })
})

test('what is classified already stays as it is', () => {
  const error = new AfterlogError('not-found', 'no such pod')
  expect(classifyError(error)).toBe(error)
})

test.each([
  ['too many parts', engine(252, 'Too many parts (3000)'), 'store-busy'],
  ['too many queries at once', client(202, 'Too many simultaneous queries'), 'store-busy'],
  ['the memory of the insert', engine(241, 'Query memory limit exceeded: would use 12.06 MiB'), 'store-memory'],
  ['the memory of the whole server', engine(241, 'Memory limit (total) exceeded'), 'store-memory'],
  ['a proxy that takes no body of this size', new Error('HTTP 413: Payload Too Large'), 'store-memory'],
  ['a timeout of the engine', engine(159, 'Timeout exceeded: elapsed 300 ms'), 'store-timeout'],
  ['a timeout of its sockets', engine(209, 'Timeout exceeded while reading from socket'), 'store-timeout'],
  ['a timeout of the client', new Error('Timeout error.'), 'store-timeout'],
  ['a timeout of the signal', new Error('The operation was aborted due to timeout'), 'store-timeout'],
  ['a date that is none', engine(41, 'Cannot parse DateTime64'), 'rows-refused'],
  ['input that cannot be parsed', engine(27, 'Cannot parse input: (at row 2)'), 'rows-refused'],
  ['a bad row that speaks of a full disk', engine(27, `Cannot parse input before 'No space left on device'`), 'rows-refused'],
  ['JSON that is none', client(117, 'Cannot parse JSON object'), 'rows-refused'],
  ['a full disk', engine(243, 'Cannot reserve 1.00 MiB, not enough space'), 'store-full'],
  ['a refused connection', network('ECONNREFUSED'), 'store-unavailable'],
  ['a broken connection', network('ECONNRESET'), 'store-unavailable'],
  ['a server that is going down', engine(999, 'Server is shutting down'), 'store-unavailable'],
  ['a table that is not there', client(60, 'Unknown table'), 'internal'],
  ['a column that is not there', engine(16, 'No such column'), 'internal'],
])('an insert that failed for %s', (_, error, code) => {
  expect(classifyInsertError(error)).toMatchObject({ code, cause: error })
})

test('an insert is split or refused only for what the rows are: whatever else fails may be sent again as it is', () => {
  for (let code = 1; code < 1100; code++) {
    const { code: told } = classifyInsertError(engine(code, 'words'))
    if (told === 'rows-refused') expect([6, 25, 26, 27, 28, 33, 38, 41, 69, 72, 117, 130, 131, 321, 349, 407]).toContain(code)
    if (told === 'store-memory') expect(code).toBe(241)
  }
})

test('an insert error that is classified already stays as it is', () => {
  const error = new AfterlogError('store-full', 'full')
  expect(classifyInsertError(error)).toBe(error)
})

test.each([
  ['a checksum', classifyError(engine(40, "Checksum doesn't match")), true],
  ['a file of a part that is gone, as the HTTP client tells it', classifyError(client(107, 'File does not exist')), true],
  [
    'a part that the engine names',
    classifyError(
      engine(40, "Checksum doesn't match (while reading from part /store/ba7/ba78c036-2a8b-4bd4-a189-de3299394303/all_1_1_0/)"),
    ),
    true,
  ],
  ['a column that is not there yet', classifyError(engine(47, 'Unknown identifier')), false],
  ['files that run out', classifyError(engine(76, 'Cannot open file /x, errno: 24, Too many open files')), false],
  ['a full disk', classifyError(engine(243, 'Cannot reserve 1.00 MiB, not enough space')), false],
  ['a bug', new Error('no engine said this'), false],
])('%s says whether files of a part are damaged', (_, error, expected) => {
  expect(isDamage(error)).toBe(expected)
})
