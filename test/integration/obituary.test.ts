// GET /v1/pods/{uid}/obituary, through the front door: what an obituary holds beyond its cause, and its page.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Obituary } from '#shared/obituary/obituary.ts'
import { obituaryAnswer } from '#query/obituary/obituary-schema.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { post, record, type TestRecord } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  await tellStory()
  await listsHave(service.url)
})
afterAll(async () => service[Symbol.asyncDispose]())

const start = Math.floor(Date.now() / 1000) - 7200
const at = (s: number, ns = 0) => `${new Date((start + s) * 1000).toISOString().slice(0, 19)}.${String(ns).padStart(9, '0')}Z`
const seconds = (s: number) => `${at(s).slice(0, 19)}Z`
const clock = (s: number) => at(s).slice(11, 19)
const uid = '5b0c0042-7d1e-4f2a-9b3c-000000000042'

const say = async (records: TestRecord[]) => {
  for (let i = 0; i < 2; i++) expect(await post({ url: service.url, tenant: 'default' }, records)).toMatchObject({ status: 200 })
}
const tell = async (objects: object[]) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await request(`${service.url}/v1/lifecycle`, { method: 'POST', body: JSON.stringify(objects), headers })
  expect(answer.body).toMatchObject({ accepted: objects.length })
}
const fetched = (of: string, accept = '*/*', headers: Record<string, string> = {}) =>
  fetch(`${service.url}/v1/pods/${encodeURIComponent(of)}/obituary`, { headers: { accept, ...headers } })
const obituary = async (of: string): Promise<Obituary> => {
  const answer = await fetched(of)
  const body: unknown = await answer.json()
  expect(answer.status, JSON.stringify(body)).toBe(200)
  return obituaryAnswer.strict().parse(body)
}

interface PodOptions {
  node?: string
  born?: number
  state: object
  last?: object
  restarts?: number
  status?: object
  metadata?: object
}
function pod(name: string, id: string, { node = 'n1', born = 0, state, last, restarts = 0, status, metadata }: PodOptions) {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'o', controller: true }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: id,
      resourceVersion: String(born + 1),
      creationTimestamp: seconds(born),
      ownerReferences: [owner],
      ...metadata,
    },
    spec: {
      nodeName: node,
      initContainers: [{ name: 'prepare' }],
      containers: [{ name: 'app', resources: { limits: { memory: '256Mi' } } }],
    },
    status: {
      phase: 'Running',
      startTime: seconds(born),
      containerStatuses: [
        {
          name: 'app',
          restartCount: restarts,
          image: 'registry.example/app:2',
          imageID: `registry.example/app@sha256:${'cd'.repeat(32)}`,
          containerID: `containerd://${'ab'.repeat(32)}`,
          state,
          lastState: last ?? {},
        },
      ],
      ...status,
    },
  }
}
const ended = (exitCode: number, from: number, to: number, reason = 'Error') => ({
  terminated: {
    exitCode,
    reason,
    startedAt: seconds(from),
    finishedAt: seconds(to),
    containerID: `containerd://${'ab'.repeat(32)}`,
  },
})

/**
 * web-0 is OOM-killed, then evicted, its node being low on memory; others die beside it, and a new web-0 is born
 * elsewhere.
 */
async function tellStory(): Promise<void> {
  const line = (message: string, s: number, more: object = {}) =>
    record(message, { time: at(s), pod: 'web-0', podUid: uid, offset: s * 100, ...more })
  await say([
    ...Array.from({ length: 70 }, (_, i) => line(`line ${i}`, 10 + i)),
    line('<script>alert("out")</script>', 300, { restart: 1, stream: 'stderr' }),
    line("panic: runtime error: 'index' out of range & more", 301, { restart: 1, stream: 'stderr' }),
    line('goroutine 1 [running]:', 302, { restart: 1, stream: 'stderr' }),
    line('prepared', 5, { container: 'prepare' }),
    ...['exception handlers ready', 'Traceback (most recent call last):', '  File "app.py", line 1'].map((message, i) =>
      line(message, 1180 + i, { pod: 'near', podUid: 'near', stream: i === 0 ? 'stdout' : 'stderr' }),
    ),
  ])
  const reason = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. '
  await tell([
    pod('web-0', uid, {
      restarts: 1,
      state: ended(137, 200, 900),
      last: ended(137, 6, 190, 'OOMKilled'),
      status: { phase: 'Failed', reason: 'Evicted', message: reason },
    }),
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'shop', uid: 'e1' },
      involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-0', uid },
      type: 'Warning',
      reason: 'Evicted',
      message: reason,
      count: 3,
      firstTimestamp: seconds(890),
      lastTimestamp: seconds(895),
      source: { component: 'kubelet', host: 'n1' },
    },
    pod('web-0', 'next', { node: 'n2', born: 902, state: { running: { startedAt: seconds(905) } } }),
    pod('near', 'near', { state: ended(1, 1, 1190), status: { phase: 'Failed' } }),
    pod('looping', 'looping', { state: { running: { startedAt: seconds(710) } }, last: ended(2, 1, 700), restarts: 1 }),
    pod('done', 'done', { state: ended(0, 1, 900, 'Completed'), status: { phase: 'Succeeded' } }),
    pod('late', 'late', { state: ended(1, 1, 1300), status: { phase: 'Failed' } }),
    pod('elsewhere', 'elsewhere', { node: 'n2', state: ended(1, 1, 900), status: { phase: 'Failed' } }),
    pod('alive', 'alive', { state: { running: { startedAt: seconds(3) } } }),
  ])
}

