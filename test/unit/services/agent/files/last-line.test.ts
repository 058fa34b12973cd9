import { expect, test } from 'vitest'
import { createLastLine } from '../../../../../services/agent/files/last-line.ts'
import { createLineSplitter } from '../../../../../services/import/lines/line-splitter.ts'

const at = '2026-11-23T10:00:00.000000001Z'
function lastOf(text: string, isWhole = true) {
  const last = createLastLine(isWhole)
  const splitter = createLineSplitter({ startOffset: isWhole ? 0 : 5000, onLine: last.onLine })
  splitter.push(Buffer.from(text))
  splitter.end()
  const lines = last.take()
  return typeof lines === 'string'
    ? lines
    : lines.map(({ bytes, offset, length }) => [bytes.toString().slice(31), offset, length])
}

test.each([
  ['the last line', `${at} stdout F a\n${at} stdout F bc\n`, [['stdout F bc', 42, 43]]],
  ['one without a newline', `${at} stdout F a\n${at} stdout F bc`, [['stdout F bc', 42, 42]]],
  ['all fragments of it', `${at} stdout F a\n${at} stdout P b\n${at} stderr F x\n${at} stdout F c\n`, [['stdout P b', 42, 42], ['stdout F c', 126, 42]]], // prettier-ignore
  ['the only line of its stream', `${at} stdout P a\n${at} stderr F x\n`, [['stderr F x', 42, 42]]],
  ['without zero bytes in front of it', `${at} stdout F a\n\0\0\0${at} stdout F b\n`, [['stdout F b', 42, 45]]],
  ['nothing of an empty file', '', 'none'],
])('it is %s', (_, text, lines) => {
  expect(lastOf(text)).toEqual(lines)
})

test.each([
  ['none begins in them', 'tdout F a'],
  ['the first one of its stream may go on with a fragment', `tdout F a\n${at} stdout F b\n`],
  ['the fragments may begin in front of them', `tdout P a\n${at} stdout P b\n${at} stdout F c\n`],
  ['the lines in front are of the other stream', `tdout F a\n${at} stderr F x\n${at} stdout F b\n`],
])('of bytes that begin within a line it is not known where %s', (_, text) => {
  expect(lastOf(text, false)).toBe('unknown')
})

test('bytes that begin within a line have a last line where another one of its stream ends in them', () => {
  const text = `tdout F a\n${at} stdout F b\n${at} stdout P c\n${at} stdout F d\n`
  expect(lastOf(text, false)).toEqual([['stdout P c', 5052, 42], ['stdout F d', 5094, 42]]) // prettier-ignore
})

test('more fragments than the service joins are none', () => {
  const fragment = (tag: string) => `${at} stdout ${tag} ${'x'.repeat(16_000)}\n`
  expect(lastOf(`${fragment('P').repeat(60)}${fragment('F')}`)).toHaveLength(61)
  expect(lastOf(`${fragment('P').repeat(66)}${fragment('F')}`)).toBe('none')
})
