import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newFile, newLife } from '../../../../services/agent/lives/log-file.ts'
import { openState } from '../../../../services/agent/state.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-state-'))
})
afterEach(() => rm(dir, { recursive: true }))

let ids = 0
const nextId = (): number => ++ids
const open = (path: string, target = 'service') => openState({ path, target, nextId })

async function openText(path: string, text: string) {
  await writeFile(path, text)
  return open(path)
}

function life() {
  const made = newLife('pod/app/2', '/pods/pod/app', '/var/log/pods/pod/app/2.log', 2)
  const listed = { name: '2.log', rotated: undefined, gz: false, inode: 7, bornMs: 1.5, writtenMs: 1.5, bytes: 100 }
  const file = newFile(nextId(), made, listed, 0)
  made.files.push(
    Object.assign(file, { file: 'f', firstAt: 'a', readTo: 90, storedTo: 60, before: { is: 'follows', id: 3 }, end: 'sent' }),
  )
  return made
}

test('what was acknowledged is remembered, and what was only sent is not', async () => {
  const path = join(dir, 'a/b/state.json')
  const { state } = await open(path)
  await state.save([life()])
  const { lives } = await open(path)
  expect(lives).toMatchObject([
    {
      key: 'pod/app/2',
      restart: 2,
      files: [
        {
          file: 'f',
          inode: 7,
          size: 100,
          readTo: 60,
          lookedTo: 60,
          storedTo: 60,
          end: 'open',
          before: { is: 'follows' },
          isPresent: false,
        },
      ],
    },
  ])
})

test('the state of another service, a damaged one and none are empty, and all but none say why', async () => {
  const path = join(dir, 'state.json')
  const { state } = await open(path)
  await state.save([life()])
  expect(await open(path)).not.toHaveProperty('problem')
  expect(await open(path, 'another')).toMatchObject({ lives: [], problem: 'it is of another service, tenant or cluster' })
  const text = await readFile(path, 'utf8')
  for (const damaged of [text.slice(0, 100), text.replace('"version":1', '"version":2'), ''])
    expect(await openText(path, damaged)).toMatchObject({ lives: [], problem: 'it is damaged, or of another version' })
  expect(await open(dir)).toMatchObject({ lives: [], problem: expect.stringContaining('EISDIR') as string })
  const none = await open(join(dir, 'none.json'))
  expect(none.lives).toEqual([])
  expect(none).not.toHaveProperty('problem')
})

test('a disk that refuses leaves the last state, and the next write has all', async () => {
  const path = join(dir, 'state.json')
  const { state } = await open(path)
  const one = life()
  await state.save([one])
  // A directory stands where the new state is written.
  const blocked = join(dir, 'state.json.tmp')
  await mkdir(blocked)
  one.files[0]!.storedTo = 80
  await expect(state.save([one])).rejects.toThrow(/EISDIR/)
  expect((await open(path)).lives[0]!.files[0]!.storedTo).toBe(60)
  await rm(blocked, { recursive: true })
  await state.save([one])
  expect((await open(path)).lives[0]!.files[0]!.storedTo).toBe(80)
})
