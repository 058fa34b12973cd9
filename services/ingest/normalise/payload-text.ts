// Pure: a rejected payload as text. NULs are what UTF-16 has between the bytes of names, and what a crash left.

/**
 * NULs around names and values are left out. One inside of them stays: which character it was nobody can tell. A byte
 * order mark may be of UTF-16 too.
 */
export function textOfPayload(payload: Buffer): string {
  const text = payload.toString().replace(/^\ufffd+/, '')
  if (!text.includes('\0')) return text
  if (isUtf16(payload)) return text.replaceAll('\0', '')
  return text.replaceAll(/\0+/g, (nuls: string, at: number) =>
    isEdge(text[at - 1]) || isEdge(text[at + nuls.length]) ? '' : nuls,
  )
}

const isEdge = (character: string | undefined): boolean => character === undefined || /[\s"'{}[\],:]/.test(character)

/** Each NUL is the same half of a character, and most characters have one. */
function isUtf16(payload: Buffer): boolean {
  const nuls = [0, 0]
  for (const [at, byte] of payload.entries()) if (byte === 0) nuls[at % 2]!++
  return Math.min(...nuls) === 0 && Math.max(...nuls) * 3 >= payload.length
}
