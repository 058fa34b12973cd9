// Any text at all, for properties: every code point, half surrogates too. Fast-check's own unit `binary` leaves those
// out and takes a second to make in each process.
import fc from 'fast-check'

/** Lengths are in code points. */
export function anyText(lengths: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...lengths, unit: codePoint })
}

const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map(
  (code) => String.fromCodePoint(code),
  (text) => (text as string).codePointAt(0)!,
)
