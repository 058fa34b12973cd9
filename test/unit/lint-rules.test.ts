// The linter's rules about layers, circles and lengths hold: each is broken once, in a tree of its own under the same
// configuration.
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
const inlineOnly = 'Query runs the projection of a pod inline, and takes nothing else of the projector.'
const featuresApart = 'Features of query import each other one way only'
const sharedUpward = 'Folders of shared import each other one way'
const noIo = 'The pure middle does no I/O and logs nothing.'
const noService = 'shared knows no service.'
const upward = 'What is pure is called by what reads the store, never the other way.'
const takeType = (from: string): string => `import type { A } from '${from}'\nexport type B = A\n`

/** A file, what stands in it, and what the linter says of it; null where it must say nothing. */
const planted: readonly (readonly [path: string, text: string, said: string | null])[] = [
  // Services.
  ['services/query/logs/a-route.ts', take('#ingest/formats/native.ts'), apart],
  ['services/query/logs/read-b.ts', take('../../ingest/formats/native.ts'), apart],
  ['services/query/logs/c.ts', take('#ingest/formats/native.ts'), apart],
  ['services/query/search/c.ts', take('#ingest/formats/native.ts'), apart],
  ['services/ingest/routes/d.ts', take('#query/http/cursor.ts'), apart],
  ['services/ingest/formats/e.ts', take('#query/search/search.ts'), apart],
  ['services/ingest/sources/f.ts', take('#projector/service.ts'), apart],
  ['services/projector/g.ts', take('#query/pods/read-pod.ts'), apart],
  ['services/projector/obituaries/g.ts', take('../../query/pods/read-pod.ts'), apart],
  ['services/import/files/h.ts', take('../../ingest/service.ts'), apart],
  ['services/replay/i.ts', take('#ingest/service.ts'), apart],
  ['services/replay/j.ts', take('../import/send/retry.ts'), null],
  ['services/agent/lives/k.ts', take('../../import/lines/fingerprint.ts'), null],
  ['services/agent/lives/l.ts', take('node:fs'), noIo],
  ['services/agent/m.ts', take('#ingest/service.ts'), apart],
  ['services/import/n.ts', take('../agent/state.ts'), apart],
  ['services/query/pods/read-k.ts', take('#projector/project.ts'), null],
  ['services/query/obituary/read-k.ts', take('#projector/obituaries/compose-obituaries.ts'), null],
  ['services/query/pods/read-l.ts', take('#projector/write-records.ts'), inlineOnly],
  ['services/query/obituary/read-l.ts', take('#projector/obituaries/write-obituaries.ts'), inlineOnly],
  ['services/query/retention/l-route.ts', take('../../projector/retention/expiry.ts'), inlineOnly],
  ['services/query/pods/l.ts', take('#projector/project.ts'), upward],
  ['services/query/search/l.ts', take('#projector/project.ts'), upward],
  ['shared/l.ts', take('#query/http/cursor.ts'), noService],
  ['shared/clickhouse/m.ts', take('#ingest/service.ts'), noService],
  ['shared/store-reading/m.ts', take('#projector/load-facts.ts'), noService],
  ['shared/stored-pods/m.ts', take('#projector/load-facts.ts'), noService],
  // Features of query.
  ['services/query/http/a.ts', take('#query/logs/logs-schema.ts'), featuresApart],
  ['services/query/http/a-reply.ts', take('../pods/pods-schema.ts'), featuresApart],
  ['services/query/search/a.ts', take('#query/pods/pod-filter.ts'), featuresApart],
  ['services/query/pods/a-route.ts', take('#query/logs/logs-schema.ts'), featuresApart],
  ['services/query/pods/read-a.ts', take('#query/obituary/read-obituary.ts'), featuresApart],
  ['services/query/logs/a.ts', take('#query/tail/divider-text.ts'), featuresApart],
  ['services/query/patterns/a.ts', take('#query/tail/divider-text.ts'), featuresApart],
  ['services/query/tail/a.ts', take('#query/kubernetes/api/api-object.ts'), featuresApart],
  ['services/query/fields/a-route.ts', take('#query/patterns/read-patterns.ts'), featuresApart],
  ['services/query/dead-letters/a-route.ts', take('#query/fields/field-statements.ts'), featuresApart],
  ['services/query/logs/b-route.ts', take('#query/loki/logql/result.ts'), featuresApart],
  ['services/query/loki/logql/evaluate/a.ts', take('#query/obituary/read-obituary.ts'), featuresApart],
  ['services/query/retention/a-route.ts', take('#query/search/line-request.ts'), featuresApart],
  ['services/query/nodes/a.ts', take('#query/obituary/obituary-page.ts'), featuresApart],
  ['services/query/store/read-a.ts', take('#query/pods/read-records.ts'), featuresApart],
  ['services/query/deaths/a.ts', take('#query/obituary/read-obituary.ts'), featuresApart],
  ['services/query/obituary/a.ts', take('#query/logs/logs-schema.ts'), featuresApart],
  ['services/query/kubernetes/a-routes.ts', take('#query/obituary/read-obituary.ts'), featuresApart],
  ['services/query/kubernetes/api/a.ts', take('../pod-objects/pod-row.ts'), featuresApart],
  ['services/query/kubernetes/events/read-a.ts', take('#query/kubernetes/pod-log/log-life.ts'), featuresApart],
  ['services/query/kubernetes/pod-log/read-a.ts', take('../pod-objects/read-pod-names.ts'), null],
  ['services/query/loki/a-route.ts', take('#query/kubernetes/api/api-object.ts'), featuresApart],
  ['services/query/kubernetes/b-route.ts', take('#query/loki/loki-routes.ts'), featuresApart],
  ['services/query/loki/b-route.ts', take('#query/tail/follow-lines.ts'), null],
  ['services/query/tail/b-route.ts', take('#query/logs/read-attribution.ts'), null],
  // Folders of shared.
  ['shared/pod-model/a.ts', take('#shared/lines/line-json.ts'), sharedUpward],
  ['shared/lifecycle/a.ts', take('../pod-model/pod.ts'), sharedUpward],
  ['shared/lines/a.ts', take('#shared/stored-pods/pod-identity.ts'), sharedUpward],
  ['shared/stored-pods/a.ts', take('#shared/store-reading/reading.ts'), sharedUpward],
  ['shared/store-reading/a.ts', take('#shared/obituary/obituary.ts'), sharedUpward],
  ['shared/store-reading/b.ts', take('#shared/lines/row-decoder.ts'), null],
  // What is pure.
  ['services/query/logs/n.ts', take('#shared/store-reading/reading.ts'), upward],
  ['services/query/logs/n2.ts', take('./read-gaps.ts'), upward],
  ['services/query/kubernetes/api/o.ts', take('./list-reply.ts'), upward],
  ['services/query/kubernetes/events/o.ts', take('#query/pods/read-pod.ts'), upward],
  ['services/query/pods/p.ts', takeType('./read-page.ts'), null],
  ['services/query/logs/q.ts', take('#shared/lines/line-order.ts'), null],
  ['services/query/logs/r.ts', take('#shared/http/server.ts'), noIo],
  ['services/query/search/syntax/read-r.ts', take('#shared/store-reading/reading.ts'), noIo],
  ['services/query/retention/r.ts', take('node:fs/promises'), noIo],
  ['services/query/fields/r.ts', take('fastify'), 'The pure middle knows no HTTP.'],
  ['services/ingest/normalise/s.ts', take('node:fs/promises'), noIo],
  ['shared/pod-model/t.ts', take('#shared/kafka/client.ts'), noIo],
  ['shared/stored-pods/t.ts', take('node:fs'), noIo],
  ['shared/lifecycle/u.ts', take('fastify'), 'The pure middle knows no HTTP.'],
  ['shared/lines/u.ts', 'export const drawn = () => Math.random()\n', 'The pure middle draws no numbers: they are arguments.'],
  [
    'services/query/search/syntax/v.ts',
    'export const now = () => Date.now()\n',
    'The pure middle reads no clock: time is an argument.',
  ],
  ['services/query/tail/w.ts', 'export const later = (run: () => void) => setTimeout(run, 1)\n', 'The pure middle does no I/O.'],
  ['services/query/tail/follow-w.ts', 'export const later = (run: () => void) => setTimeout(run, 1)\n', null],
  // Everywhere.
  ['services/query/logs/read-x.ts', take('chdb'), 'Only shared/clickhouse imports the ClickHouse packages.'],
  ['services/query/logs/read-y.ts', 'export const home = process.env["HOME"]\n', 'Disallowed usage of `process.env`'],
  [
    'services/query/pods/circle-a.ts',
    "import type { B } from './circle-b.ts'\nexport interface A { b: B }\n",
    'Dependency cycle detected',
  ],
  [
    'services/query/pods/circle-b.ts',
    "import type { A } from './circle-a.ts'\nexport interface B { a: A }\n",
    'Dependency cycle detected',
  ],
  [
    'services/query/pods/z.ts',
    `export function long(): number {\n  let n = 0\n${'  n += 1\n'.repeat(80)}  return n\n}\n`,
    'too many lines',
  ],
]

let dir: string
let diagnostics: Diagnostic[]
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-lint-'))
  for (const name of ['oxlint.config.ts', 'oxlint-long-functions.ts']) await copyFile(name, join(dir, name))
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
