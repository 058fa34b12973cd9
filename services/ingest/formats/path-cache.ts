// A cache of parsed log paths, by their bytes: a batch repeats a handful of paths thousands of times.
import { parseLogPath } from '#shared/kubelet-path.ts'
import { escapeJson } from './json-escape.ts'

/** The parts of a path as JSON-escaped bytes, ready for a row. */
export interface PathParts {
  readonly bytes: Buffer
  readonly podUid: Buffer
  readonly namespace: Buffer
  readonly pod: Buffer
  readonly container: Buffer
  readonly containerId: Buffer
  /** -1 where the path has no restart number. */
  readonly restart: number
}

const entriesMax = 10_000

export class PathCache {
  private readonly entries = new Map<number, PathParts[]>()
  private size = 0
  private last: PathParts | undefined

  /** Returns the parts of the path at bytes [start, stop), or undefined where it is not a log path. */
  get(bytes: Buffer, start: number, stop: number): PathParts | undefined {
    const { last } = this
    if (last !== undefined && isAt(last.bytes, bytes, start, stop)) return last
    const hash = hashOf(bytes, start, stop)
    const bucket = this.entries.get(hash)
    if (bucket !== undefined)
      for (const entry of bucket) if (isAt(entry.bytes, bytes, start, stop)) return (this.last = entry)
    const entry = parse(Buffer.from(bytes.subarray(start, stop)))
    if (entry === undefined) return undefined
    if (this.size++ >= entriesMax) {
      this.entries.clear()
      this.size = 1
    }
    if (bucket === undefined || this.size === 1) this.entries.set(hash, [entry])
    else bucket.push(entry)
    return (this.last = entry)
  }

  ofText(path: Buffer): PathParts | undefined {
    return this.get(path, 0, path.length)
  }
}

function parse(bytes: Buffer): PathParts | undefined {
  const path = parseLogPath(bytes.toString())
  if (path === undefined) return undefined
  const escaped = (value: string): Buffer => escapeJson(Buffer.from(value))
  return {
    bytes,
    podUid: escaped(path.kind === 'pods' ? path.podUid : ''),
    namespace: escaped(path.namespace),
    pod: escaped(path.pod),
    container: escaped(path.container),
    containerId: escaped(path.kind === 'containers' ? path.containerId : ''),
    restart: path.kind === 'pods' ? path.restart : -1,
  }
}

function isAt(expected: Buffer, bytes: Buffer, start: number, stop: number): boolean {
  if (expected.length !== stop - start) return false
  // Compares from the end, where paths of one node differ first.
  for (let i = expected.length - 1; i >= 0; i--) if (expected[i] !== bytes[start + i]) return false
  return true
}

function hashOf(bytes: Buffer, start: number, stop: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < stop; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash
}
