import { expect, test } from 'vitest'
import { hasTrace, newFile, newLife, type Life, type LogFile } from '../../../../../services/agent/lives/log-file.ts'
import { identifyFiles } from '../../../../../services/agent/lives/identify-files.ts'
import { present } from './lives.ts'

let ids = 10
interface Content {
  file: string
  size?: number
  line?: string
}
/** Identifies the files of a life, whose names say what is in them. Returns the ids that are forgotten. */
function identify(life: Life, contents: Record<string, Content>): number[] {
  const forgotten: number[] = []
  identifyFiles(life, {
    nowMs: 1000,
    nextId: () => ++ids,
    headOf: ({ name }) => ({ firstAt: undefined, size: undefined, ...contents[name]! }),
    lineOf: ({ name }) => contents[name]?.line,
    onLeft: () => {},
    onTwin: () => {},
    onForgotten: ({ id }) => forgotten.push(id),
  })
  return forgotten
}
function lifeOf(known: Partial<LogFile>, ...more: Partial<LogFile>[]): Life {
  const life = newLife('pod/app/0', '/pods/pod/app', '/var/log/pods/pod/app/0.log', 0)
  const remembered = { file: 'f', inode: 1, isPresent: false, storedTo: 80, lastLine: { offset: 60, digest: 'last' }, ...known }
  life.files = [remembered, ...more].map((file, place) => {
    const { name = '0.log', inode = 2, size = 100 } = file
    return Object.assign(newFile(place + 1, life, present(name, inode, size), 0), file)
  })
  return life
}
const ofLife = ({ files }: Life) => files.map(({ id, file, isDamaged }) => [id, file, isDamaged])

test('a compressed file that begins as one that is gone is that one', () => {
  const life = lifeOf({}, { name: '0.log.20261123-101500.gz', gz: true })
  expect(identify(life, { '0.log.20261123-101500.gz': { file: 'f', size: 100 } })).toEqual([2])
  expect(ofLife(life)).toEqual([[1, 'f', false]])
  expect(life.files[0]).toMatchObject({ isPresent: true, gz: true, isRead: false })
})

test('a file that was hidden for some looks is the same one', () => {
  const life = lifeOf({}, { inode: 1, bornMs: 1 })
  identify(life, { '0.log': { file: 'f', line: 'last' } })
  expect(ofLife(life)).toEqual([[1, 'f', false]])
})

const gz = { name: '0.log.20261123-101500.gz', gz: true }
test.each<[string, Partial<LogFile>, Partial<LogFile>, Content]>([
  ['another inode', {}, {}, { file: 'f', line: 'last' }],
  ['the same inode and another line where the last one was read', {}, { inode: 1, bornMs: 1 }, { file: 'f', line: 'x' }],
  ['a compressed one that is shorter', {}, gz, { file: 'f', size: 99 }],
  ['a compressed one that goes on behind an end that was said', { end: 'stored' }, gz, { file: 'f', size: 101 }],
  ['one beside it', { isPresent: true, isVerified: true }, gz, { file: 'f', size: 100 }],
])('a file with an equal first line is another one: %s', (_, known, other, content) => {
  const life = lifeOf(known, other)
  identify(life, { [life.files[1]!.name]: content })
  expect(ofLife(life)).toEqual([[1, 'f', true], [2, 'f', true]]) // prettier-ignore
  expect(life.files.some(hasTrace)).toBe(false)
})

test('an inode that was written again from its first line on is another file', () => {
  const life = lifeOf({ isPresent: true })
  identify(life, { '0.log': { file: 'f', line: 'x' } })
  expect(life.files).toMatchObject([{ isPresent: false, isDamaged: true }, { isPresent: true, isDamaged: true, storedTo: 0 }]) // prettier-ignore
})
