// node bench/storage/main.ts [--lines 1000000] [--seed 42] [--runs 7] [--only 'baseline; order B: no hour'] [--counting
// shipped] [--brief] [--folder …] Measures the layouts of variants.ts one after the other over one generated corpus and
// prints Markdown; full results go to results.jsonl.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeCorpus } from './corpus.ts'
import type { Measurement } from './measure.ts'
import { header, line, queryTable } from './report.ts'
import { variants } from './variants.ts'

const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '42' },
    runs: { type: 'string', default: '7' },
    blockMb: { type: 'string', default: '32' },
    only: { type: 'string' },
    counting: { type: 'string' },
    brief: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(tmpdir(), 'afterlog-storage') },
  },
})
const folder = join(options.folder, `corpus-${options.seed}-${options.lines}-${options.blockMb}`)
const corpusFile = join(folder, 'corpus.json')
mkdirSync(options.folder, { recursive: true })
if (!existsSync(corpusFile)) {
  writeCorpus({
    folder,
    seed: Number(options.seed),
    lines: Number(options.lines),
    blockBytes: Number(options.blockMb) * 1024 * 1024,
  })
}
const { rows, messageBytes } = JSON.parse(readFileSync(corpusFile, 'utf8')) as { rows: number; messageBytes: number }
const print = (text: string): boolean => process.stdout.write(`${text}\n`)
print(
  `seed ${options.seed}, ${options.lines} lines (${rows} rows with those sent twice), ${(messageBytes / 1e6).toFixed(0)} MB of messages, blocks of ${options.blockMb} MB\n`,
)
print(header)

const chosen = options.counting ?? options.only
const names = chosen === undefined ? variants.map((v) => v.name) : chosen.split(';').map((n) => n.trim())
const results: Measurement[] = []
for (const variant of names) {
  const database = join(options.folder, 'database')
  rmSync(database, { recursive: true, force: true })
  const job = JSON.stringify({
    variant,
    corpus: corpusFile,
    folder: database,
    runs: Number(options.runs),
    counting: options.counting !== undefined,
    brief: options.brief,
  })
  const child = spawnSync(process.execPath, [new URL('measure.ts', import.meta.url).pathname, job], { maxBuffer: 1 << 26 })
  if (child.status !== 0) {
    print(`| ${variant} | failed: ${child.stderr.toString().slice(0, 600)} |`)
    continue
  }
  const result = JSON.parse(child.stdout.toString()) as Measurement
  appendFileSync(join(options.folder, 'results.jsonl'), `${JSON.stringify(result)}\n`)
  results.push(result)
  print(line(result))
  rmSync(database, { recursive: true, force: true })
}
print(`\n${queryTable(results, 'unmerged')}\n\n${queryTable(results, 'merged')}`)
