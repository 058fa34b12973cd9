// Pure: HTML that is composed, never concatenated: the tag escapes every text that is put into it, and takes only its own pieces as they are.

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  return new Html(
    String.raw({ raw: strings }, ...values.map((value) => (value instanceof Html ? value.text : escape(String(value))))),
  )
}

export const join = (pieces: readonly Html[]): Html => new Html(pieces.map(({ text }) => text).join(''))

/** Trusted text, from this code base only. */
export const raw = (text: string): Html => new Html(text)

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// Control characters, which terminals would act on and HTML forbids, are shown as their symbols.
const escape = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
