// Which errors an obituary tells: those of the minutes before a crash, by what their lines say.
import { describe, expect, test } from 'vitest'
import type { LineJson } from '#shared/lines/line-json.ts'
import { deathErrors, isExplainedByErrors, linesBeforeEnd } from '#shared/obituary/errors-of-death.ts'
import { errorsOf } from '#shared/obituary/last-error.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import { lineJson } from '#test/support/line-json.ts'

const lineAt = (clock: string, message: string, severity = 'info', stream = 'stdout'): LineJson =>
  lineJson({ time: `2026-11-23T${clock}.000000000Z`, message, severity, stream })
const errorsBefore = (lines: readonly LineJson[], finishedAt: string | null) => {
  const last = linesBeforeEnd(lines, finishedAt, ({ time }) => epochNs(time))
  return deathErrors(errorsOf(last), (at) => last[at]!)
}
const end = '2026-11-23T11:57:04.000000000Z'

describe('errors of the minutes before the end', () => {
  test('are not those of 87 minutes earlier, also where the life said nothing since', () => {
    const declined = lineAt('10:30:20', 'payment declined', 'error')
    expect(errorsBefore([declined, lineAt('11:56:00', 'served')], end)).toEqual({ firstError: null, lastError: null })
    expect(errorsBefore([declined], end)).toEqual({ firstError: null, lastError: null })
    // Where nobody reported the end, the life ended with its last line.
    expect(errorsBefore([declined], null).lastError?.text).toBe('payment declined')
  })

  test('are the first and the last of them, with the minutes that were looked through', () => {
    const { firstError, lastError } = errorsBefore(
      [
        lineAt('11:50:00', 'too early', 'error'),
        lineAt('11:57:01', 'connection refused', 'error'),
        lineAt('11:57:03', 'giving up', 'fatal'),
      ],
      end,
    )
    expect(firstError).toMatchObject({
      text: 'connection refused',
      because: 'its severity is error; it is the first error of the 5 minutes before the end',
    })
    expect(lastError).toMatchObject({
      text: 'giving up',
      because: 'its severity is fatal; it is the last error of the 5 minutes before the end',
    })
  })

  test('say what a structured line says', () => {
    const json = '{"level":60,"time":"2026-11-23T11:57:03Z","session":"s_1","msg":"cannot restore \\"sessions\\", giving up"}'
    const { firstError, lastError } = errorsBefore([lineAt('11:57:03', json, 'fatal')], end)
    expect(lastError).toMatchObject({ text: 'cannot restore "sessions", giving up', message: json })
    expect(firstError).toMatchObject({ text: lastError!.text, time: lastError!.time })
  })

  test('point to the line of the exception, with the frames of its trace', () => {
    const trace = ['Traceback (most recent call last):', '  File "/app/cart.py", line 9, in lock', 'KeyError: 17']
    const { lastError } = errorsBefore(
      trace.map((text, i) => lineAt(`11:57:0${i}`, text, '', 'stderr')),
      end,
    )
    expect(lastError).toMatchObject({ text: 'KeyError: 17', message: 'KeyError: 17', frames: ['lock (cart.py)'] })
  })

  test('of lines whose clock is ahead of the end are those before the last line', () => {
    const lines = [lineAt('12:50:00', 'early', 'error'), lineAt('12:59:00', 'late', 'error')]
    expect(errorsBefore(lines, end).firstError?.text).toBe('late')
  })
})

test.each([
  ['crashed', 'Error', true],
  ['crashed', 'DeadlineExceeded', false],
  ['oomkilled', 'OOMKilled', false],
  ['evicted', 'Evicted', false],
  ['node-lost', 'Terminated', false],
  ['completed', 'Completed', false],
  ['unknown', '', false],
] as const)('errors explain a death %s (%s): %s', (outcome, reason, isExplained) => {
  expect(isExplainedByErrors({ outcome, reason })).toBe(isExplained)
})
