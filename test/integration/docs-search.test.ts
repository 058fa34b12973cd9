// Every example of docs/search.md on the real engine: what a search finds, what it does not find, and what it refuses.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { openSearchRows, type SearchRow, type SearchRows } from '#test/support/search-rows.ts'

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8')

/** Rows of the tables whose heads begin so, as cells. */
const tables = (head: string): string[][] =>
  page
    .split('\n\n')
    .filter((block) => block.startsWith(`| ${head} |`))
    .flatMap((block) => block.trim().split('\n').slice(2))
    .map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')))
    .map((cells) => cells.slice(1, -1))

const code = (cell: string): string => /^`(.*)`$/.exec(cell)![1]!

/** The lines of a cell: messages, or values of the fields that are named before them. */
function linesOf(cell: string, prefix: string): SearchRow[] {
  return [...cell.matchAll(/(?:([\p{L}\p{N}_.@/-]+) )?`([^`]*)`/gu)].map(([, name, value], at) => {
    const id = `${prefix}${at}`
    const text = value!.replaceAll(String.raw`\e`, '\u001b')
    const [first, key] = [name?.split('.')[0], name?.slice(name.indexOf('.') + 1)]
    if (name === undefined) return { id, message: text }
    if (first === 'attributes' || first === 'labels') return { id, message: '', [first]: { [key!]: text } }
    return { id, message: '', [name]: name === 'restart' ? Number(text) : text }
  })
}

interface Example {
  text: string
  lines: SearchRow[]
}
const examples: Example[] = tables('write | finds | not').map(([write, finds, not], row) => ({
  text: code(write!),
  lines: [...linesOf(finds!, `${row} found `), ...linesOf(not!, `${row} not `)],
}))

let rows: SearchRows
beforeAll(async () => {
  rows = await openSearchRows(examples.flatMap(({ lines }) => lines))
})
afterAll(async () => {
  await rows.close()
})

test('the page has its examples', () => {
  expect(examples.length).toBeGreaterThan(70)
  expect(examples.every(({ lines }) => lines.some(({ id }) => id.includes('not')) && lines.length > 1)).toBe(true)
})

test.each(examples.map(({ text, lines }) => ({ text, lines })))('$text', async ({ text, lines }) => {
  const found = new Set(await rows.find(compileSearch(text)))
  expect(lines.map(({ id }) => (found.has(id) ? id : `${id}: does not match`))).toEqual(
    lines.map(({ id }) => (id.includes('not') ? `${id}: does not match` : id)),
  )
})

describe('refuses', () => {
  test.each(tables('write | at | says').map(([write, at, says]) => ({ text: code(write!), position: Number(at), says: says! })))(
    '$text',
    ({ text, position, says }) => {
      expect(() => compileSearch(text)).toThrow(
        expect.objectContaining({ parameter: 'q', position, message: expect.stringContaining(says) }),
      )
    },
  )
})
