// Fills in the pod uid and restart of lines that came with a container id alone, as agents send them that read
// /var/log/containers. Kubernetes has reported whose container it is; the stored lines never change.
import { newestInstances } from '#projector/resolve-identity.ts'
import { bareContainerId } from '#shared/container-id.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

/** The same lines in the same order. Takes one statement where any line lacks its pod uid, else none. */
export async function attributeLines(reading: Reading, tenant: string, lines: readonly Line[]): Promise<Line[]> {
  const unattributed = lines.filter(isUnattributed)
  if (unattributed.length === 0) return [...lines]
  const ids = [...new Set(unattributed.map(({ containerId }) => bareContainerId(containerId)))]
  const owners = await newestInstances(reading, tenant, ids)
  return lines.map((line) => {
    const owner = isUnattributed(line) ? owners.get(bareContainerId(line.containerId)) : undefined
    if (owner === undefined) return line
    const restart = line.restart >= 0 ? line.restart : owner.restart
    return { ...line, podUid: owner.uid, restart, storedRestart: line.restart }
  })
}

const isUnattributed = ({ podUid, containerId }: Line): boolean => podUid === '' && containerId !== ''
