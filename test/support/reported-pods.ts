// Pods of yesterday as reports of users give them, as GET /v1/pods/{uid} answers them whole, and a service that is
// asked for them.
import { expect } from 'vitest'
import { scale } from './campaign.ts'
import { listsHave, request } from './service.ts'

export const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
export const at = (clock: string) => `${day}T${clock}Z`
export const ns = (clock: string) => `${day}T${clock}.000000000Z`
export const uidOf = (number: number) => `b0000000-0000-4000-8000-${String(number).padStart(12, '0')}`

export interface PodOptions {
  resourceVersion?: string
  owner?: object
  spec?: object
  created?: string
}
export const podOf = (name: string, number: number, status: object, options: PodOptions = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'r',
    uid: uidOf(number),
    resourceVersion: options.resourceVersion ?? '100',
    creationTimestamp: at(options.created ?? '09:00:00'),
    ...(options.owner === undefined ? {} : { ownerReferences: [options.owner] }),
  },
  spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'i' }], ...options.spec },
  status,
})
export const container = (restartCount: number, containerID: string, state: object, lastState: object = {}) => ({
  name: 'app',
  image: 'i',
  imageID: '',
  ready: 'running' in state,
  restartCount,
  ...(containerID === '' ? {} : { containerID: `containerd://${containerID}` }),
  state,
  lastState,
})
export const runs = (since: string) => ({ running: { startedAt: at(since) } })
export const ended = (id: string, exitCode: number, reason: string, since: string, until: string) => ({
  terminated: { exitCode, reason, containerID: `containerd://${id}`, startedAt: at(since), finishedAt: at(until) },
})

export const seals = {
  silent: { state: 'unsealed', lines: 0, gaps: [], text: 'unsealed: no line of it came' },
  ended: (lines: string) => ({
    state: 'tail-unknown',
    lines: parseInt(lines),
    gaps: [],
    text: `tail unknown: no agent reported that its log was read to the end; ${lines}, none known to be missing`,
  }),
  running: (lines: string) => ({
    state: 'tail-unknown',
    lines: parseInt(lines),
    gaps: [],
    text: `tail unknown: still running, ${lines} so far, none known to be missing`,
  }),
}
/** A life as it is answered; what is not given is not known. */
export const lifeJson = (containerId: string, outcome: string, cause: string, evidence: object[], more: object = {}) => ({
  restart: 0,
  containerId,
  startedAt: null,
  finishedAt: null,
  outcome,
  reason: '',
  exitCode: null,
  signal: null,
  lines: 0,
  linesExact: outcome !== 'running',
  firstLine: null,
  lastLine: null,
  seal: seals.silent,
  kind: 'container',
  cause,
  evidence,
  image: 'i',
  imageDigest: '',
  bytes: 0,
  errors: 0,
  ...more,
})
/** A pod as it is answered. */
export const podJson = (name: string, number: number, outcome: string, cause: string, more: object) => ({
  cluster: '',
  namespace: 'r',
  name,
  uid: uidOf(number),
  node: 'n1',
  owner: { kind: '', name: '' },
  outcome,
  reason: '',
  message: '',
  exitCode: null,
  firstSeen: ns('09:00:00'),
  diedAt: null,
  restarts: 0,
  lines: 0,
  linesExact: outcome !== 'running',
  cause,
  ip: '',
  labels: {},
  annotations: {},
  imageDigests: {},
  events: [],
  replacement: null,
  ...more,
})
export const item = (kind: string, clock: string | null, text: string) => ({
  kind,
  time: clock === null ? null : ns(clock),
  text,
})

export interface Asked {
  tell(...objects: object[]): Promise<void>
  /** Posts records of a batch. */
  say(records: object[]): Promise<void>
  get(path: string): Promise<Record<string, unknown>>
  answerOf(number: number): Promise<Record<string, unknown>>
  /** What kubectl logs shows. */
  logOf(name: string, query?: string): Promise<string>
}

/** `url`: of the service, which may not have started yet. */
export function askedBy(url: () => string): Asked {
  const get = async (path: string): Promise<Record<string, unknown>> => (await request(`${url()}${path}`)).body
  const send = async (path: string, sent: unknown, accepted: number): Promise<void> => {
    const { body } = await request(`${url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    })
    expect(body).toMatchObject({ accepted, rejected: 0 })
  }
  return {
    get,
    // Newest first, then as they are, then the first again: the answer is the same in whatever order and how often they
    // come. By day in three posts, at night each object by itself.
    async tell(...objects) {
      const orders = [objects.toReversed(), objects, objects.slice(0, 1)]
      for (const post of scale === 1 ? orders : orders.flat().map((object) => [object]))
        await send('/v1/lifecycle', post, post.length)
      await listsHave(url())
    },
    say: (records) => send('/v1/batches', { records }, records.length),
    answerOf: (number) => get(`/v1/pods/${uidOf(number)}`),
    async logOf(name, query = '') {
      const response = await fetch(`${url()}/k8s/api/v1/namespaces/r/pods/${name}/log?${query}`)
      return response.text()
    },
  }
}
