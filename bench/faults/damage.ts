// `node bench/faults/damage.ts [--harm truncate,remove,flip] [--match <text of a path>] [--sample n] [--parts]`: harms
// each file of a data directory, or removes each part, in a copy each time, starts the service there and asks: what was acknowledged must be answered,
// or its loss told by a refused start, the log, /readyz or the answer itself. Prints a table, and fails where a loss is
// silent. One file of each table and name is harmed, `--sample 0` harms every file.
import { spawnSync } from 'node:child_process'
import { mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { answersOf, fill, type Answers } from './damage/answers.ts'
import { tablesOf } from './damage/tables.ts'

const harms = ['truncate', 'remove', 'flip'] as const
type Harm = (typeof harms)[number]

const { values } = parseArgs({
  options: {
    harm: { type: 'string', default: 'truncate,remove' },
    match: { type: 'string', default: '' },
    sample: { type: 'string', default: '1' },
    parts: { type: 'boolean', default: false },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function harm(path: string, how: Harm): Promise<void> {
  const { size } = await stat(path)
  if (how === 'remove') return rm(path, { recursive: true })
  if (how === 'truncate') return truncate(path, Math.floor(size / 2))
  await using file = await open(path, 'r+')
  const at = Math.floor(size / 2)
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.from([byte[0]! ^ 0xff]), 0, 1, at)
}

async function started(service: ServiceProcess): Promise<string | undefined> {
  return Promise.race([service.serving.catch(() => undefined), sleep(90_000).then(() => undefined)])
}

interface Verdict {
  lost: string[]
  reports: string[]
}

/** Starts the service over the directory, and compares its answers with those from before the harm. */
async function judge(dataDir: string, before: Answers): Promise<Verdict> {
  await using service = spawnService({ dataDir })
  const url = await started(service)
  if (url === undefined)
    return { lost: ['no start'], reports: [service.stderr().trim().slice(0, 200)].filter((text) => text !== '') }
  await sleep(1500)
  const after = await answersOf(url)
  const lost = Object.entries(before.figures)
    .filter(([name, figure]) => after.figures[name] !== figure)
    .map(([name, figure]) => `${name} ${figure} → ${after.figures[name]}`)
  const warnings = service.logs
    .filter(({ level }) => ['warn', 'error', 'fatal'].includes(level))
    .map(({ level, msg }) => `${level}: ${msg}`)
  service.kill('SIGTERM')
  await service.exited
  return { lost, reports: [...after.troubles, ...new Set(warnings)] }
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .toSorted()
}

async function main(): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'afterlog-damage-'))
  const dir = join(root, 'whole')
  try {
    const before = await fill(dir)
    const tables = await tablesOf(dir)
    const nameOf = (path: string): string => tables.reduce((text, [folder, table]) => text.replace(folder, table), path)
    const files = await filesIn(dir)
    const kindOf = (path: string): string => nameOf(path).replace(/\/[^/]*_\d+_\d+_\d+[^/]*\//, '/part/')
    const parts = [...new Set(files.filter((path) => basename(path) === 'checksums.txt').map(dirname))]
    const all = (values.parts ? parts : files).filter((path) => nameOf(path).includes(values.match))
    const sample = Number(values.sample)
    const chosen = sample === 0 ? all : [...Map.groupBy(all, kindOf).values()].flatMap((some) => some.slice(-sample))
    say(`${files.length} files, ${chosen.length} of them harmed`)
    let silent = 0
    for (const path of chosen)
      for (const how of values.parts ? (['remove'] as const) : harms.filter((one) => values.harm.split(',').includes(one))) {
        const copy = join(root, 'copy')
        spawnSync('cp', ['-a', dir, copy])
        if (how !== 'flip' || (await stat(join(copy, path))).size > 0) {
          await harm(join(copy, path), how)
          const { lost, reports } = await judge(copy, before)
          const verdict = lost.length === 0 ? 'whole' : reports.length > 0 ? 'told' : 'SILENT'
          if (verdict === 'SILENT') silent++
          say(`${verdict.padEnd(7)} ${how.padEnd(8)} ${nameOf(path)}  ${lost.join(', ')}  ${(reports[0] ?? '').slice(0, 160)}`)
        }
        await rm(copy, { recursive: true, force: true })
      }
    say(silent === 0 ? 'no loss was silent' : `${silent} losses were silent`)
    return silent === 0 ? 0 : 1
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

process.exitCode = await main()
