// The places of lines that were joined: a record at one of them repeats a fragment. Bounded in places, oldest first.
import type { FragmentList } from './fragment-list.ts'
import { placeName, timeKey } from './place-name.ts'

export interface JoinedLine {
  /** Of its fragments: the names of their places, and the keys of their times. */
  names: readonly string[]
  times: readonly number[]
  /** How many of its fragments have come again, each behind the one before, from the first on. */
  repeated: number
  /** Whether its insert has succeeded. */
  isSettled: boolean
}

/** A fragment of a joined line. */
export interface JoinedFragment {
  line: JoinedLine
  index: number
}

/** Places that are remembered, at some 400 bytes each. */
const placesMax = 100_000
/** A line of more fragments is not remembered: its joined text was cut long before. */
const placesOfLineMax = 4096

export const joinedLine = (life: string, fragments: FragmentList): JoinedLine => {
  const places = fragments.length > placesOfLineMax ? [] : fragments.all()
  return {
    names: places.map((place) => placeName(life, place)),
    times: places.map(timeKey),
    repeated: 0,
    isSettled: false,
  }
}

export class JoinedLines {
  private readonly byName = new Map<string, JoinedFragment>()
  /** How many places have this time. */
  private readonly times = new Map<number, number>()
  /** The oldest comes first. */
  private readonly lines = new Set<JoinedLine>()

  get size(): number {
    return this.byName.size
  }

  /** Whether a record of this time may repeat a fragment. False proves it. */
  mayRepeat(time: number): boolean {
    return this.times.has(time)
  }

  has(line: JoinedLine): boolean {
    return this.lines.has(line)
  }

  at(name: string): JoinedFragment | undefined {
    return this.byName.get(name)
  }

  /** Does nothing for a line whose begin is remembered. */
  remember(line: JoinedLine): void {
    const { names, times } = line
    if (names.length === 0 || this.byName.has(names[0]!)) return
    this.lines.add(line)
    for (const [index, name] of names.entries())
      if (!this.byName.has(name)) {
        this.byName.set(name, { line, index })
        this.count(times[index]!, 1)
      }
    for (const oldest of this.lines) {
      if (this.byName.size <= placesMax) break
      this.forget(oldest)
    }
  }

  forget(line: JoinedLine): void {
    if (!this.lines.delete(line)) return
    for (const [index, name] of line.names.entries()) {
      const fragment = this.byName.get(name)
      if (fragment?.line === line && fragment.index === index) {
        this.byName.delete(name)
        this.count(line.times[index]!, -1)
      }
    }
  }

  private count(time: number, by: number): void {
    const count = (this.times.get(time) ?? 0) + by
    if (count > 0) this.times.set(time, count)
    else this.times.delete(time)
  }
}
