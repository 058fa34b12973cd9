// Pure: hints beside an empty answer about one pod: containers and lives that it does not have, times without lines, and
// what the search text says that was hardly meant so.
import type { Hint } from '#query/http/hint.ts'
import { hintOfTimes } from '#query/pods/hint-text.ts'
import { searchHints } from '#query/search/search-hints.ts'
import type { RequestedLines } from '#query/search/line-request.ts'
import { livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'

type Pod = Pick<PodIdentity, 'lives' | 'spans' | 'spoken' | 'extent'>

/** Names that a message has. */
const namedMax = 10

export function podLogHints(
  pod: Pod,
  { container = [], life }: { container?: readonly string[] | undefined; life?: number | undefined },
  { text, ...times }: Pick<RequestedLines, 'text' | 'from' | 'to'>,
): Hint[] {
  const known = [...new Set([...pod.lives.map((one) => one.container), ...pod.spoken])].toSorted()
  const unknown = container.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    return unknown.slice(0, 3).map((name) => ({
      parameter: 'container',
      message: `the pod has no container ${JSON.stringify(name.slice(0, 80))}${among(known)}`,
    }))
  if (life !== undefined && livesNumbered(pod, life).length === 0) {
    const numbers = [...new Set(pod.lives.map(({ restart }) => restart))].toSorted((a, b) => a - b)
    const range = numbers.length < 2 ? numbers.join('') : `${numbers[0]} to ${numbers.at(-1)}`
    const has =
      numbers.length === 0 ? '. No life of it is known' : `. Known are ${range}; -1 is the one before the newest`
    return [{ parameter: 'life', message: `the pod has no life ${life}${has}` }]
  }
  const silent = container.filter((name) => !pod.spoken.includes(name))
  if (silent.length > 0 && silent.length === container.length)
    return [{ parameter: 'container', message: `the container ${silent[0]} has said nothing${among(pod.spoken)}` }]
  if (pod.extent === undefined) return [{ parameter: 'uid', message: 'no line of this pod is stored' }]
  const ofTimes = hintOfTimes(times, pod.extent)
  return [...(ofTimes === undefined ? [] : [ofTimes]), ...(text === undefined ? [] : searchHints(text.node))]
}

const among = (names: readonly string[]): string =>
  names.length === 0 ? '' : `. Known: ${names.slice(0, namedMax).join(', ')}${names.length > namedMax ? ', …' : ''}`
