// Source: a tar archive, plain or compressed. It is read twice as a stream: for its names and links, then for its
// content. Nothing is written to disk, so no entry's name can reach a file. Of a broken archive, what lies before the
// break is read.
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { extract, type Header } from 'tar-stream'
import { compressionOf, decompress, type Compression } from './compression.ts'
import type { Entry, LogSource, Opened, Problem } from './log-file.ts'

const entriesMax = 1_000_000
const chunkBytes = 1024 * 1024

/**
 * Returns the compression of an archive, undefined for another file, or a sentence about an archive that cannot be
 * read.
 */
export async function archiveKind(path: string): Promise<Compression | undefined | { sentence: string }> {
  const head = await headOf(path)
  const compression = compressionOf(head)
  if (compression === 'xz' || compression === 'bzip2' || compression === 'lz4') {
    return {
      sentence:
        `${path} is compressed with ${compression}, which is not read here; ` +
        'decompress it first (plain, gzip and zstd are read)',
    }
  }
  if (compression !== 'none') return /\.log(\.[0-9-]+)?\.gz$/.test(path) ? undefined : compression
  return head.subarray(257, 262).toString('latin1') === 'ustar' || path.endsWith('.tar') ? 'none' : undefined
}

export async function openArchive(path: string, compression: Compression): Promise<LogSource> {
  const bytes = (await stat(path)).size
  const problems: Problem[] = []
  const broken = (reason: string) => {
    if (problems.length === 0)
      problems.push({ path, reason: `the archive breaks off: ${reason}; what lies before the break is read` })
  }

  async function* entriesOf(
    onBytes: (bytes: number) => void,
  ): AsyncGenerator<{ header: Header; content: AsyncIterable<Buffer> }> {
    const tar = extract()
    pipeline(
      Readable.from(decompress(counted(path, onBytes), compression, broken), { objectMode: false }),
      tar,
      () => {},
    )
    try {
      for await (const content of tar)
        yield { header: content.header, content: content as unknown as AsyncIterable<Buffer> }
    } catch (error) {
      broken((error as Error).message)
    }
  }

  return {
    bytesOf: () => bytes,
    problems: () => problems,
    [Symbol.asyncDispose]: async () => {},
    async list() {
      const entries = new Map<string, Entry>()
      const unreadable: Problem[] = []
      let hostname = ''
      for await (const { header, content } of entriesOf(() => {})) {
        const name = cleanName(header.name)
        if (name !== undefined && /(^|\/)etc\/hostname$/.test(name))
          hostname = (await headOfStream(untilBroken(content, broken))).split('\n')[0]!.trim()
        else for await (const _ of untilBroken(content, broken)) continue
        if (header.type === 'directory') continue
        if (name === undefined)
          unreadable.push({
            path: header.name.slice(0, 200),
            reason: 'names that lead out of the archive or are not valid paths',
          })
        else if (entries.size < entriesMax) entries.set(name, entryOf(name, header))
        else unreadable.push({ path: name, reason: `beyond the first ${entriesMax} entries of the archive` })
      }
      entries.forEach((_, name) => /(^|\/)etc\/hostname$/.test(name) && entries.delete(name))
      return { entries: [...entries.values()], problems: unreadable, hostname: hostname.slice(0, 253) }
    },
    async *read<T extends { entry: Entry }>(wanted: readonly T[], onBytes: (bytes: number) => void) {
      const byPath = new Map(wanted.map((file) => [file.entry.path, file]))
      for await (const { header, content } of entriesOf(onBytes)) {
        const file = byPath.get(cleanName(header.name) ?? '')
        if (file === undefined) for await (const _ of untilBroken(content, broken)) continue
        else {
          const opened: Opened<T> = { file, chunks: untilBroken(content, broken) }
          yield opened
        }
      }
    },
  }
}

function entryOf(path: string, header: Header): Entry {
  const common = { path, bytes: header.size ?? 0, mtimeMs: header.mtime?.getTime() ?? 0 }
  if (header.type === 'file' || header.type === 'contiguous-file') return { ...common, kind: 'file' }
  if (header.type === 'symlink') return { ...common, kind: 'link', target: header.linkname ?? '' }
  // A hard link holds its target as a path from the archive's root.
  if (header.type === 'link') return { ...common, kind: 'link', target: `/${header.linkname ?? ''}` }
  return { ...common, kind: 'other' }
}

// tar writes ./var/log/… or var/log/…. A name that climbs with .. is not accepted.
function cleanName(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || parts.includes('..') || name.includes('\0') || name.length > 4096) return undefined
  return parts.join('/')
}

async function* untilBroken(content: AsyncIterable<Buffer>, broken: (reason: string) => void): AsyncGenerator<Buffer> {
  try {
    yield* content
  } catch (error) {
    broken((error as Error).message)
  }
}

async function* counted(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    onBytes(chunk.length)
    yield chunk
  }
}

async function headOf(path: string): Promise<Buffer> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
  return buffer.subarray(0, bytesRead)
}

async function headOfStream(content: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of content) if (text.length < 1024) text += chunk.toString('utf8')
  return text
}
