import { expect, test } from 'vitest'
import { parseSystemLine } from '../../../../../services/import/lines/system-line.ts'

const mtimeMs = Date.UTC(2026, 10, 23, 12)

test.each<[string, string | undefined]>([
  ['I1123 10:00:00.123456    1234 kubelet.go:2345] "SyncLoop ADD"', '2026-11-23T10:00:00.123456000Z'],
  ['E1231 23:59:59.000001    1234 kubelet.go:1] the year before', '2025-12-31T23:59:59.000001000Z'],
  ['time="2026-11-23T10:00:00.123456789Z" level=info msg="Start"', '2026-11-23T10:00:00.123456789Z'],
  ['level=info ts=2026-11-23T10:00:00.5+01:00 msg=x', '2026-11-23T09:00:00.500000000Z'],
  ['{"level":"info","ts":"2026-11-23T10:00:00.5Z","msg":"x"}', '2026-11-23T10:00:00.500000000Z'],
  ['2026-11-23 10:00:00,250 INFO x', '2026-11-23T10:00:00.250000000Z'],
  ['goroutine 1 [running]:', undefined],
  ['', undefined],
  ['I9923 10:00:00.1 x', undefined],
])('time of a line of its own: %s', (line, time) => {
  expect(parseSystemLine(line, { syslog: false, mtimeMs })).toEqual({ time, unit: undefined, textStart: 0 })
})

test.each<[string, string, string, string]>([
  ['Nov 23 10:00:00 node-7 kubelet[123]: I1123 said', '2026-11-23T10:00:00.000000000Z', 'kubelet.service', 'I1123 said'],
  ['Nov  3 10:00:00 node-7 kernel: [1.2] oom-kill', '2026-11-03T10:00:00.000000000Z', 'kernel', '[1.2] oom-kill'],
  ['Dec 31 10:00:00 node-7 systemd[1]: Started.', '2025-12-31T10:00:00.000000000Z', 'systemd.service', 'Started.'],
  ['<30>Nov 23 10:00:00 node-7 /usr/bin/containerd[9]: x', '2026-11-23T10:00:00.000000000Z', 'containerd.service', 'x'],
  ['<34>1 2026-11-23T10:00:00.003Z node-7 su - ID47 - failed', '2026-11-23T10:00:00.003000000Z', 'su.service', 'failed'],
  ['<34>1 2026-11-23T10:00:00Z node-7 su 1 - [a@1 b="c"] failed', '2026-11-23T10:00:00.000000000Z', 'su.service', 'failed'],
  ['2026-11-23T10:00:00.123456+00:00 node-7 kubelet[1]: x', '2026-11-23T10:00:00.123456000Z', 'kubelet.service', 'x'],
])('syslog header: %s', (line, time, unit, text) => {
  const found = parseSystemLine(line, { syslog: true, mtimeMs })
  expect({ ...found, text: line.slice(found.textStart) }).toMatchObject({ time, unit, text })
})

test('a syslog line without a header keeps all its text and names no unit', () => {
  expect(parseSystemLine('  continued', { syslog: true, mtimeMs })).toEqual({ time: undefined, unit: undefined, textStart: 0 })
})

test('a long hostile line costs no more than its length', () => {
  const started = performance.now()
  for (const line of [
    'Nov 23 10:00:00 '.padEnd(4096, 'a'),
    '<34>1 '.padEnd(4096, '- ['),
    `time=${'"'.repeat(4000)}`,
    ' '.repeat(4096),
  ]) {
    parseSystemLine(line, { syslog: true, mtimeMs })
  }
  expect(performance.now() - started).toBeLessThan(200)
})
