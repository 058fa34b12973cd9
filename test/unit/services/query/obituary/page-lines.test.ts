// Lines as a page shows them: gaps where they are, and no time again on each line of a stack trace.
import { expect, test } from 'vitest'
import type { LineJson } from '#shared/lines/line-json.ts'
import { lineList } from '#query/obituary/page-lines.ts'
import { lineJson } from '#test/support/line-json.ts'

const lineAt = (time: string, message: string, restart = 0): LineJson => lineJson({ time: `${time}Z`, message, restart })
const day = '2026-11-23'
const at = (clock: string): string => `${day}T${clock}.000000000Z`
const gap = (from: string, to: string) => ({ from: at(from), to: at(to), bytes: 100, reason: 'lost at rotation' })

/** Each item as `[day]`, `gap`, or its time and its message. */
const itemsOf = (page: string): string[] =>
  [...page.matchAll(/<li class="([^"]*)">([\s\S]*?)<\/li>/g)].map(([, kind, inner]) => {
    const text = inner!.replaceAll(/<[^>]*>/g, '|').replaceAll(/\s*\|+\s*/g, '|')
    return `${kind === 'day' || kind === 'gap' ? `${kind}: ` : ''}${text.replaceAll(/^\|+|\|+$/g, '')}`
  })

test('a gap stands between the lines that it is between', () => {
  const lines = [lineAt(`${day}T10:00:02.000000000`, 'two'), lineAt(`${day}T10:00:06.000000000`, 'six')]
  expect(itemsOf(lineList(lines, [{ restart: 0, gaps: [gap('10:00:02', '10:00:06')] }]).text)).toEqual([
    'day: 2026-11-23, UTC',
    '10:00:02|two',
    'gap: missing here: 10:00:02–10:00:06 UTC, 100 bytes, lost at rotation',
    '10:00:06|six',
  ])
})

test('a gap behind the last line stands there; one before the first line, and one of another life, does not', () => {
  const lines = [lineAt(`${day}T10:00:02.000000000`, 'two')]
  const items = itemsOf(
    lineList(lines, [
      { restart: 0, gaps: [gap('09:00:00', '09:30:00'), gap('10:00:02', '10:00:09')] },
      { restart: 1, gaps: [gap('10:00:02', '10:00:09')] },
    ]).text,
  )
  expect(items.filter((item) => item.startsWith('gap'))).toHaveLength(1)
  expect(items.at(-1)).toMatch(/^gap: .*10:00:02–10:00:09/)
})

test('lines of a stack trace and lines of one moment have one time; a new day and a new life are told', () => {
  const lines = [
    lineAt('2026-11-22T23:59:59.577883000', 'boom'),
    lineAt('2026-11-22T23:59:59.577883000', 'same moment'),
    lineAt('2026-11-22T23:59:59.579000000', '\tat com.shop.Cart.lock(Cart.java:1)'),
    lineAt('2026-11-23T00:00:01.000000000', '\tat another trace'),
    lineAt('2026-11-23T00:00:02.000000000', 'again', 1),
  ]
  expect(itemsOf(lineList(lines).text)).toEqual([
    'day: 2026-11-22, UTC',
    '23:59:59.577|boom',
    'same moment',
    'at com.shop.Cart.lock(Cart.java:1)',
    'day: 2026-11-23, UTC',
    '00:00:01|at another trace',
    'day: life 1',
    '00:00:02|again',
  ])
})
