// A line that comes in fragments: what its rows are made of. Pure.
//
// Fragments that follow each other in one file are a run. The row of the line has the place and the bytes of the first
// run. Behind lines of the other stream, or in the next file after a rotation, another run begins: it has a row of its
// own, which is no line and says which bytes of its file are stored (decision 0017).
import { type LineDraft, text } from './line-draft.ts'
import type { Place } from './place-name.ts'

/** One record of such a line. */
export interface Fragment extends Place {
  length: number
  eof: boolean
  ordinal: number
  severity: number
  seq: number
  /** Columns of its row: those before the message, and those between the message and the arrival. */
  head: Buffer
  names: Buffer
  retentionClass: Buffer
  /** Whether a run begins with it. */
  begins: boolean
}

export const placeOf = (draft: LineDraft, batchId: string): Place => ({
  seconds: draft.seconds,
  nanos: draft.nanos,
  offset: draft.offset,
  file: draft.copyOf(text.file),
  message: draft.copyOf(text.message),
  batchId,
})

/** Where the bytes behind a record begin; -1 where it does not say. */
export const endOf = ({ offset, length }: Pick<Fragment, 'offset' | 'length'>): number =>
  offset >= 0 && length > 0 ? offset + length : -1

/** Whether `next` lies in the file right behind `last`, or nothing says that it does not. */
export function continuesRun(last: Fragment, next: Pick<Fragment, 'offset' | 'file'>): boolean {
  if (last.offset < 0 || next.offset < 0 || !last.file.equals(next.file)) return last.file.equals(next.file)
  const end = endOf(last)
  return end < 0 || end === next.offset
}

/** Fragments of one run, and what its row says of it. */
export interface Run {
  first: Fragment
  message: Buffer
  /** Bytes in the file; -1 where one fragment does not say. */
  length: number
  eof: boolean
}

export function runsOf(fragments: readonly Fragment[]): Run[] {
  const runs: Run[] = []
  for (let from = 0; from < fragments.length;) {
    let to = from + 1
    while (to < fragments.length && !fragments[to]!.begins) to++
    const run = fragments.slice(from, to)
    runs.push({
      first: run[0]!,
      message: run.length === 1 ? run[0]!.message : Buffer.concat(run.map(({ message }) => message)),
      length: run.some(({ length }) => length < 0) ? -1 : run.reduce((sum, { length }) => sum + length, 0),
      eof: run.at(-1)!.eof,
    })
    from = to
  }
  return runs
}

/** About what a fragment takes of memory. */
export const bytesOf = ({ message, head, names, file }: Fragment): number =>
  400 + message.length + head.length + names.length + file.length
