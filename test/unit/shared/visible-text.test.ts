import { expect, test } from 'vitest'
import { html } from '#query/obituary/html.ts'
import { visible } from '#shared/visible-text.ts'

test.each([
  ['plain text, Ünïcödé and 漢字\t', 'plain text, Ünïcödé and 漢字\t'],
  ['weird\u001b[2J\r\n.log', String.raw`weird\u{1b}[2J\u{d}\u{a}.log`],
  ['\u0000\u007f\u009b', String.raw`\u{0}\u{7f}\u{9b}`],
  ['invoice\u202egnp.exe', String.raw`invoice\u{202e}gnp.exe`],
  ['\u2066a\u2069\u200f\u2028b', String.raw`\u{2066}a\u{2069}\u{200f}\u{2028}b`],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown)
})

test('a page shows them too, and keeps its lines', () => {
  expect(html`<p>${'<a>\u202eb\nc\u001b\u0085'}</p>`.text).toBe(
    String.raw`<p>&lt;a&gt;\u{202e}b` + '\nc␛' + String.raw`\u{85}</p>`,
  )
})
