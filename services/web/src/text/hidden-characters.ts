// Pure: characters that a reader does not see, or that change the order of those beside them, by the names that the page
// shows instead (Unicode, "Trojan Source": CVE-2021-42574).

export interface Shown {
  text: string
  /** Whether the text is the name of a hidden character. */
  isHidden: boolean
}

/** C0 but the tab and the end of a line, DEL, C1, marks of direction, joiners of nothing, the byte order mark. */
// oxlint-disable-next-line no-control-regex -- These are what is looked for.
const hidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const names: Readonly<Record<number, string>> = {
  0x00: 'NUL',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DEL',
  0xad: 'SHY',
  0x200b: 'ZWSP',
  0x200c: 'ZWNJ',
  0x200d: 'ZWJ',
  0x200e: 'LRM',
  0x200f: 'RLM',
  0x202a: 'LRE',
  0x202b: 'RLE',
  0x202c: 'PDF',
  0x202d: 'LRO',
  0x202e: 'RLO',
  0x2066: 'LRI',
  0x2067: 'RLI',
  0x2068: 'FSI',
  0x2069: 'PDI',
  0xfeff: 'BOM',
}

/** A joiner within an emoji or a word of a script that needs it is seen, by what it does. */
const joins = (text: string, index: number): boolean =>
  /[\u200c\u200d]/.test(text[index]!) &&
  /[\p{L}\p{M}\p{Extended_Pictographic}\ufe0f]$/u.test(text.slice(Math.max(0, index - 2), index)) &&
  /^[\p{L}\p{M}\p{Extended_Pictographic}]/u.test(text.slice(index + 1, index + 3))

export function withHiddenShown(text: string): Shown[] {
  const pieces: Shown[] = []
  let at = 0
  for (const { index } of text.matchAll(hidden)) {
    if (joins(text, index)) continue
    if (index > at) pieces.push({ text: text.slice(at, index), isHidden: false })
    pieces.push({ text: nameOf(text.charCodeAt(index)), isHidden: true })
    at = index + 1
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isHidden: false })
  return pieces
}

const nameOf = (code: number): string => names[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
