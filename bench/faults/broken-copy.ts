// A temporary copy of the checkout with edits that break it on purpose. The checkout itself is never touched.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from '#test/support/service-process.ts'
import type { Edit } from './breakages.ts'

const copied = ['services', 'shared', 'migrations', 'test', 'bench', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/**
 * Runs `use` with the directory of the copy; the copy is removed afterwards. Rejects where an edit finds nothing to
 * break.
 */
export async function inBrokenCopy<T>(edits: readonly Edit[], use: (copy: string) => Promise<T>): Promise<T> {
  const copy = await mkdtemp(join(tmpdir(), 'afterlog-broken-'))
  try {
    for (const name of copied) await cp(join(root, name), join(copy, name), { recursive: true })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const edit of edits) await apply(copy, edit)
    return await use(copy)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function apply(copy: string, { file, find, put }: Edit): Promise<void> {
  const path = join(copy, file)
  if (!relative(root, path).startsWith('..')) throw new Error(`${path} is in the checkout itself`)
  const text = await readFile(path, 'utf8')
  const edited = text.replace(find, put)
  if (edited === text) throw new Error(`the breakage of ${file} finds nothing to break: ${String(find)}`)
  await writeFile(path, edited)
}
