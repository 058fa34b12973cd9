// Numbers of lines of pods with lines on a day that was dropped before they could be counted.
import { describe, expect, test } from 'vitest'
import { compile, raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { dayMs, died, hourOf, podOf, start } from '#test/support/expiring-pods.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

describe('a day that is dropped uncounted', () => {
  const isExact = ({ lines, linesExact, containers }: KubernetesObject): object => ({
    lines,
    exact: [
      linesExact,
      ...containers.flatMap((one: KubernetesObject) => one['lives'].map((life: KubernetesObject) => life['linesExact'])),
    ],
  })

  const inAll = (one: object): object[] => [one, one, one]

  /** A pod with lines on the day alone, one with lines before and after it as well, and one without any on the day. */
  async function dropped(service: ProjectorService): Promise<void> {
    await service.tell(podOf('crashed', died(1)), podOf('long', died(1)), podOf('later', died(1)))
    await service.say(hourOf('crashed'))
    const around = [-1, 1].map((days) => ({ ...hourOf('long')[0]!, time: new Date(start + days * dayMs).toISOString() }))
    await service.say([around[0]!, ...hourOf('long')], start)
    await service.say([around[1]!, { ...hourOf('later')[0]!, time: new Date(start + dayMs).toISOString() }], start + dayMs)
    await service.project()
    const [first] = (await service.request('GET', '/v1/pods?name=crashed-0')).body['pods']
    expect(isExact(first)).toEqual({ lines: 121, exact: [true, true] })
    service.clock.now += 15 * dayMs
    for (let tries = 0; tries < 6; tries++) {
      await service.expire()
      service.clock.now += 3_600_000
    }
    expect((await service.request('GET', '/v1/retention')).body['inexact']).toMatchObject([{ day: '2026-11-23' }])
    expect((await service.request('GET', '/v1/pods/crashed/logs')).body['lines']).toEqual([])
  }

  /** A store that cannot store numbers of lines of the day. */
  const uncounted = (store: LogStore): LogStore => ({
    ...store,
    insert: (insert) =>
      insert.table === 'kept_counts' && insert.rows.includes('2026-11-23')
        ? Promise.reject(new Error('no luck'))
        : store.insert(insert),
  })

  const answers = async (service: ProjectorService, uid: string): Promise<object[]> => {
    const list = await service.request('GET', `/v1/pods?name=${uid}-0`)
    const page = await service.request('GET', `/v1/pods/${uid}`)
    const obituary = await service.request('GET', `/v1/pods/${uid}/obituary`)
    return [list.body['pods'][0], page.body, obituary.body['pod']].map(isExact)
  }

  test('leaves no number of lines that is said to be exact, in no answer, nor after a rebuild', async () => {
    await using service = await openProjectorService({ through: uncounted })
    await dropped(service)
    const expectInexact = async (): Promise<void> => {
      expect(await answers(service, 'crashed')).toEqual(inAll({ lines: 121, exact: [false, false] }))
      expect(await answers(service, 'long')).toEqual(inAll({ lines: 123, exact: [false, false] }))
      expect(await answers(service, 'later')).toEqual(inAll({ lines: 1, exact: [true, true] }))
    }
    const { body } = await service.request('GET', '/v1/pods/crashed')
    expect(isExact(body)).toEqual({ lines: 121, exact: [false, false] })
    await service.project()
    await expectInexact()
    await service.store.command({ sql: raw('TRUNCATE TABLE pod_revisions') })
    await service.store.command({ sql: raw('TRUNCATE TABLE obituaries') })
    await service.project('anew')
    await expectInexact()
  })

  test('is noted after the drop where a full disk takes nothing before', async () => {
    let isFull = false
    await using service = await openProjectorService({
      through: (store) => ({
        ...store,
        insert: (insert) => (isFull ? Promise.reject(new AfterlogError('store-full', 'no room')) : store.insert(insert)),
        command: async (query) => {
          const { text } = compile(query.sql)
          if (isFull && text.startsWith('INSERT')) throw new AfterlogError('store-full', 'no room')
          await store.command(query)
          if (text.startsWith('ALTER TABLE logs DROP')) isFull = false
        },
      }),
    })
    await service.tell(podOf('crashed', died(1)))
    await service.say(hourOf('crashed'))
    await service.project()
    service.clock.now += 15 * dayMs
    isFull = true
    await service.expire()
    expect(await service.expire()).toMatchObject([{ exact: false }])
    await service.project()
    expect(await answers(service, 'crashed')).toEqual(inAll({ lines: 121, exact: [false, false] }))
  })
})
