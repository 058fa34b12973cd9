import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rebaseName, rebaseText, recordedUntilS } from '../../../demo/rebase.ts'

const day = 86_400

describe('rebaseText', () => {
  test.each([
    [
      'CRI and JSON',
      '2026-11-23T10:11:31.165318742Z stderr F {"time":"2026-11-23T10:11:31.165Z"}',
      '2026-12-03T10:11:31.165318742Z stderr F {"time":"2026-12-03T10:11:31.165Z"}',
    ],
    ['with an offset', '2026-11-23T09:52:41.308112+00:00 node-2 kernel:', '2026-12-03T09:52:41.308112+00:00 node-2 kernel:'],
    ['with a space', 'created="2026-11-23 08:14:03 +0000 UTC"', 'created="2026-12-03 08:14:03 +0000 UTC"'],
    ['nginx errors', '2026/11/23 10:20:01 [error] 29#29:', '2026/12/03 10:20:01 [error] 29#29:'],
    ['nginx access', '- [23/Nov/2026:08:10:33 +0000] "GET /', '- [03/Dec/2026:08:10:33 +0000] "GET /'],
    ['klog', 'I1123 10:07:02.418331     987 x.go:1] "a"', 'I1203 10:07:02.418331     987 x.go:1] "a"'],
    [
      'klog within CRI',
      '2026-11-23T08:01:10.6Z stderr F W1123 08:01:10.600100       1 x.go:1]',
      '2026-12-03T08:01:10.6Z stderr F W1203 08:01:10.600100       1 x.go:1]',
    ],
  ])('moves %s', (_, text, moved) => expect(rebaseText(text, 10 * day)).toBe(moved))

  test('keeps fractions and widths, across midnight and a new year', () => {
    expect(rebaseText('2026-11-23T08:00:00.000000001Z I1123 08:00:00.000001 1', 39 * day - 9 * 3600)).toBe(
      '2026-12-31T23:00:00.000000001Z I1231 23:00:00.000001 1',
    )
    expect(rebaseText('I1123 08:00:00.000001 1', 40 * day)).toBe('I0102 08:00:00.000001 1')
  })

  test.each(['"until":"2026-12-24"', '0001-01-01 00:00:00 +0000 UTC', '2026-12-24T00:00:00Z', 'ID1123 10:07:02', 'SKU-11235'])(
    'leaves %s alone',
    (text) => expect(rebaseText(text, day)).toBe(text),
  )
})

test('a rotated log is named by its moved time', () => {
  expect(rebaseName('nginx/0.log.20261123-094512', day)).toBe('nginx/0.log.20261124-094512')
  expect(rebaseName('nginx/0.log', day)).toBe('nginx/0.log')
})

test('nothing in the recorded cluster is later than its end, and none of its times stays behind', async () => {
  const cluster = join(import.meta.dirname, '../../../demo/cluster')
  const files = (await readdir(cluster, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && /\.(log|ndjson)/.test(entry.name),
  )
  expect(files.length).toBeGreaterThan(15)
  for (const file of files) {
    const text = await readFile(join(file.parentPath, file.name), 'latin1')
    const times = [...text.matchAll(/2026-11-23[T ](\d\d:\d\d:\d\d)/g)].map(([, clock]) => clock!)
    expect(Math.max(...times.map((clock) => Date.parse(`2026-11-23T${clock}Z`) / 1000), 0)).toBeLessThanOrEqual(recordedUntilS)
    expect(rebaseText(text, 10 * day)).not.toMatch(/2026-11-23|2026\/11\/23|23\/Nov|[IWEF]1123 /)
  }
})
