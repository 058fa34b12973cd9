// The interface of a source of files, which is a directory or an archive: what it lists, and how it hands over content.

/** One entry on disk or in the archive. `path` is relative to the root, with `/` between parts. */
export interface Entry {
  path: string
  kind: 'file' | 'link' | 'other'
  /** Its size as stored, compressed or not. */
  bytes: number
  /** Its last change, ms since 1970. */
  mtimeMs: number
  /** The target of a link, as the link holds it. */
  target?: string
}

/** An entry that could not be read, with a sentence for the summary. */
export interface Problem {
  path: string
  reason: string
}

export interface Listing {
  entries: Entry[]
  problems: Problem[]
  /** The content of etc/hostname beside var/log, or '' without one. */
  hostname: string
}

/**
 * The content of one file, to be read to its end before the next is asked for. Never throws: `problems()` has failures.
 */
export interface Opened<T> {
  file: T
  chunks: AsyncIterable<Buffer>
}

export interface LogSource extends AsyncDisposable {
  /** Returns how many bytes `read` will report to `onBytes`: the total of the progress bar. */
  bytesOf(wanted: readonly { entry: Entry }[]): number
  list(): Promise<Listing>
  /** Hands over the wanted files one after another: a directory in the given order, an archive in its own order. */
  read<T extends { entry: Entry }>(wanted: readonly T[], onBytes: (bytes: number) => void): AsyncIterable<Opened<T>>
  /** What failed during `read`, such as an archive that ends too early. */
  problems(): Problem[]
}
