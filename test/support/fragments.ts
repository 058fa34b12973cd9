// Rows of fragments as the store has them, and what readers make of them.
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import type { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { decodeOptions, logRows, path, type LogRow } from './decode.ts'

/** A row that comes with `absorbed` hides the row of its time and identity, as in the store. */
export function rowStore() {
  const rows = new Map<string, LogRow>()
  const absorbed = new Set<string>()
  const nameOf = ({ ts, message, partial, offset, ordinal, stream, pod, batch }: LogRow): string =>
    JSON.stringify([ts, message, partial, offset, stream, pod, ...(Number(offset) < 0 ? [ordinal, batch] : [])])
  return {
    insert(some: readonly LogRow[]): void {
      for (const row of some) {
        if (row.absorbed !== 0) absorbed.add(nameOf(row))
        rows.set(nameOf(row), row)
      }
    },
    lines: (): LogRow[] =>
      [...rows]
        .filter(([name]) => !absorbed.has(name))
        .map(([, row]) => row)
        .toSorted((a, b) => (String(a.ts) < String(b.ts) ? -1 : 1)),
    /** Bytes of files that rows cover. */
    covered: (): string[] =>
      [...rows.values()]
        .filter((row) => row.absorbed !== 1)
        .map(({ file, offset, length }) => `${String(file)}:${String(offset)}+${String(length)}`),
  }
}

/** With `…` behind those whose end has not come. */
export const texts = (lines: readonly LogRow[]): string[] =>
  lines.map(({ message, partial }) => `${String(message)}${partial === 1 ? '…' : ''}`)

export interface Said {
  tag: 'P' | 'F'
  text: string
  stream: 'stdout' | 'stderr'
}

export const fragment = (tag: Said['tag'], text: string, stream: Said['stream'] = 'stdout'): Said => ({ tag, text, stream })

/** The file of one life, with offsets where `placed`; a rotation begins another file in front of record `rotateAt`. */
export function fileOf(said: readonly Said[], { placed, rotateAt = -1 }: { placed: boolean; rotateAt?: number }) {
  let offset = 0
  return said.map(({ tag, text, stream }, i) => {
    if (i === rotateAt) offset = 0
    const cri = `2026-11-23T10:00:00.${String(i * 1001 + 1).padStart(9, '0')}Z ${stream} ${tag} ${text}`
    const at = { offset, file: rotateAt >= 0 && i >= rotateAt ? 'second' : 'first' }
    offset += cri.length + 1
    return { path, cri, ...(placed ? at : {}) }
  })
}

/** `stored`: whether the insert succeeds. */
export function post(store: ReturnType<typeof rowStore>, open: OpenFragments, records: readonly unknown[], stored = true): void {
  const decoded = decodeBatch(Buffer.from(JSON.stringify({ records })), { ...decodeOptions, open })
  if (stored) store.insert(logRows(decoded))
  decoded.fragments?.settle(stored)
}
