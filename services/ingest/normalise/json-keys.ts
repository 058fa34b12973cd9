// Tells keys of JSON that mean something from all others, whatever their case, dots, dashes and underscores.

/** Returns the kind of the key at [start, stop), or 0. */
export type KindOfKey = (bytes: Buffer, start: number, stop: number) => number

/** @param kinds Kinds from 1, by their keys in small letters without dots, dashes and underscores. */
export function kindsOfKeys(kinds: Readonly<Record<string, number>>): KindOfKey {
  const byFirstByte: (readonly { bytes: Buffer; kind: number }[] | undefined)[] = Array.from({ length: 128 })
  let longest = 0
  for (const [key, kind] of Object.entries(kinds)) {
    const bytes = Buffer.from(key)
    byFirstByte[bytes[0]!] = [...(byFirstByte[bytes[0]!] ?? []), { bytes, kind }]
    longest = Math.max(longest, bytes.length)
  }
  const bytesMax = longest + separatorsMax
  return (bytes, start, stop) => {
    if (stop - start > bytesMax) return 0
    const first = bytes[start]!
    const known = byFirstByte[first === 0x40 ? first : first | 0x20]
    if (known === undefined) return 0
    for (let k = 0; k < known.length; k++) {
      const key = known[k]!.bytes
      let at = start + 1
      let i = 1
      for (; at < stop; at++) {
        const byte = bytes[at]!
        if (byte === 0x5f || byte === 0x2e || byte === 0x2d) continue
        if (i === key.length || (byte | 0x20) !== key[i]) break
        i++
      }
      if (at === stop && i === key.length) return known[k]!.kind
    }
    return 0
  }
}

const separatorsMax = 2
