import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOpenFiles } from '../../../../../services/agent/files/open-files.ts'
import { createPodsDirectory } from '../../../../../services/agent/files/pods-directory.ts'
import { mayEnd } from '../../../../../services/agent/lives/ends.ts'
import type { Life } from '../../../../../services/agent/lives/log-file.ts'
import { createWatch } from '../../../../../services/agent/lives/watch-lives.ts'
import { stored } from '../lives/lives.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'afterlog-pods-'))))
afterEach(() => rmSync(root, { recursive: true }))

function write(pod: string, name: string): void {
  mkdirSync(join(root, pod, 'app'), { recursive: true })
  writeFileSync(join(root, pod, 'app', name), `2026-11-23T10:15:00Z stdout F of ${pod} ${name}\n`)
}
const loop = (path: string): void => symlinkSync(path, path)

/** Looks at the directory as the agent does, and names what could not be looked at. */
function watching(): { lives: Map<string, Life>; look(times?: number): string[] } {
  const lives = new Map<string, Life>()
  const unseen: string[] = []
  const directory = createPodsDirectory({ root, onUnseen: (code, path) => unseen.push(`${code} ${path.slice(root.length)}`) })
  const openFiles = createOpenFiles({ max: 10, onProblem: () => {} })
  let [ids, nowMs] = [0, 0]
  const headOf = ({ inode }: { inode: number }) => ({ file: `f${inode}`, firstAt: undefined, size: undefined })
  const calls = { headOf, lineOf: () => undefined, onForgotten: () => {}, onTwin: () => {} }
  const options = { ...calls, settleMs: 0, lateMs: 10_000, nextId: () => ++ids }
  const watch = createWatch({ lives, openFiles, ...options })
  return {
    lives,
    look(times = 1) {
      for (let i = 0; i < times; i++) {
        unseen.length = 0
        watch.look(directory.list(), (nowMs += 1000))
      }
      return unseen
    },
  }
}

test('entries that cannot be looked at are named, and the others are listed', () => {
  write('ns_a_u1', '0.log')
  write('ns_b_u2', '1.log')
  loop(join(root, 'ns_b_u2', 'app', '0.log'))
  loop(join(root, 'ns_b_u2', 'other'))
  loop(join(root, 'ns_c_u3'))
  const { lives, look } = watching()
  expect(look().toSorted()).toEqual(['ELOOP /ns_b_u2/app/0.log', 'ELOOP /ns_b_u2/other', 'ELOOP /ns_c_u3'])
  expect([...lives.values()].flatMap((life) => life.files.map(() => life.key))).toEqual(['ns_a_u1/app/0', 'ns_b_u2/app/1'])
})

test.each(['ns_a_u1', 'ns_a_u1/app', 'ns_a_u1/app/0.log'])(
  'what is behind %s is not removed while that cannot be looked at',
  (entry) => {
    write('ns_a_u1', '0.log')
    const { lives, look } = watching()
    look(2)
    const path = join(root, entry)
    const aside = mkdtempSync(join(tmpdir(), 'afterlog-aside-'))
    renameSync(path, join(aside, 'it'))
    loop(path)
    const life = lives.get('ns_a_u1/app/0')!
    const file = life.files[0]!
    look(5)
    expect([life.isRemoved, life.overAtMs, life.files]).toEqual([false, undefined, [file]])
    expect(file).toMatchObject({ isPresent: true, missed: 0, lost: 'nothing' })
    rmSync(path)
    renameSync(join(aside, 'it'), path)
    rmSync(aside, { recursive: true })
    expect(look()).toEqual([])
    expect(life.files).toEqual([file])
  },
)

test.each(['0.log', '0.log.20261123-101502'])('no end is said beside %s, which could not be looked at', (hidden) => {
  write('ns_a_u1', '0.log.20261123-101501')
  const { lives, look } = watching()
  const life = (look(), lives.get('ns_a_u1/app/0')!)
  life.files[0]!.before = { is: 'first' }
  loop(join(root, 'ns_a_u1', 'app', hidden))
  look()
  if (hidden !== '0.log') write('ns_a_u1', '0.log')
  look(3)
  rmSync(join(root, 'ns_a_u1', 'app', hidden))
  write('ns_a_u1', '1.log')
  look(3)
  for (const file of life.files) stored(file)
  expect(life.overAtMs).toBeDefined()
  expect(life.files.map((_, place) => mayEnd(life, place))).toEqual(life.files.map(() => false))
})

test('a directory that is not there throws', () => {
  const directory = createPodsDirectory({ root: join(root, 'none'), onUnseen: () => {} })
  expect(() => directory.list()).toThrow('ENOENT')
})
