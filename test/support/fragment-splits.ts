// The rows that a small file of fragments leaves when it is sent in batches of any sizes, several times over.

const file = [
  ['P', 'a-'],
  ['P', 'b-'],
  ['F', 'c'],
  ['F', 'next'],
  ['P', 'd-'],
  ['F', 'e'],
] as const

/** Every way to cut the file into batches: bit i cuts behind record i. */
export const splits = Array.from({ length: 2 ** (file.length - 1) }, (_, bits) => bits)

export interface StoredRow {
  ts: bigint
  stream: 'stdout' | 'stderr'
  message: string
  partial: boolean
  offset: number
  length: number
  identity: bigint
}

/** Distinct rows in the order of lines; a line of stderr stands before each record that `stderrBefore` names. */
export function storedRows(sent: readonly number[], stderrBefore: readonly number[]): StoredRow[] {
  const rows = new Map<string, StoredRow>()
  const keep = (row: Omit<StoredRow, 'identity'>): void => {
    const name = JSON.stringify([row.offset, row.message])
    // Some number that orders rows of one place neither by text nor by arrival.
    const identity = BigInt(Buffer.from(name).reduce((hash, byte) => (hash * 31 + byte) % 9973, 7))
    if (!rows.has(name)) rows.set(name, { ...row, identity })
  }
  for (const bits of sent) {
    let offset = 0
    let joined: Omit<StoredRow, 'identity'> | undefined
    for (const [index, [tag, message]] of file.entries()) {
      const ts = BigInt(index * 2 + 1)
      if (stderrBefore.includes(index)) {
        keep({ ts: ts - 1n, stream: 'stderr', message: `err${index}`, partial: false, offset, length: 97 })
        offset += 97
      }
      const length = 40 + message.length
      joined =
        joined === undefined
          ? { ts, stream: 'stdout', message, partial: true, offset, length }
          : { ...joined, message: joined.message + message, length: joined.length + length }
      offset += length
      if (tag === 'F' || ((bits >> index) & 1) === 1 || index === file.length - 1) {
        keep({ ...joined, partial: tag === 'P' })
        joined = undefined
      }
    }
  }
  return [...rows.values()].toSorted((a, b) => Number(a.ts - b.ts) || a.offset - b.offset || Number(a.identity - b.identity))
}
