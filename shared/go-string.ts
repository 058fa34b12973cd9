// Pure: quoted strings as the language of Go writes them, in LogQL and in the labels of a stream.
// https://go.dev/ref/spec#String_literals

const signs: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}

const escapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]?))/g

/**
 * The text of what stands between double quotes: \x and \ooo are bytes, all else are characters. Undefined where an
 * escape is none.
 */
export function unquotedGo(inner: string): string | undefined {
  if (!inner.includes('\\')) return inner
  const parts: Buffer[] = []
  let end = 0
  for (const match of inner.matchAll(escapes)) {
    const bytes = bytesOf(match)
    if (bytes === undefined) return undefined
    parts.push(Buffer.from(inner.slice(end, match.index)), bytes)
    end = match.index + match[0].length
  }
  return Buffer.concat([...parts, Buffer.from(inner.slice(end))]).toString()
}

function bytesOf([, hex, short, long, octal, sign = '']: RegExpExecArray): Buffer | undefined {
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16))
  if (octal !== undefined) return byteOf(Number.parseInt(octal, 8))
  const code = short ?? long
  if (code !== undefined) return characterOf(Number.parseInt(code, 16))
  return Object.hasOwn(signs, sign) ? Buffer.from(signs[sign]!) : undefined
}

const byteOf = (value: number): Buffer | undefined => (value > 255 ? undefined : Buffer.of(value))

/** Half a surrogate pair is no character. */
const characterOf = (code: number): Buffer | undefined =>
  code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? undefined : Buffer.from(String.fromCodePoint(code))
