// Pure: HTML by a template tag, which escapes every text that is put into it. Only values of `Html` stay as they are.

import { visible } from '#shared/visible-text.ts'

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  return new Html(
    String.raw(
      { raw: strings },
      ...values.map((value) => (value instanceof Html ? value.text : escape(String(value)))),
    ),
  )
}

export const join = (pieces: readonly Html[]): Html => new Html(pieces.map(({ text }) => text).join(''))

/** Text that is not escaped: only for constants of this code base. */
export const raw = (text: string): Html => new Html(text)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// HTML forbids control characters, and terminals act on them, so their symbols stand in their place. What turns the order
// of letters around, or is not seen, is shown by its number.
const escape = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .split('\n')
    .map(visible)
    .join('\n')
