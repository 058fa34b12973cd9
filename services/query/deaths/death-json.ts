// Pure: a death as answers show it.
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { formatTime } from '#shared/time/format-time.ts'
import type { DeathRow } from './death-statements.ts'
import type { DeathJson } from './deaths-schema.ts'

export function deathJson(row: DeathRow): DeathJson {
  const { cluster, namespace, pod, node, owner, container, containerId, reason, exitCode, cause, frames } = row
  return {
    cluster,
    namespace,
    pod,
    podUid: row.uid,
    node,
    owner,
    container,
    restart: row.restart < 0 ? null : row.restart,
    containerId,
    diedAt: formatTime(BigInt(row.diedNs)),
    outcome: outcomes.find((one) => one === row.outcome) ?? 'unknown',
    reason,
    exitCode,
    cause,
    lastError: row.lastError === '' ? null : row.lastError,
    frames,
    fingerprint: row.fingerprint,
  }
}
