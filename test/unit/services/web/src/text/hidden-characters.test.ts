import { expect, test } from 'vitest'
import { withHiddenShown } from '#web/text/hidden-characters.ts'

const shown = (text: string): string =>
  withHiddenShown(text)
    .map((each) => (each.isHidden ? `<${each.text}>` : each.text))
    .join('')

test.each([
  ['plain\ttext\nof two lines', 'plain\ttext\nof two lines'],
  ['access\u202egnp.exe', 'access<RLO>gnp.exe'],
  ['\u2066a\u2069', '<LRI>a<PDI>'],
  ['a\u0000b\u0007c\u009fd', 'a<NUL>b<U+0007>c<U+009F>d'],
  ['\ufeffbegin', '<BOM>begin'],
  ['zero\u200bwidth', 'zero<ZWSP>width'],
  ['line\rover', 'line<CR>over'],
  ['family: 👩\u200d👧, and a lone \u200d joiner', 'family: 👩\u200d👧, and a lone <ZWJ> joiner'],
  ['Persian می\u200cخواهم', 'Persian می\u200cخواهم'],
  ['', ''],
])('%j', (text, expected) => {
  expect(shown(text)).toBe(expected)
})
