import { expect, test } from 'vitest'
import { exitInWords, signalNamed, signalOf } from '#shared/lifecycle/exit-code.ts'

test.each([
  [0, 'exit code 0'],
  [1, 'exit code 1'],
  [126, 'exit code 126 (its command could not be executed)'],
  [127, 'exit code 127 (its command was not found)'],
  [128, 'exit code 128'],
  [134, 'exit code 134, SIGABRT'],
  [137, 'exit code 137, SIGKILL'],
  [139, 'exit code 139, SIGSEGV'],
  [143, 'exit code 143, SIGTERM'],
  [200, 'exit code 200'],
  [255, 'exit code 255 (often -1, or a code out of range)'],
  [-1073741819, 'exit code 0xC0000005'],
])('%i in words', (code, words) => {
  expect(exitInWords(code)).toBe(words)
})

test('a signal is named only where a code stands for one', () => {
  expect([signalOf(1), signalOf(128), signalOf(139), signalNamed(6), signalNamed(42)]).toEqual([
    undefined,
    undefined,
    'SIGSEGV',
    'SIGABRT',
    'signal 42',
  ])
})
