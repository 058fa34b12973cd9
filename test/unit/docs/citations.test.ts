// What sources, messages and pages cite is in the repository: nobody is sent to a page that he cannot open.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|md|ya?ml|sql)$|^Dockerfile$/.test(file) && !file.startsWith('test/fixtures/') && existsSync(file))
const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const decisions = files.flatMap((file) => /^docs\/decisions\/(\d{4})-/.exec(file)?.[1] ?? [])

test('every page of docs/ that is named exists', () => {
  const missing = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/(?<![\w./-])docs\/[\w./-]+\.md\b/g)].flatMap(([page]) => (existsSync(page) ? [] : [`${file}: ${page}`])),
  )
  expect(missing).toEqual([])
})

test('every decision that is named by its number exists', () => {
  const missing = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/\bdecisions? (\d{4})\b/gi)].flatMap(([, number]) =>
      decisions.includes(number!) ? [] : [`${file}: decision ${number}`],
    ),
  )
  expect(missing).toEqual([])
})

test('every link of a page leads to a file', () => {
  const broken = texts.flatMap(({ file, text }) =>
    file.endsWith('.md')
      ? [...text.matchAll(/\]\((?!https?:|#|\/)([^)#\s]+)/g)].flatMap(([, target]) =>
          existsSync(normalize(join(dirname(file), target!))) ? [] : [`${file}: ${target}`],
        )
      : [],
  )
  expect(broken).toEqual([])
})

test('no section of a page outside the repository is cited', () => {
  // A migration that has landed is never edited.
  const landed = ['migrations/0001-logs.sql']
  const citing = texts.flatMap(({ file, text }) =>
    /\bdesign (sections? )?\d|\bdesign\.md\b/i.test(text) && !landed.includes(file) ? [file] : [],
  )
  expect(citing).toEqual([])
})
