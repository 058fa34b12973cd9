import { expect, test } from 'vitest'
import { peekLine } from '../../../../../services/import/lines/peek-line.ts'

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

test.each([
  [['one\ntwo'], 'one'],
  [['\0\0one\ntwo'], 'one'],
  [['\0'.repeat(200_000), '\0on', 'e\ntwo'], 'one'],
  [['\0\0\n\0\none\n'], 'one'],
  [['\uFEFFone\n'], 'one'],
  [['\0\0\0'], ''],
  [['one'], 'one'],
])('the first line has no zero bytes and no mark in front: %#', async (texts, firstLine) => {
  const chunks = texts.map((text) => Buffer.from(text))
  const peeked = (await peekLine(streamOf(chunks)))!
  expect(peeked.firstLine.toString()).toBe(firstLine)
  const again: Buffer[] = []
  for await (const chunk of peeked.chunks) again.push(chunk)
  expect(Buffer.concat(again).equals(Buffer.concat(chunks))).toBe(true)
})
