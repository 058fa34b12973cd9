// Rows of pods_seen, as plan/pods.ts toldOf asks for them: what its SQL `seenRow` makes of them is made here.
import { BinaryRows } from './binary-rows.ts'

/** What one source told of a pod. */
export interface SeenRow {
  /** As the source carries it; of lines that came without one, as they are resolved. */
  uid: string
  /** By an object or a line, whose times count where there are any; otherwise by Events alone. */
  spoke: boolean
  /** Epoch ns; 0 where nobody told a time. */
  begun: bigint
  seen: bigint
  /** As PodKey.marked. */
  toldAt: bigint
}

/** The neutral element of a minimum in pods_seen. */
const unset = 9_223_372_036_854_775_807n

export function decodeSeen(bytes: Buffer): SeenRow[] {
  const rows = new BinaryRows(bytes)
  const seen: SeenRow[] = []
  while (!rows.ended) {
    const uid = rows.text()
    const told = rows.byte() === 1
    const [toldFirst, toldLast, eventFirst, eventLast, lineFirst, lineLast, toldAt] = [
      rows.int64(),
      rows.int64(),
      rows.int64(),
      rows.int64(),
      rows.int64(),
      rows.int64(),
      rows.int64(),
    ]
    const spoke = told || lineLast > 0n
    const first = toldFirst < lineFirst ? toldFirst : lineFirst
    const last = toldLast > lineLast ? toldLast : lineLast
    seen.push({
      uid,
      spoke,
      begun: !spoke ? eventFirst : first === unset ? 0n : first,
      seen: spoke ? last : eventLast,
      toldAt,
    })
  }
  return seen
}
