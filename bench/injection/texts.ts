// Whether the texts of statements that stand in no template are of the code base: each of their words is in its sources.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '#test/support/service-process.ts'
import { needle } from '#test/support/hostile-values.ts'

const words = (text: string): string[] => text.match(/[A-Za-z]+|\d+|\P{ASCII}/gu) ?? []

export function createSourceWords(): Set<string> {
  const found = new Set<string>()
  for (const folder of ['services', 'shared', 'migrations'])
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
      if (/\.(?:ts|sql)$/.test(file))
        for (const word of words(readFileSync(join(root, folder, file), 'utf8').replaceAll(/(?<=\d)_(?=\d)/g, '')))
          found.add(word)
  return found
}

/** Why the text may be of a request; undefined where it is not. */
export function strangerIn(text: string, sourceWords: ReadonlySet<string>): string | undefined {
  if (text.toLowerCase().includes(needle)) return 'the needle'
  // Numbers of rows and of columns are written by the code base.
  return words(text).find((word) => !sourceWords.has(word) && !/^\d{1,5}$/.test(word))
}
