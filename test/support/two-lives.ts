// A pod with one container that restarts once, as the API and agents report it, on one day.
const at = (clock: string) => `2026-11-23T${clock}Z`

const nameOf = (uid: string) => uid.replaceAll(' ', '-')
/** Of the container of a life. */
export const idOf = (uid: string, life: number) => `${nameOf(uid)}-${life}`

/** The state of a life that ended, times as 09:00:00. */
export const ended = (uid: string, life: number, from: string, to: string, [exitCode, reason] = [1, 'Error']) => ({
  terminated: { exitCode, reason, startedAt: at(from), finishedAt: at(to), containerID: `containerd://${idOf(uid, life)}` },
})
export const running = (from: string) => ({ running: { startedAt: at(from) } })

/** `number`: the restart count; `life`: the instance whose state it is. */
export function podOf(
  uid: string,
  number: number,
  [state, lastState]: readonly object[],
  { version, life = number, labels = {} }: { version: number; life?: number; labels?: object },
) {
  const isOver = 'terminated' in state!
  const containerID = `containerd://${idOf(uid, life)}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: nameOf(uid),
      namespace: 'shop',
      uid,
      labels,
      resourceVersion: String(version),
      creationTimestamp: at('09:00:00'),
    },
    spec: { nodeName: 'n1', restartPolicy: isOver ? 'Never' : 'Always', containers: [{ name: 'app' }] },
    status: {
      phase: isOver ? 'Failed' : 'Running',
      startTime: at('09:00:00'),
      containerStatuses: [{ name: 'app', restartCount: number, image: 'app:1', containerID, state, lastState }],
    },
  }
}

/** A record of a line of the pod, with what the agent knows of it beside. */
export const lineOf = (uid: string, clock: string, message: string, more: object = {}) => ({
  time: at(clock),
  namespace: 'shop',
  pod: nameOf(uid),
  container: 'app',
  stream: 'stdout',
  message,
  ...more,
})
