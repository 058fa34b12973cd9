// Documents that rules before version 10 wrote, read as obituaries of today: errors of the last minutes, of crashes alone.
import { expect, test } from 'vitest'
import { obituaryIn } from '#shared/obituary/stored-obituary.ts'

const lineAt = (clock: string, message: string, severity: string) => ({
  time: `2026-11-23T${clock}.000000000Z`,
  container: 'app',
  restart: 1,
  containerId: '',
  offset: null,
  stream: 'stdout',
  severity,
  message,
})
const json = '{"level":60,"msg":"giving up on \\"x\\""}'
const declined = lineAt('08:30:20', '{"level":50,"msg":"payment declined"}', 'error')
const gaveUp = lineAt('09:59:58', json, 'fatal')

const old = (outcome: string, firstError: object | null, cause = 'app ended with exit code 1') => ({
  pod: {
    outcome,
    reason: 'Error',
    containers: [{ name: 'app', lives: [{ restart: 1, containerId: 'c1', finishedAt: '2026-11-23T10:00:00.000000000Z' }] }],
  },
  outcome,
  cause:
    firstError === null ? cause : `${cause}; its first error: ${JSON.stringify((firstError as { message: string }).message)}`,
  evidence: firstError === null ? [] : [{ kind: 'line', time: (firstError as { time: string }).time, text: declined.message }],
  lastWords: [{ container: 'app', lines: [lineAt('09:59:50', 'served', 'info'), gaveUp] }],
  firstError,
})

test('a first error from long before makes place for that of the last minutes', () => {
  const { cause, evidence, firstError, lastError } = obituaryIn(JSON.stringify(old('crashed', { ...declined, because: 'x' })))
  expect(cause).toBe('app ended with exit code 1; its last error: "giving up on "x""')
  expect(evidence).toEqual([{ kind: 'line', time: gaveUp.time, text: 'giving up on "x"' }])
  expect(lastError).toMatchObject({ text: 'giving up on "x"', message: json })
  expect(firstError).toMatchObject({ text: 'giving up on "x"' })
})

test('an eviction has none, and its cause stays', () => {
  const { cause, firstError, lastError } = obituaryIn(
    JSON.stringify({ ...old('evicted', { ...declined, because: 'x' }), cause: 'evicted by the kubelet' }),
  )
  expect({ cause, firstError, lastError }).toEqual({ cause: 'evicted by the kubelet', firstError: null, lastError: null })
})

test('what had none has none', () => {
  expect(obituaryIn(JSON.stringify(old('crashed', null)))).toMatchObject({ firstError: null, lastError: null })
})

test('a document of today, and what only the page of the pod shows, is left as it is', () => {
  const { detail: _, ...today } = { ...old('crashed', null), lastError: null, detail: { evidence: [], events: [] } }
  expect(obituaryIn(JSON.stringify({ ...today, detail: { evidence: [], events: [] } }))).toEqual(today)
})
