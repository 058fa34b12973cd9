// Lines that came with only a container id, as agents that know /var/log/containers send them: uid and restart are filled in once
// Kubernetes has reported whose container that is. What is stored never changes.
import { newestInstances } from '#projector/resolve-identity.ts'
import { bareContainerId } from '#shared/container-id.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

/** The same lines in the same order. One statement where any line lacks its uid, none otherwise. */
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
