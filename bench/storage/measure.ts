// One variant in a process of its own, so that memory and caches are its own: insert, query, merge, query again.
// CPU is that of the whole process, engine threads included; background merges are stopped while inserts are measured.
import { readFileSync } from 'node:fs'
import { Session } from 'chdb'
import type { Corpus } from './corpus.ts'
import { insertBlock } from './insert-block.ts'
import { type MeasuredQuery, countings, queries } from './queries.ts'
import { variants } from './variants.ts'

export interface QueryCost {
  name: string
  answer: string
  /** First run with mark and index caches dropped, then the median of the rest; ms. */
  coldMs: number
  wallMs: number
  cpuMs: number
}

export interface Measurement {
  variant: string
  insertCpuS: number
  insertWallS: number
  mergeCpuS: number
  bytesInserted: number
  bytesMerged: number
  partsInserted: number
  rowsMerged: number
  columnBytes: Record<string, number>
  residentMb: number
  unmerged: QueryCost[]
  merged: QueryCost[]
}

interface Options {
  variant: string
  corpus: string
  folder: string
  runs: number
  counting: boolean
  /** No queries. */
  brief: boolean
}

const result = await measure(JSON.parse(process.argv[2]!) as Options)
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))

async function measure(options: Options): Promise<Measurement> {
  const corpus = JSON.parse(readFileSync(options.corpus, 'utf8')) as Corpus
  const variant = variants.find((v) => v.name === options.variant)!
  const session = new Session(options.folder)
  const run = async (sql: string): Promise<string> => (await session.queryAsync(sql, { format: 'TSV' })).text().trim()
  const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage()
    await work()
    const spent = process.cpuUsage(before)
    return (spent.user + spent.system) / 1e6
  }
  await run('CREATE DATABASE bench')
  await run('USE bench')
  for (const statement of variant.ddl) await run(statement)
  await run('SYSTEM STOP MERGES')
  await run('SET use_query_condition_cache = 0')

  let insertCpuS = 0
  let insertWallMs = 0
  for (const file of corpus.blocks) {
    const values = readFileSync(file)
    const started = performance.now()
    insertCpuS += await cpuOf(() => insertBlock(session, corpus, values, variant.insertSettings))
    insertWallMs += performance.now() - started
  }
  const size = async (): Promise<number[]> =>
    (await run("SELECT sum(bytes_on_disk), count() FROM system.parts WHERE database = 'bench' AND table = 'logs' AND active"))
      .split('\t')
      .map(Number)
  const [bytesInserted, partsInserted] = await size()
  const costs = async (list: readonly MeasuredQuery[]): Promise<QueryCost[]> => {
    const out: QueryCost[] = []
    for (const query of list) out.push(await costOf(session, query, options.runs))
    return out
  }
  const list = options.counting ? countings(variant) : variant.brief === true || options.brief ? [] : queries(corpus, variant)
  const unmerged = await costs(list)
  await run('SYSTEM START MERGES')
  const mergeCpuS = await cpuOf(() => run('OPTIMIZE TABLE logs FINAL'))
  const [bytesMerged] = await size()
  const merged = await costs(list)
  const perColumn = await run(
    "SELECT column, sum(column_bytes_on_disk) FROM system.parts_columns WHERE database = 'bench' AND table = 'logs' AND active GROUP BY column",
  )
  const perIndex = await run(
    "SELECT name, data_compressed_bytes FROM system.data_skipping_indices WHERE database = 'bench' AND table = 'logs'",
  )
  const rowsMerged = Number(await run('SELECT count() FROM logs'))
  const columnBytes = Object.fromEntries(
    `${perColumn}\n${perIndex}`
      .trim()
      .split('\n')
      .map((l) => l.split('\t'))
      .map(([name, bytes]) => [name!, Number(bytes)]),
  )
  return {
    variant: variant.name,
    insertCpuS,
    insertWallS: insertWallMs / 1000,
    mergeCpuS,
    bytesInserted: bytesInserted!,
    bytesMerged: bytesMerged!,
    partsInserted: partsInserted!,
    rowsMerged,
    columnBytes,
    residentMb: Math.round(process.resourceUsage().maxRSS / 1024),
    unmerged,
    merged,
  }
}

async function costOf(session: Session, query: MeasuredQuery, runs: number): Promise<QueryCost> {
  const text = (
    await session.queryAsync(
      `SELECT count(), ${query.sql.startsWith('SELECT count()') || query.sql.includes('uniqExact') ? 'any(toString(tuple(*)))' : "''"} FROM (${query.sql})`,
      { format: 'TSV' },
    )
  )
    .text()
    .trim()
  await session.queryAsync('SYSTEM DROP MARK CACHE')
  await session.queryAsync('SYSTEM DROP INDEX MARK CACHE')
  const wall: number[] = []
  const cpu: number[] = []
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage()
    const started = performance.now()
    await session.queryAsync(query.sql, { format: 'Null' })
    wall.push(performance.now() - started)
    const spent = process.cpuUsage(before)
    cpu.push((spent.user + spent.system) / 1000)
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
  return { name: query.name, answer: text, coldMs: wall[0]!, wallMs: median(wall.slice(1)), cpuMs: median(cpu.slice(1)) }
}
