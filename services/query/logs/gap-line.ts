// Pure: one gap as a line, which has the place of the line behind the gap.
import type { Line } from '#shared/lines/row-decoder.ts'
import type { Hole } from '#shared/pod-model/seal/evidence.ts'
import { gapInWords } from '#shared/pod-model/seal/words.ts'
import type { Life } from '#shared/pod-model/pod-lives.ts'
import type { PodJson } from '#shared/pod-model/pod.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'

export function gapLine({ from, to, bytes, reason, file, offset, behindAt }: Hole, life: Life, pod: PodJson): Line {
  return {
    gap: { from, to, bytes, reason },
    message: Buffer.from(`── gap ${gapInWords({ from, to, bytes, reason }, true)} ──`),
    ts: epochNs(behindAt),
    cluster: pod.cluster,
    namespace: pod.namespace,
    pod: pod.name,
    podUid: pod.uid,
    container: life.container,
    restart: life.restart ?? -1,
    containerId: life.containerId,
    node: pod.node,
    unit: '',
    stream: '',
    partial: false,
    severity: '',
    traceId: '',
    spanId: '',
    labels: {},
    attributes: {},
    offset: -1,
    length: -1,
    file,
    offsetBehind: offset,
    // Zeros order the gap before every line of that place.
    received: 0,
    arrival: 0n,
    seq: 0,
    identity: 0n,
  }
}
