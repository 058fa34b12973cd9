import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { bodyOf, refusal } from '#shared/clickhouse/response-body.ts'

const headers = { 'x-clickhouse-exception-tag': 'abcdefgh' }
const failed = `\r\n__exception__\r\nabcdefgh\r\nCode: 395. DB::Exception: enough. (FUNCTION_THROW_IF)\n55 abcdefgh\r\n__exception__\r\n`
const stream = (parts: readonly string[]): Readable => Readable.from(parts.map((part) => Buffer.from(part)))
const read = async (
  parts: readonly string[],
  given: Record<string, string> = headers,
): Promise<{ data: string; error?: string }> => {
  let data = ''
  try {
    for await (const chunk of bodyOf(stream(parts), given)) data += chunk.toString()
    return { data }
  } catch (error) {
    return { data, error: (error as Error).message }
  }
}

test('a body without a report comes out as it is, whatever it ends with', async () => {
  expect(await read(['rows\r\n__except', 'ion__\r\nabc', 'defgX\r\n'])).toEqual({ data: 'rows\r\n__exception__\r\nabcdefgX\r\n' })
  expect(await read(['rows\r\n__exception__\r\n'])).toEqual({ data: 'rows\r\n__exception__\r\n' })
})

test('a report is an error, wherever chunks divide it, and never comes out as data', async () => {
  const body = `rows\n${failed}`
  for (let at = 1; at < body.length; at++) {
    const { data, error } = await read([body.slice(0, at), body.slice(at)])
    expect({ data, error }).toEqual({ data: 'rows\n', error: 'Code: 395. DB::Exception: enough. (FUNCTION_THROW_IF)' })
  }
})

test('without a tag nothing is taken for a report', async () => {
  expect(await read([failed], {})).toEqual({ data: failed })
})

test('an answer is a refusal by its status or by its header', async () => {
  const answer = (status: number, body: string, given: Record<string, string> = {}) =>
    refusal({ stream: stream([body]), response_headers: given, http_status_code: status })
  expect(await answer(200, 'rows')).toBeUndefined()
  expect((await answer(500, 'Code: 27. DB::Exception: bad: (at row 2)\n'))!.message).toBe(
    'Code: 27. DB::Exception: bad: (at row 2)',
  )
  expect((await answer(200, 'Code: 62. DB::Exception: no', { 'x-clickhouse-exception-code': '62' }))!.message).toBe(
    'Code: 62. DB::Exception: no',
  )
  expect((await answer(502, '<html>Bad Gateway</html>'))!.message).toBe('HTTP 502: <html>Bad Gateway</html>')
})
