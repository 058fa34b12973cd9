import { expect, test } from 'vitest'
import { lastLine } from '../../../../../services/agent/files/last-line.ts'

const at = '2026-11-23T10:00:00.000000001Z'
const textsOf = (text: string, isWhole = true) => {
  const bytes = Buffer.from(text)
  return lastLine(bytes, isWhole).map(({ start, end, length }) => [bytes.toString('utf8', start, end).slice(31), length])
}

test.each([
  ['the last line', `${at} stdout F a\n${at} stdout F bc\n`, [['stdout F bc', 43]]],
  ['one without a newline', `${at} stdout F a\n${at} stdout F bc`, [['stdout F bc', 42]]],
  ['all fragments of it', `${at} stdout F a\n${at} stdout P b\n${at} stderr F x\n${at} stdout F c\n`, [['stdout P b', 42], ['stdout F c', 42]]], // prettier-ignore
  ['nothing of an empty file', '', []],
])('it is %s', (_, text, lines) => {
  expect(textsOf(text)).toEqual(lines)
})

test('bytes that begin within a line have only what begins in them', () => {
  expect(textsOf(`tdout F a\n${at} stdout F b\n`, false)).toEqual([['stdout F b', 42]])
  expect(textsOf('tdout F a', false)).toEqual([])
})