describe('an obituary', () => {
  test('says why, in order of time what happened, and what came after', async () => {
    const { pod: dead, outcome, cause, evidence, timeline, replacement, seals } = await obituary(uid)
    expect(outcome).toBe('evicted')
    expect(cause).toBe(
      `evicted by the kubelet at ${clock(895)} UTC: the node was low on memory (threshold 100Mi, available 52Mi)`,
    )
    expect(evidence.map(({ kind }) => kind)).toEqual(['event', 'container-status', 'pod-status'])
    expect(dead).toMatchObject({
      name: 'web-0',
      node: 'n1',
      outcome: 'evicted',
      imageDigests: { app: `sha256:${'cd'.repeat(32)}` },
    })
    expect(timeline.map(({ time }) => time)).toEqual(timeline.map(({ time }) => time).toSorted())
    expect(timeline.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'pod: the pod was made',
      'life: app started (life 0)',
      `life: app was OOM-killed (exit code 137, SIGKILL) at ${clock(190)} UTC; its limit was 256Mi (life 0)`,
      'life: app started (life 1)',
      expect.stringMatching(/^event: Evicted: The node was low on resource: memory\. .*\(3 times since /),
      `life: app was killed by SIGKILL (exit code 137) at ${clock(900)} UTC after 1 restart (life 1)`,
      'replacement: web-0 replaced it, on n2',
    ])
    expect(replacement).toEqual({ uid: 'next', name: 'web-0', node: 'n2', startedAt: at(902) })
    expect(seals.map(({ container, restart, state, lines }) => [container, restart, state, lines])).toEqual([
      ['app', 0, 'unsealed', 70],
      ['app', 1, 'unsealed', 3],
      ['prepare', 0, 'unsealed', 1],
    ])
  })

  test('has the last 50 lines of each container, each once, and errors only where they explain the death', async () => {
    const { lastWords, firstError, lastError } = await obituary(uid)
    expect(lastWords.map(({ container, lines }) => [container, lines.length])).toEqual([
      ['app', 50],
      ['prepare', 1],
    ])
    const said = lastWords[0]!.lines.map(({ message }) => message)
    expect(said.slice(0, 2)).toEqual(['line 23', 'line 24'])
    expect(said.at(-1)).toBe('goroutine 1 [running]:')
    // Errors explain no eviction.
    expect([firstError, lastError]).toEqual([null, null])
    expect((await obituary('near')).firstError).toMatchObject({
      message: 'Traceback (most recent call last):',
      severity: 'error',
      because: 'its severity is error; it is the first error of the 5 minutes before the end',
    })
  })

  test('names what else died on the node within five minutes, and nothing else', async () => {
    const { alsoDied } = await obituary(uid)
    expect(alsoDied.map(({ name, outcome, diedAt }) => [name, outcome, diedAt])).toEqual([
      ['looping', 'crashed', at(700)],
      ['near', 'crashed', at(1190)],
    ])
    expect(alsoDied[0]!.cause).toContain('exit code 2')
  })

  test('of a pod that lives says so', async () => {
    expect(await obituary('alive')).toMatchObject({
      outcome: 'running',
      cause: 'it has not died',
      firstError: null,
      alsoDied: [],
      replacement: null,
      evidence: [{ kind: 'container-status' }, { kind: 'pod-status' }],
    })
  })

  test('changes with what is told late', async () => {
    await tell([pod('late-news', 'late-news', { state: { running: { startedAt: seconds(10) } } })])
    expect((await obituary('late-news')).outcome).toBe('running')
    await tell([pod('late-news', 'late-news', { born: 5, state: ended(139, 10, 60), status: { phase: 'Failed' } })])
    expect((await obituary('late-news')).cause).toBe(`app was killed by SIGSEGV (exit code 139) at ${clock(60)} UTC`)
  })

  test('of a static pod is one under both its uids', async () => {
    const manifest = 'ef'.repeat(16)
    await say([record('elected', { time: at(20), pod: 'etcd', podUid: manifest })])
    await tell([
      pod('etcd', 'mirror', {
        node: 'n9',
        state: ended(2, 10, 60),
        status: { phase: 'Failed' },
        metadata: { annotations: { 'kubernetes.io/config.mirror': manifest } },
      }),
    ])
    const both = await Promise.all([obituary('mirror'), obituary(manifest)])
    expect(both[0]).toEqual(both[1])
    expect(both[0]).toMatchObject({ pod: { uid: 'mirror', lines: 1 }, lastWords: [{ lines: [{ message: 'elected' }] }] })
  })

  test('is its tenant’s alone; an unknown uid is 404, an unknown parameter 400, another type 406', async () => {
    expect((await fetched(uid, '*/*', { 'x-scope-orgid': 'other' })).status).toBe(404)
    expect(await (await fetched('nobody')).json()).toMatchObject({ status: 404, parameter: 'uid' })
    expect((await request(`${service.url}/v1/pods/${uid}/obituary?x=1`)).body).toMatchObject({ status: 400, parameter: 'x' })
    expect(await (await fetched(uid, 'text/plain')).json()).toMatchObject({ status: 406, parameter: 'Accept' })
  })

  test('is of no pod where the uid is empty, though lines and Events came without one', async () => {
    const { involvedObject: about, ...event } = fixture('event-evicted')
    await tell([{ ...event, involvedObject: { ...about, uid: '' } }])
    for (const part of ['obituary', 'logs'])
      expect((await request(`${service.url}/v1/pods//${part}`)).body).toMatchObject({ status: 404, parameter: 'uid' })
  })
})

