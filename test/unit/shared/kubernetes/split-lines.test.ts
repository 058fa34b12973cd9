import { expect, test } from 'vitest'
import { splitLines } from '#shared/kubernetes/split-lines.ts'

async function lines(...chunks: string[]): Promise<string[]> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const found: string[] = []
  for await (const line of splitLines(source(), 10)) found.push(line.toString())
  return found
}

test('a line may come in any pieces, and several in one', async () => {
  expect(await lines('a', 'b\nc\n', '\nd', 'e', 'f\n')).toEqual(['ab', 'c', 'def'])
})

test('what was cut is no line', async () => {
  expect(await lines('a\nb')).toEqual(['a'])
})

test('a line that never ends is refused', async () => {
  await expect(lines('a\n', 'x'.repeat(6), 'y'.repeat(6))).rejects.toThrow('more than 10 bytes')
})
