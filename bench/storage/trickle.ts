// node bench/storage/trickle.ts --corpus <folder>/corpus.json [--rows 400] [--inserts 600] [--pauseMs 0] [--variant
// shipped] [--settings 'a=1, b=2'] Many small inserts with merges running, as a small cluster makes them: CPU in all,
// parts, bytes written by merges, resident memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Session } from 'chdb'
import type { Corpus } from './corpus.ts'
import { insertBlock } from './insert-block.ts'
import { variants } from './variants.ts'

const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string', default: join(tmpdir(), 'afterlog-storage/corpus-42-1000000-32/corpus.json') },
    rows: { type: 'string', default: '400' },
    inserts: { type: 'string', default: '600' },
    pauseMs: { type: 'string', default: '0' },
    variant: { type: 'string', default: 'shipped' },
    settings: { type: 'string' },
  },
})
const corpus = JSON.parse(readFileSync(options.corpus, 'utf8')) as Corpus
const variant = variants.find((v) => v.name === options.variant)!
const folder = mkdtempSync(join(tmpdir(), 'afterlog-trickle-'))
const session = new Session(folder)
const run = async (sql: string): Promise<string> => (await session.queryAsync(sql, { format: 'TSV' })).text().trim()
await run('CREATE DATABASE bench')
await run('USE bench')
for (const statement of variant.ddl) await run(statement)
if (options.settings !== undefined) await run(`ALTER TABLE logs MODIFY SETTING ${options.settings}`)

const rowsPerInsert = Number(options.rows)
const before = process.cpuUsage()
const started = performance.now()
const cpuS = (): number => {
  const spent = process.cpuUsage(before)
  return (spent.user + spent.system) / 1e6
}
const latencies: number[] = []
let parts = 0
for await (const values of chunks(rowsPerInsert, Number(options.inserts))) {
  const at = performance.now()
  await insertBlock(session, corpus, values, variant.insertSettings)
  latencies.push(performance.now() - at)
  if (latencies.length % 50 === 0)
    parts = Math.max(
      parts,
      Number(await run("SELECT count() FROM system.parts WHERE database = 'bench' AND table = 'logs' AND active")),
    )
  await pause(Number(options.pauseMs))
}
const inserting = cpuS()
const wallS = (performance.now() - started) / 1000
await run('OPTIMIZE TABLE logs FINAL')
const all = cpuS()
const sorted = latencies.toSorted((a, b) => a - b)
const lines = rowsPerInsert * latencies.length
const figures = {
  variant: variant.name,
  settings: options.settings ?? '',
  rowsPerInsert,
  inserts: latencies.length,
  wallS,
  partsAtMost: parts,
  cpuSPerMillionWhileInserting: (inserting / lines) * 1e6,
  cpuSPerMillionWithFinalMerge: (all / lines) * 1e6,
  insertMsMedian: sorted[sorted.length >> 1],
  insertMsP99: sorted[Math.floor(sorted.length * 0.99)],
  residentMbAtMost: Math.round(process.resourceUsage().maxRSS / 1024),
  folderMb: await run("SELECT round(sum(bytes_on_disk) / 1e6, 1) FROM system.parts WHERE database = 'bench' AND active"),
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0))

/** Rows of the corpus in pieces of `size`. */
async function* chunks(size: number, count: number): AsyncGenerator<Buffer> {
  let made = 0
  for (const file of corpus.blocks) {
    const block = readFileSync(file)
    let start = 0
    while (start < block.length && made < count) {
      let stop = start
      for (let i = 0; i < size && stop < block.length; i++) stop = block.indexOf(10, stop) + 1
      yield block.subarray(start, stop)
      made++
      start = stop
    }
    if (made >= count) return
  }
}
