import { expect, test } from 'vitest'
import { ansiPieces } from '#web/text/ansi.ts'

const shown = (message: string) => ansiPieces(message).map(({ text, classes }) => [text, ...classes])

test.each([
  ['plain', [['plain']]],
  ['\u001b[31mred\u001b[0m then', [['red', 'ansi-fg-1'], [' then']]],
  [
    '\u001b[1;91mbold\u001b[22m not',
    [
      ['bold', 'ansi-fg-9', 'ansi-bold'],
      [' not', 'ansi-fg-9'],
    ],
  ],
  ['\u001b[38;5;2mgreen', [['green', 'ansi-fg-2']]],
  ['\u001b[38;5;200mpink\u001b[39m', [['pink', 'ansi-fg-other']]],
  ['\u001b[38;2;1;2;3;4mtrue colour', [['true colour', 'ansi-fg-other', 'ansi-underline']]],
  ['\u001b[41mon red\u001b[49moff', [['on red', 'ansi-bg-1'], ['off']]],
  ['\u001b[2Jstays', [['\u001b[2Jstays']]],
  ['\u001b[mreset', [['reset']]],
  ['\u001b[31', [['\u001b[31']]],
])('%j', (message, pieces) => {
  expect(shown(message)).toEqual(pieces)
})

test('of very many codes the rest stays text, so that nothing is lost', () => {
  const pieces = ansiPieces('\u001b[31mx'.repeat(10_000))
  expect(pieces.length).toBeLessThan(300)
  expect(
    pieces
      .map(({ text }) => text)
      .join('')
      .match(/x/g),
  ).toHaveLength(10_000)
})
