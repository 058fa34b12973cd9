// What a source of files (a directory, an archive) tells about each, and how its content is handed over.

/** One entry as it lies on disk or in the archive; `path` is relative to the root, with `/` between parts. */
export interface Entry {
  path: string
  kind: 'file' | 'link' | 'other'
  /** Bytes as stored, compressed or not. */
  bytes: number
  /** Last change, ms since 1970. */
  mtimeMs: number
  /** Where a link points, as written in it. */
  target?: string
}

/** Something that could not be looked at, with a sentence for the summary. */
export interface Problem {
  path: string
  reason: string
}

export interface Listing {
  entries: Entry[]
  problems: Problem[]
  /** Contents of etc/hostname beside var/log, '' where there is none. */
  hostname: string
}

/** Content of one wanted file, to be read to its end before the next is asked for. Never throws: what breaks is in `problems()`. */
export interface Opened<T> {
  file: T
  chunks: AsyncIterable<Buffer>
}

export interface LogSource extends AsyncDisposable {
  /** Bytes that reading everything wanted will pass through `onBytes`; what the progress bar counts towards. */
  bytesOf(wanted: readonly { entry: Entry }[]): number
  list(): Promise<Listing>
  /** Hands over the wanted files one after another: a directory in the order given, an archive in its own. */
  read<T extends { entry: Entry }>(wanted: readonly T[], onBytes: (bytes: number) => void): AsyncIterable<Opened<T>>
  /** What went wrong between the files: an archive that ends too early. Known after `read`. */
  problems(): Problem[]
}
