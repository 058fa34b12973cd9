// The state of the agent: how far each file is stored, and what is known of its place in its life. It is written after
// the service has answered, so it may lag behind, and what is sent again collapses. What it says of a file holds for
// good; a state that is missing, damaged or of another service counts as empty.
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { newFile, newLife, type Before, type Life, type LogFile } from './lives/log-file.ts'

export interface AgentState {
  /** Writes the lives, at most one write at a time. Rejects where the disk refuses; the last state stays then. */
  save(lives: Iterable<Life>): Promise<void>
}

const storedFile = z.object({
  file: z.string().nullable(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  lastLine: z.object({ offset: z.number().int().nonnegative(), digest: z.string() }).nullable().default(null),
  name: z.string(),
  gz: z.boolean(),
  inode: z.number(),
  bornMs: z.number(),
  size: z.number().int().nonnegative(),
  storedTo: z.number().int().nonnegative(),
  zeroBytes: z.number().int().nonnegative().default(0),
  before: z.enum(['open', 'first', 'follows', 'unknown']),
  end: z.enum(['open', 'stored']),
  isDamaged: z.boolean(),
  lostAt: z.string().nullable(),
  lost: z.enum(['nothing', 'decided', 'stored']),
})
const storedLife = z.object({
  key: z.string(),
  directory: z.string(),
  path: z.string(),
  restart: z.number().int().nonnegative(),
  hadFiles: z.boolean(),
  files: z.array(storedFile),
})
const storedState = z.object({ version: z.literal(1), target: z.string(), lives: z.array(storedLife) })

export interface OpenStateOptions {
  path: string
  /** The service, its tenant and its cluster: what is stored there says nothing of others. */
  target: string
  nextId(): number
}

/** Returns the state with the lives that it has, and why it has none where a file is there. */
export async function openState({
  path,
  target,
  nextId,
}: OpenStateOptions): Promise<{ state: AgentState; lives: Life[]; problem?: string }> {
  let writing: Promise<void> = Promise.resolve()
  let written = ''
  const state: AgentState = {
    save(lives) {
      writing = writing
        .catch(() => {})
        .then(async () => {
          const text = textOf(target, lives)
          if (text !== written) await write(path, text)
          return text
        })
        .then((text) => void (written = text))
      return writing
    },
  }
  return { state, ...(await readLives(path, target, nextId)) }
}

async function readLives(
  path: string,
  target: string,
  nextId: () => number,
): Promise<{ lives: Life[]; problem?: string }> {
  try {
    const state = storedState.parse(JSON.parse(await readFile(path, 'utf8')))
    if (state.target !== target) return { lives: [], problem: 'it is of another service, tenant or cluster' }
    return { lives: state.lives.map((life) => lifeOf(life, nextId)) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { lives: [] }
    return { lives: [], problem: code === undefined ? 'it is damaged, or of another version' : message }
  }
}

function lifeOf(
  { files, hadFiles, key, directory, path, restart }: z.output<typeof storedLife>,
  nextId: () => number,
): Life {
  const life = newLife(key, directory, path, restart)
  life.hadFiles = hadFiles
  life.isRecorded = files[0] !== undefined && files[0].before !== 'open'
  life.files = files.map((file) => ({
    ...newFile(nextId(), life, { ...file, rotated: undefined, writtenMs: Infinity, bytes: file.size }, 0),
    ...file,
    file: file.file ?? undefined,
    firstAt: file.firstAt ?? undefined,
    lastAt: file.lastAt ?? undefined,
    lastLine: file.lastLine ?? undefined,
    lostAt: file.lostAt ?? undefined,
    before: beforeOf(file.before),
    readTo: file.storedTo,
    lookedTo: file.storedTo,
    isPresent: false,
  }))
  return life
}

/** A file that was not decided about is looked at again beside the file that is in front of it then. */
const beforeOf = (before: Before['is']): Before =>
  before === 'follows'
    ? { is: 'follows', id: undefined }
    : before === 'open'
      ? { is: 'open', candidate: undefined, sinceScan: 0 }
      : { is: before }

function textOf(target: string, lives: Iterable<Life>): string {
  const stored = [...lives].map(({ key, directory, path, restart, hadFiles, files }) => {
    const storedFiles = files.map(storedOf)
    return { key, directory, path, restart, hadFiles, files: storedFiles }
  })
  return JSON.stringify({ version: 1, target, lives: stored } satisfies z.input<typeof storedState>)
}

const storedOf = (file: LogFile): z.input<typeof storedFile> => ({
  file: file.file ?? null,
  firstAt: file.firstAt ?? null,
  lastAt: file.lastAt ?? null,
  lastLine: file.lastLine ?? null,
  name: file.name,
  gz: file.gz,
  inode: file.inode,
  bornMs: file.bornMs,
  size: file.size,
  storedTo: file.storedTo,
  zeroBytes: file.zeroBytes,
  before: file.before.is,
  end: file.end === 'stored' ? 'stored' : 'open',
  isDamaged: file.isDamaged,
  lostAt: file.lostAt ?? null,
  lost: file.lost === 'sent' ? 'decided' : file.lost,
})

/** The rename makes the new state the state at once; the syncs make it last through a loss of power. */
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  {
    await using file = await open(`${path}.tmp`, 'w', 0o600)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(`${path}.tmp`, path)
  await using directory = await open(dirname(path))
  await directory.sync()
}
