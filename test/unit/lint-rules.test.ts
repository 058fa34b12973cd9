// The linter's rules about layers, circles and lengths hold: each is broken once, in a tree of its own under the same configuration.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

interface Diagnostic {
  code: string
  message: string
  help: string
  filename: string
}

const take = (from: string): string => `import { a } from '${from}'\nexport const b = a\n`
const apart = 'ingest, query, the projector and import never import each other.'
const projectorApart =
  'The projector imports no other service, but for statements and readings that query has: they move to shared with the folders by feature.'
const noIo = 'The pure middle does no I/O and logs nothing.'
const noService = 'shared knows no service.'
const upward = 'The pure middle is read by what reads the store, never the other way.'

/** A file, what stands in it, and what the linter says of it; null where it must say nothing. */
const planted: readonly (readonly [path: string, text: string, said: string | null])[] = [
  ['services/query/routes/a.ts', take('#ingest/formats/native.ts'), apart],
  ['services/query/routes/b.ts', take('../../ingest/formats/native.ts'), apart],
  ['services/query/plan/c.ts', take('#ingest/formats/native.ts'), apart],
  ['services/ingest/routes/d.ts', take('#query/read/reading.ts'), apart],
  ['services/ingest/formats/e.ts', take('#query/plan/pods.ts'), apart],
  ['services/ingest/sources/f.ts', take('#projector/service.ts'), apart],
  ['services/projector/g.ts', take('#query/routes/pods.ts'), projectorApart],
  ['services/import/files/h.ts', take('../../ingest/service.ts'), apart],
  ['services/replay/i.ts', take('#ingest/service.ts'), apart],
  ['services/replay/j.ts', take('../import/send/retry.ts'), null],
  ['services/query/routes/k.ts', take('#projector/project-pod.ts'), null],
  ['shared/l.ts', take('#query/read/reading.ts'), noService],
  ['shared/clickhouse/m.ts', take('#ingest/service.ts'), noService],
  ['services/query/plan/n.ts', take('#query/read/reading.ts'), upward],
  ['services/query/render/kubernetes/o.ts', take('#query/routes/kubernetes/options.ts'), upward],
  ['services/query/render/p.ts', take('#query/read/row-decoder.ts'), null],
  ['services/query/render/q.ts', take('#query/plan/line-order.ts'), null],
  ['services/query/plan/r.ts', take('#shared/http/server.ts'), noIo],
  ['services/ingest/normalise/s.ts', take('node:fs/promises'), noIo],
  ['shared/pod-model/t.ts', take('#shared/kafka/client.ts'), noIo],
  ['shared/lifecycle/u.ts', take('fastify'), 'The pure middle knows no HTTP.'],
  ['services/query/syntax/v.ts', 'export const now = () => Date.now()\n', 'The pure middle reads no clock: time is an argument.'],
  ['services/query/plan/w.ts', 'export const later = (run: () => void) => setTimeout(run, 1)\n', 'The pure middle does no I/O.'],
  ['services/query/read/x.ts', take('chdb'), 'Only shared/clickhouse imports the ClickHouse packages.'],
  ['services/query/read/y.ts', 'export const home = process.env["HOME"]\n', 'Disallowed usage of `process.env`'],
  [
    'services/query/read/circle-a.ts',
    "import type { B } from './circle-b.ts'\nexport interface A { b: B }\n",
    'Dependency cycle detected',
  ],
  [
    'services/query/read/circle-b.ts',
    "import type { A } from './circle-a.ts'\nexport interface B { a: A }\n",
    'Dependency cycle detected',
  ],
  [
    'services/query/read/z.ts',
    `export function long(): number {\n  let n = 0\n${'  n += 1\n'.repeat(80)}  return n\n}\n`,
    'too many lines',
  ],
]

let dir: string
let diagnostics: Diagnostic[]
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-lint-'))
  await copyFile('.oxlintrc.json', join(dir, '.oxlintrc.json'))
  for (const [path, text] of planted) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const run = promisify(execFile)(resolve('node_modules/.bin/oxlint'), ['-f', 'json'], { cwd: dir })
  // It ends with 1, since it found something.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string })
  diagnostics = (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test.each(planted)('%s', (path, _, said) => {
  const of = diagnostics
    .filter(({ filename, code }) => filename === path && /restricted|no-cycle|max-lines-per-function|process-env/.test(code))
    .map(({ message, help }) => `${message} ${help}`)
  if (said === null) expect(of).toEqual([])
  else expect(of.join('\n')).toContain(said)
})
