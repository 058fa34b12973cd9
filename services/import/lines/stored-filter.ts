// Between the splitter and the batches of one file: withholds lines that the server stores already. A line of several
// fragments is one stored line: its fragments wait for the last one, and then all of them are sent or none.
import { parseContainerLine, type ContainerLine } from './container-line.ts'
import type { OnLine } from './line-splitter.ts'

/** Fragments of this size in sum are sent without the last one. */
const heldBytesMax = 2 * 1024 * 1024

export interface StoredFilterOptions {
  /** Whether a whole line is stored already and must not be sent. Called once per line, in order. */
  isStored(line: ContainerLine, offset: number): boolean
  onLine: OnLine
}

export interface StoredFilter {
  line: OnLine
  /** Sends the fragments that still wait. */
  end(): void
}

interface Held {
  line: Buffer
  offset: number
  length: number
  stored: boolean
}

export function createStoredFilter({ isStored, onLine }: StoredFilterOptions): StoredFilter {
  let held: Held[] = []
  let heldBytes = 0
  const open = new Map<string, { line: ContainerLine; offset: number; parts: Held[] }>()

  const release = () => {
    for (const { line, offset, length, stored } of held) if (!stored) onLine(line, 0, line.length, offset, length)
    held = []
    heldBytes = 0
    open.clear()
  }
  const hold = (bytes: Buffer, offset: number, length: number, parsed: ContainerLine | undefined) => {
    const part: Held = { line: Buffer.from(bytes), offset, length, stored: false }
    held.push(part)
    heldBytes += bytes.length
    if (parsed === undefined) return
    const begun = open.get(parsed.stream)
    const whole = begun ?? { line: parsed, offset, parts: [] }
    if (begun !== undefined) whole.line = { ...whole.line, text: whole.line.text + parsed.text }
    whole.parts.push(part)
    if (parsed.more) open.set(parsed.stream, whole)
    else {
      open.delete(parsed.stream)
      if (isStored(whole.line, whole.offset)) for (const other of whole.parts) other.stored = true
    }
  }
  return {
    line(bytes, start, end, offset, length) {
      const parsed = parseContainerLine(bytes.subarray(start, end))
      if (held.length === 0 && parsed?.more !== true) {
        if (parsed === undefined || !isStored(parsed, offset)) onLine(bytes, start, end, offset, length)
        return
      }
      hold(bytes.subarray(start, end), offset, length, parsed)
      if (open.size === 0 || heldBytes > heldBytesMax) release()
    },
    end: release,
  }
}
