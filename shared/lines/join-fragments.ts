// CRI cuts a long line into fragments (P P … F). Those that came in one batch were joined at ingest; a batch boundary
// keeps others apart, and the same fragments sent in other batches stand beside both. Rows in, each line of the file
// out, once. No I/O: the caller looks up what is asked for.
import { inSlices } from '#shared/in-slices.ts'
import type { Line } from './row-decoder.ts'
import { beginLine, forkLine, goOn, isOtherInstance, placeOf, settle, type Assembly } from './assembly.ts'
import {
  cover,
  coveredBy,
  fill,
  forkCovered,
  mustFill,
  othersMax,
  reaches,
  type CoveredBytes,
} from './covered-bytes.ts'
import type { LineKey } from './line-order.ts'
import { knowParts, outermost } from './parts-of-line.ts'

/** One life of a container, and the pod as it was sent. */
export const lifeKey = ({ podUid, pod, container, restart, containerId }: Line): string =>
  JSON.stringify([podUid === '' ? pod : podUid, container, restart < 0 ? containerId : restart])

/** Rows of one stream of a life follow each other. */
export const streamKey = (line: Line): string => `${line.stream} ${lifeKey(line)}`

/**
 * What stands in the life of `row` between `after` and `row`, in order: lines of other streams than its own, and parts of
 * joined lines that cover bytes of their own, of every stream. All, or more than `othersMax`; undefined where nobody
 * looks.
 */
export type RowsBetween = (after: LineKey, row: Line) => Promise<readonly Line[] | undefined>

export interface LookUps {
  /** Of the rows at hand, which have no parts. */
  atHand: RowsBetween
  inStore: RowsBetween
}

/** A line whose end was not among the rows. */
export interface OpenLine {
  line: Line
  /** The last row of its stream. */
  last: Line
  /** Takes the rows that follow, in order; true once they have ended the line or left it. */
  extend(rows: readonly Line[]): Promise<boolean>
}

export interface Joiner {
  /** Whether rows of this stream were seen. */
  knows(key: string): boolean
  /** Rows of one stream right before those to come: what goes on from them or repeats them is not shown. */
  recall(key: string, rows: readonly Line[]): Promise<void>
  /**
   * Rows in ascending order, after all earlier ones. A line stands where its first row stood; later rows never change
   * it.
   */
  join(rows: readonly Line[]): Promise<{ lines: Line[]; open: OpenLine[] }>
}

interface JoinedLine {
  assembly: Assembly
  covered: CoveredBytes
}

export function createJoiner(lookUps: LookUps): Joiner {
  const current = new Map<string, { joined: JoinedLine | undefined; last: Line | undefined }>()
  /** `begins` is called where the row begins a line. It promises something only where others must be looked up. */
  const put = (key: string, row: Line, begins?: (assembly: Assembly) => void): void | Promise<void> => {
    const settled = (isTaken: boolean): void => {
      if (isTaken) {
        current.get(key)!.last = row
        return
      }
      const joined = { assembly: beginLine(row), covered: coveredBy(row) }
      current.set(key, { joined, last: row })
      begins?.(joined.assembly)
    }
    const before = current.get(key)?.joined
    const isTaken = before !== undefined && take(before, row, lookUps)
    return typeof isTaken === 'boolean' ? settled(isTaken) : isTaken.then(settled)
  }
  return {
    knows: (key) => current.has(key),
    async recall(key, rows) {
      if (!current.has(key)) current.set(key, { joined: undefined, last: undefined })
      await inSlices(rows, (row) => put(key, row))
    },
    async join(rows) {
      const begun: Assembly[] = []
      await inSlices(rows, (row) => put(streamKey(row), row, (assembly) => begun.push(assembly)))
      await inSlices(begun, settle)
      const mine = new Set(begun)
      const open = [...current.values()].flatMap(({ joined, last }) =>
        joined?.assembly.open === true && last !== undefined && mine.has(joined.assembly)
          ? openLine(joined, last, lookUps)
          : [],
      )
      return { lines: begun.map(({ line }) => line), open }
    },
  }
}

/** Takes the row into the line, or promises to say whether it is a part of it; false where it is none. */
function take(joined: JoinedLine, row: Line, lookUps: LookUps): boolean | Promise<boolean> {
  const { assembly, covered } = joined
  const place = placeOf(assembly, row)
  if (place === undefined) return false
  if (!place.isKnown && mustFill(covered, row)) return lookAndTake(joined, row, lookUps)
  goOn(assembly, row, place.at)
  cover(covered, row)
  return true
}

/** In another file only the store knows whether parts of the line are there already. */
async function lookAndTake(joined: JoinedLine, row: Line, { atHand, inStore }: LookUps): Promise<boolean> {
  const { filledTo } = joined.covered
  const others = await atHand(filledTo, row)
  if (others !== undefined && row.file === joined.covered.file && takeBehind(joined, row, others)) return true
  const all = (await inStore(filledTo, row)) ?? others
  return all !== undefined && takeBehind(joined, row, all)
}

/** Takes the row in if these rows fill all that is between, or it begins in a part of the line that is among them. */
function takeBehind(joined: JoinedLine, row: Line, between: readonly Line[]): boolean {
  if (between.length > othersMax) return false
  const { assembly } = joined
  const isOwn = (each: Line): boolean => each.stream === row.stream
  const parts = new Set(outermost(between.filter((each) => isOwn(each) && !isOtherInstance(each, row))))
  if (!knowParts(assembly, [...parts])) return false
  const covered = forkCovered(joined.covered)
  const filling = between.filter((each) => !isOwn(each) || parts.has(each))
  fill(covered, filling, row)
  const place = placeOf(assembly, row)
  if (place === undefined || !reaches(covered, row)) return false
  goOn(assembly, row, place.at)
  cover(covered, row)
  joined.covered = covered
  return true
}

function openLine({ assembly, covered }: JoinedLine, last: Line, lookUps: LookUps): OpenLine {
  const { line } = assembly
  // What is looked ahead comes again as rows: it must not change what those are compared with.
  const fork = { assembly: forkLine(assembly), covered: forkCovered(covered) }
  return {
    line,
    last,
    async extend(rows) {
      let left = false
      await inSlices(rows, async (row) => {
        if (!left && fork.assembly.open) left = !(await take(fork, row, lookUps))
      })
      settle(fork.assembly)
      line.message = fork.assembly.line.message
      line.partial = fork.assembly.line.partial
      return left || !fork.assembly.open
    },
  }
}
