// Messages are plain English that a stranger reads once: none of the words that this code base once had for itself.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = execFileSync('git', ['ls-files', 'services', 'shared', 'migrations', 'demo'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file.endsWith('.ts') && existsSync(file))

/** Of the texts between quotes; comments are left out. */
function* literals(text: string): Generator<string> {
  for (const line of text.split('\n')) {
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) continue
    for (const [, single, double, template] of line.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g))
      yield single ?? double ?? template ?? ''
  }
}

test.each([
  ['nobody', /\b(nobody|somebody)\b/i],
  ['unless told', /\bunless told\b/],
  ['told', /\b(is|are|was|were|be|been|not) told\b|\btold (of|that|how|why|it|as)\b|\btells? of\b/],
  ['is away', /\bis away\b/],
])('no message says %s', (_, words) => {
  const said = sources.flatMap((file) =>
    [...literals(readFileSync(file, 'utf8'))].flatMap((text) => (words.test(text) ? [`${file}: ${text}`] : [])),
  )
  expect(said).toEqual([])
})
