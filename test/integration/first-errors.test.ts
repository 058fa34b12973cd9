// The first error of an obituary is of the life that died, however often and from whatever the obituary is composed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { ended, lineOf, podOf, running } from '#test/support/two-lives.ts'

let service: ProjectorService
beforeAll(async () => (service = await openProjectorService()))
afterAll(() => service[Symbol.asyncDispose]())

const error = { severity: 'error', restart: 0 }
const [oom, crash] = [
  [137, 'OOMKilled'],
  [1, 'Error'],
] as const

interface Obituary {
  cause: string
  evidence: { kind: string; text: string }[]
  firstError: { message: string; restart: number } | null
}
async function obituaryOf(uid: string): Promise<Obituary> {
  const { status, body } = await service.request('GET', `/v1/pods/${uid}/obituary`)
  expect(status).toBe(200)
  return body as unknown as Obituary
}

test('is in the cause and the evidence also after the pod was projected again', async () => {
  const state = [ended('again', 0, '09:00:00', '09:09:00'), {}]
  await service.say([lineOf('again', '09:05:00', 'boom', { podUid: 'again', ...error })])
  await service.tell(podOf('again', 0, state, { version: 2 }))
  await service.project()
  const first = await obituaryOf('again')
  expect(first).toMatchObject({
    cause: expect.stringMatching(/; its first error: "boom"$/),
    evidence: expect.arrayContaining([expect.objectContaining({ kind: 'line', text: 'boom' })]),
  })
  for (const version of [3, 4]) {
    await service.tell(podOf('again', 0, state, { version, labels: { seen: String(version) } }))
    if (version === 3) await service.project()
    const again = await obituaryOf('again')
    expect([again.cause, again.evidence, again.firstError]).toEqual([first.cause, first.evidence, first.firstError])
  }
})

test('is none where only an earlier life had one', async () => {
  const before = ended('oom', 0, '09:00:00', '09:09:00', [...crash])
  await service.say([lineOf('oom', '09:05:00', 'boom', { podUid: 'oom', ...error })])
  await service.tell(podOf('oom', 0, [before, {}], { version: 2 }))
  await service.project()
  expect((await obituaryOf('oom')).firstError).toMatchObject({ message: 'boom', restart: 0 })
  await service.say([lineOf('oom', '09:15:00', 'fine', { podUid: 'oom', restart: 1 })])
  await service.tell(podOf('oom', 1, [running('09:10:00'), before], { version: 3 }))
  expect((await obituaryOf('oom')).firstError?.restart ?? 0).toBe(0)
  await service.tell(podOf('oom', 1, [ended('oom', 1, '09:10:00', '09:19:00', [...oom]), before], { version: 4 }))
  expect((await obituaryOf('oom')).firstError).toBeNull()
  await service.project()
  expect((await obituaryOf('oom')).firstError).toBeNull()
})
