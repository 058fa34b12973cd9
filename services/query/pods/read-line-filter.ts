// Lines of some pods: where a request for lines selects pods too, by owner, label, image, phase or outcome, its filter
// gets their scope. Whoever follows lines asks again at each poll, so that pods join.
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { readPodScope } from '#shared/store-reading/pod-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { podsAsked, type PodParameters } from '#query/search/pod-parameters.ts'

/** The filter, within the pods of its time that the parameters select. It has no scope of its own. */
export async function withPods(
  reading: Pick<RowReading, 'rows'>,
  filter: LineFilter,
  parameters: PodParameters,
): Promise<LineFilter> {
  const { tenant, from, to } = filter
  const pods = podsAsked(parameters, {
    tenant,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  return pods === undefined ? filter : { ...filter, scope: await readPodScope(reading, pods) }
}
