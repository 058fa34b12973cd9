// `npm run web:types`: writes src/api/schema.d.ts, the types of the API, from the document that the services make. A test
// compares its first line with the document, so that it is never forgotten. openapi-typescript is fetched for it: it
// takes an older compiler than ours beside it, and nobody else needs either.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { apiDocument } from '../api-document.ts'
import { firstLineOf } from './document-digest.ts'

const run = promisify(execFile)
const packages = ['openapi-typescript@7.13.0', 'typescript@5.9'].flatMap((name) => ['--package', name])
const target = new URL('src/api/schema.d.ts', import.meta.url)

const directory = await mkdtemp(join(tmpdir(), 'afterlog-types-'))
try {
  const [from, to] = [join(directory, 'openapi.json'), join(directory, 'schema.d.ts')] as const
  const document = await apiDocument()
  await writeFile(from, JSON.stringify(document))
  // In a directory of its own, so that npx does not find the compiler of this project.
  await run('npx', ['-y', ...packages, '--', 'openapi-typescript', from, '-o', to], { cwd: directory })
  await writeFile(target, `${firstLineOf(document)}\n${await readFile(to, 'utf8')}`)
} finally {
  await rm(directory, { recursive: true })
}
