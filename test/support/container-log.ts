// A container's log as the kubelet keeps it, and what an agent that reads it to the end would post: for tests of what
// is missing when one does not. Lines are CRI lines, so offsets and lengths are true bytes.

export interface LogRecord {
  path: string
  cri: string
  offset?: number
  length?: number
  file?: string
  eof?: boolean
  /** No line: the file was written up to `offset`. It has a time, and nothing in `cri`. */
  mark?: true
  time?: string
}

export interface LogOptions {
  podUid: string
  restart?: number
  /** Epoch ms of the first line. */
  startMs: number
  /** Between lines. */
  stepMs?: number
}

/** `counts` lines in each of so many files, each rotated away from the next; `eof` on the last line of each. */
export function containerLog(
  counts: readonly number[],
  { podUid, restart = 0, startMs, stepMs = 1000 }: LogOptions,
): LogRecord[][] {
  const path = `/var/log/pods/shop_cart_${podUid}/app/${restart}.log`
  let written = 0
  return counts.map((count, index) => {
    let offset = 0
    return Array.from({ length: count }, (_, i) => {
      const cri = `${timeOf(startMs + written * stepMs)} stdout F line ${written++} of ${podUid}`
      const length = Buffer.byteLength(cri) + 1
      const record: LogRecord = { path, cri, offset, length, file: `inode-${index}`, ...(i === count - 1 ? { eof: true } : {}) }
      offset += length
      return record
    })
  })
}

/** With nine digits. */
export const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000000Z`

/** A pod `shop/cart` with one container `app`. */
export function podObject(
  podUid: string,
  startedMs: number,
  state: object,
  more: { status?: object; metadata?: object } = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      name: 'cart',
      uid: podUid,
      resourceVersion: '100',
      creationTimestamp: secondsOf(startedMs),
      ...more.metadata,
    },
    spec: { nodeName: 'node-7', restartPolicy: 'Never', containers: [{ name: 'app', image: 'cart:1' }] },
    status: {
      phase: 'Running',
      startTime: secondsOf(startedMs),
      containerStatuses: [{ name: 'app', restartCount: 0, containerID: `containerd://${podUid}`, state }],
      ...more.status,
    },
  }
}

const secondsOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

export const runningSince = (startedMs: number): object => ({ running: { startedAt: secondsOf(startedMs) } })
export const exited = (startedMs: number, finishedMs: number): object => ({
  terminated: { exitCode: 0, reason: 'Completed', startedAt: secondsOf(startedMs), finishedAt: secondsOf(finishedMs) },
})
