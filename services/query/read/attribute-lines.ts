// Lines that came with only a container id, as agents that know /var/log/containers send them: uid and restart are filled in once
// Kubernetes has told whose container that is. What is stored never changes.
import { bareContainerId } from '#shared/container-id.ts'
import { livesOfContainers, type ContainerLife } from '#query/plan/pod-statements.ts'
import type { Reading } from './reading.ts'
import type { Line } from './row-decoder.ts'

/** The same lines in the same order. One statement where any line lacks its uid, none otherwise. */
export async function attributeLines(reading: Reading, tenant: string, lines: readonly Line[]): Promise<Line[]> {
  const nameless = lines.filter(isNameless)
  if (nameless.length === 0) return [...lines]
  const ids = [...new Set(nameless.map(({ containerId }) => bareContainerId(containerId)))]
  const owners = new Map(
    (await reading.rows<ContainerLife>(livesOfContainers(tenant, ids))).map((owner) => [owner.containerId, owner]),
  )
  return lines.map((line) => {
    const owner = isNameless(line) ? owners.get(bareContainerId(line.containerId)) : undefined
    if (owner === undefined) return line
    const restart = line.restart >= 0 ? line.restart : owner.restart
    return { ...line, podUid: owner.podUid, restart, storedRestart: line.restart }
  })
}

const isNameless = ({ podUid, containerId }: Line): boolean => podUid === '' && containerId !== ''
