// Lines of a running life that its uid and number do not lead to: a list, the page of the pod and what comes later agree.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { ended, idOf, lineOf, podOf, running } from '#test/support/two-lives.ts'

let service: ProjectorService
beforeAll(async () => (service = await openProjectorService()))
afterAll(() => service[Symbol.asyncDispose]())

interface Pod {
  uid: string
  lines: number
  lastSeen: string
  containers: { lives: { restart: number; lines: number; firstLine: string; lastLine: string }[] }[]
}
const told = ({ uid, lines, lastSeen, containers }: Pod) => [
  uid,
  lines,
  lastSeen,
  containers.flatMap(({ lives }) => lives.map((life) => [life.restart, life.lines, life.firstLine, life.lastLine])),
]

const idAlone = (uid: string, life: number) => ({ containerId: idOf(uid, life) })
const before = (uid: string) => ended(uid, 0, '09:00:00', '09:09:00')
/** Its lives, and what its agents know of lines at the three times; the second is of an agent that knows the uid. */
const cases = {
  'lines by id alone beside lines with the uid': {
    objects: (uid: string) => [podOf(uid, 0, [running('09:00:00'), {}], { version: 2 })],
    known: (uid: string) => [idAlone(uid, 0), { podUid: uid, restart: 0, ...idAlone(uid, 0) }],
  },
  'two instances with one number': {
    objects: (uid: string) => [
      podOf(uid, 0, [running('09:00:00'), {}], { version: 2 }),
      podOf(uid, 0, [running('09:10:00'), before(uid)], { version: 3, life: 1 }),
    ],
    known: (uid: string) => [
      { podUid: uid, restart: 0 },
      { podUid: uid, restart: 0, ...idAlone(uid, 1) },
    ],
  },
  'lines without number and id beside lines with both': {
    objects: (uid: string) => [podOf(uid, 1, [running('09:10:00'), before(uid)], { version: 2 })],
    known: (uid: string) => [{ podUid: uid }, { podUid: uid, restart: 1, ...idAlone(uid, 1) }],
  },
  'lines without number and id beside lines with a number': {
    objects: (uid: string) => [podOf(uid, 1, [running('09:10:00'), before(uid)], { version: 2 })],
    known: (uid: string) => [{ podUid: uid }, { podUid: uid, restart: 1 }],
  },
}

test.each(Object.entries(cases))('%s', async (name, { objects, known }) => {
  const uid = name.replaceAll(' ', '-')
  const [apart, plain] = known(uid) as [object, object]
  await service.tell(...objects(uid))
  await service.say([
    lineOf(uid, '09:12:03', 'one', apart),
    lineOf(uid, '09:12:13', 'two', plain),
    lineOf(uid, '09:12:23', 'three', apart),
  ])
  await service.project()
  const listed = async () => {
    const { body } = await service.request('GET', `/v1/pods?uid=${uid}`)
    return told((body['pods'] as Pod[])[0]!)
  }
  const page = async () => told((await service.request('GET', `/v1/pods/${uid}`)).body as unknown as Pod)
  expect(await listed()).toEqual(await page())
  expect((await listed())[1]).toBe(3)
  // A running life whose lines come as expected is not projected again for each of them.
  await service.say([lineOf(uid, '09:12:33', 'four', plain)])
  expect(await listed()).toEqual(await page())
  expect((await listed())[1]).toBe(4)
})
