// The errors of an obituary are of the last minutes of the life that died, however often and from whatever the obituary
// is composed, and the last of them is that of the death's fingerprint.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
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
  firstError: { message: string; restart: number; text: string } | null
  lastError: { text: string; frames: string[] } | null
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
    cause: expect.stringMatching(/; its last error: "boom"$/),
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

test('are none from long before the end, and none of a death that they do not explain', async () => {
  const life = ended('quiet', 0, '08:00:00', '09:29:00')
  await service.say([
    lineOf('quiet', '08:02:00', 'payment declined', { podUid: 'quiet', ...error }),
    lineOf('quiet', '09:28:00', 'served', { podUid: 'quiet', restart: 0 }),
    lineOf('evicted', '09:18:00', 'disk is slow', { podUid: 'evicted', ...error }),
  ])
  const evicted = podOf('evicted', 0, [ended('evicted', 0, '09:00:00', '09:19:00'), {}], { version: 2 })
  Object.assign(evicted.status, { reason: 'Evicted', message: 'The node was low on resource: memory. ' })
  await service.tell(podOf('quiet', 0, [life, {}], { version: 2 }), evicted)
  for (const project of [false, true]) {
    if (project) await service.project()
    for (const uid of ['quiet', 'evicted']) {
      const { cause, evidence, firstError, lastError } = await obituaryOf(uid)
      expect([uid, firstError, lastError]).toEqual([uid, null, null])
      expect(cause).not.toContain('error:')
      expect(evidence.filter(({ kind }) => kind === 'line')).toEqual([])
    }
  }
})

test('are what the death’s fingerprint rests on, without escaped JSON', async () => {
  const said = (text: string) => JSON.stringify({ level: 'error', msg: `cannot restore "${text}"`, session: 's_1' })
  await service.say([
    lineOf('json', '09:08:00', said('a'), { podUid: 'json', ...error }),
    lineOf('json', '09:08:30', said('b'), { podUid: 'json', ...error }),
  ])
  await service.tell(podOf('json', 0, [ended('json', 0, '09:00:00', '09:09:00'), {}], { version: 2 }))
  await service.project()
  const { cause, firstError, lastError } = await obituaryOf('json')
  expect(cause).toContain('; its first error of the last 5 minutes: "cannot restore "a"", its last error: "cannot restore "b""')
  expect(firstError).toMatchObject({ text: 'cannot restore "a"', message: said('a') })
  const { body } = await service.request('GET', '/v1/deaths')
  const death = (body['deaths'] as { podUid: string }[]).find(({ podUid }) => podUid === 'json')
  expect(death).toMatchObject({ lastError: lastError!.text, frames: lastError!.frames })
})

/** Makes what is stored of a pod look as rules version 9 had stored it. */
async function age(uid: string, { frozen = false }: { frozen?: boolean } = {}): Promise<void> {
  const old = { ...(await obituaryOf(uid)), firstError: lineAsStored(uid) }
  const { lastError: _, ...document } = { ...old, cause: `it ended; its first error: ${JSON.stringify(old.firstError.message)}` }
  const quoted = JSON.stringify(document).replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  const record = frozen ? `, record = concat('{"frozen":true,', substring(record, 2))` : ''
  for (const update of [
    `obituaries UPDATE document = '${quoted}' WHERE uid = '${uid}'`,
    `pod_revisions UPDATE rules_version = 9${record} WHERE uid = '${uid}'`,
  ])
    await service.store.command({ sql: raw(`ALTER TABLE ${update} SETTINGS mutations_sync = 2`) })
}
const lineAsStored = (uid: string) => ({
  time: '2026-11-23T08:02:00.000000000Z',
  container: 'app',
  restart: 0,
  containerId: '',
  offset: null,
  severity: 'error',
  stream: 'stdout',
  message: `payment of ${uid} declined: {"code":51}`,
  because: 'its severity is error',
})

test('of a record on older rules are written anew', async () => {
  await service.tell(podOf('old', 0, [ended('old', 0, '08:00:00', '09:29:00'), {}], { version: 2 }))
  await service.project()
  const now = await obituaryOf('old')
  await age('old')
  expect(await obituaryOf('old')).toEqual(now)
  await service.project('anew')
  const [stored] = await service.store.rows<{ version: number; document: string }>({
    sql: raw(`SELECT (SELECT argMax(rules_version, revision) FROM pod_revisions WHERE uid = 'old') AS version,
      argMax(document, revision) AS document FROM obituaries WHERE uid = 'old'`),
  })
  expect(stored!.version).toBe(rulesVersion)
  expect(JSON.parse(stored!.document)).toEqual({ ...now, alsoDied: [] })
})

test('of an old document whose facts are gone are corrected when it is read', async () => {
  await service.tell(podOf('frozen', 0, [ended('frozen', 0, '08:00:00', '09:29:00'), {}], { version: 2 }))
  await service.project()
  await age('frozen', { frozen: true })
  const { cause, firstError, lastError } = await obituaryOf('frozen')
  expect({ cause, firstError, lastError }).toEqual({ cause: 'it ended', firstError: null, lastError: null })
})
