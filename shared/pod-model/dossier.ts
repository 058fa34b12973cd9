// The data for any answer about one pod.
import type { PodFacts, RenderedPod } from './pod.ts'
import type { PodObjectRow, ReplacementRow } from './rows.ts'

export interface PodDossier {
  facts: PodFacts
  rendered: RenderedPod
  maps: PodObjectRow
  replacement: ReplacementRow | null
}