describe('its page', () => {
  test('is what a browser is given; it loads nothing, runs nothing, and escapes what containers wrote', async () => {
    const answer = await fetched(uid, 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('vary')).toContain('accept')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await answer.text()
    expect(page).not.toMatch(/<script|<img|@import|url\(|src=/)
    // Its links are relative, for a path prefix; its icon is in it.
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!)
    expect(links).toContain('../next/obituary')
    expect(links).toContain('../looping/obituary')
    for (const link of links) expect(link).toMatch(/^(?:data:image\/svg\+xml,|\.\.\/|logs)/)
    for (const link of links.filter((one) => one.startsWith('../') || one.startsWith('logs')))
      expect((await fetch(new URL(link.replaceAll('&amp;', '&'), answer.url))).status, link).toBe(200)
    expect(page).toContain('&lt;script&gt;alert(&quot;out&quot;)&lt;/script&gt;')
    expect(page).toContain('panic: runtime error: &#39;index&#39; out of range &amp; more')
    const order = 'Evidence|Last words of app|Last words of prepare|Is anything missing?|Timeline|Lives|The pod|Also died on'
    expect([...page.matchAll(/<h2>([^<]*)/g)].map(([, title]) => title).join('|')).toContain(order)
    expect(page).toMatch(new RegExp(`died <b>${at(900).slice(0, 10)} ${clock(900)} UTC</b>, 1 h ago, after 15 min`))
    expect(page).toContain(`registry.example/app:2 sha256:${'cd'.repeat(32)}`)
    // The kubelet's message is an Event and in the status, and is quoted once as evidence.
    expect(page.split('<h2>Last words')[0]!.split('Threshold quantity')).toHaveLength(2)
    expect(page).toContain('width=device-width')
    expect(page).toContain('prefers-color-scheme: dark')
    for (const text of ['low on memory', 'looping', 'Last words of prepare', 'on n2']) expect(page).toContain(text)
  })

  test('of a pod that is not there, or of a name of several pods, is a page too', async () => {
    const gone = await fetched('<nobody>', 'text/html')
    expect([gone.status, gone.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    expect(gone.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await gone.text()
    expect(page).toContain('<h1>No such pod</h1>')
    expect(page).toContain('&lt;nobody&gt;')
    const several = await fetched('web-0', 'text/html')
    expect(several.status).toBe(409)
    expect(await several.text()).toContain('may be one of several pods')
  })

  test('JSON is what everybody else is given', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html'])
      expect((await fetched(uid, accept)).headers.get('content-type')).toContain('application/json')
  })
})
