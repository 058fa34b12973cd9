// Pure: parameters that select pods, for every route that takes them: owners, labels and images as people write them.
import { invalidParameter, type AfterlogError } from '#shared/errors.ts'
import { ofImages, ofLabelRequirement, ofOwners, oneOf } from '#shared/stored-pods/handle-conditions.ts'
import { LabelSelectorError, parseLabelSelector, type LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import type { PodSelection } from '#shared/stored-pods/pod-selection.ts'

export interface PodParameters {
  owner?: readonly string[] | undefined
  label?: readonly string[] | undefined
  image?: readonly string[] | undefined
  outcome?: readonly string[] | undefined
  phase?: readonly string[] | undefined
  namespace?: readonly string[] | undefined
}

/** The pods that the parameters select; undefined where none of them selects pods. */
export function podsAsked(
  parameters: PodParameters,
  within: Pick<PodSelection, 'tenant' | 'from' | 'to'>,
): PodSelection | undefined {
  const pods = podsWithin(parameters, within)
  return pods.handles.length === 0 && pods.phase === undefined ? undefined : pods
}

/** The same; every pod where none of the parameters selects pods. */
export function podsWithin(
  { owner, label, image, outcome, phase, namespace }: PodParameters,
  within: Pick<PodSelection, 'tenant' | 'from' | 'to'>,
): PodSelection {
  const handles = [
    ...(owner === undefined ? [] : [ofOwners(owner)]),
    ...(label === undefined ? [] : readLabels(label).map(ofLabelRequirement)),
    ...(image === undefined ? [] : [ofImages(image)]),
    ...(outcome === undefined ? [] : [{ kind: 'outcome', value: oneOf(outcome) } as const]),
  ]
  return { ...within, handles, phase, ...(isOfPods(namespace) ? { namespace } : {}) }
}

/** An empty value asks for lines that lack the field. */
export const isOfPods = (values: readonly string[] | undefined): values is readonly string[] =>
  values !== undefined && !values.includes('')

const requirementsMax = 100

/**
 * Selectors, each of which may have several requirements, all of which hold. Values of one key in several parameters are
 * ORed; a key alone is any value, also where the key is given with a value too.
 */
export function readLabels(selectors: readonly string[]): LabelRequirement[] {
  const given = selectors.map(readSelector)
  const isAlternative = ([one, ...more]: LabelRequirement[]): boolean =>
    more.length === 0 && (one?.operator === 'in' || one?.operator === 'exists')
  const alternatives = Map.groupBy(given.filter(isAlternative).flat(), ({ key }) => key)
  const merged = [...alternatives].map(([key, ofKey]): LabelRequirement => {
    if (ofKey.some(({ operator }) => operator === 'exists')) return { operator: 'exists', key }
    return { operator: 'in', key, values: ofKey.flatMap((one) => (one.operator === 'in' ? one.values : [])) }
  })
  const requirements = [...merged, ...given.filter((one) => !isAlternative(one)).flat()]
  if (requirements.length > requirementsMax)
    throw invalidParameter('label', `label has more than ${requirementsMax} requirements: give fewer`)
  return requirements
}

function readSelector(text: string): LabelRequirement[] {
  const refused = (why: string): AfterlogError =>
    invalidParameter(
      'label',
      `label=${text.slice(0, 100)}: ${why}. Give key=value, key for any value, key!=value, "key in (a,b)" or !key`,
    )
  try {
    const requirements = parseLabelSelector(text)
    if (requirements.length === 0) throw refused('there is no label in it')
    return requirements
  } catch (error) {
    throw error instanceof LabelSelectorError ? refused(error.message) : error
  }
}
