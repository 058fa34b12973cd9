// Pure: what tells one line from another. Two lines of one time in one container differ by where they stand in its file,
// or by their text.
import type { Line } from '../api/types.ts'

export const lineKey = ({ gap, time, pod, podUid, container, restart, offset, message }: Line): string =>
  `${gap === undefined ? '' : 'gap '}${time} ${podUid ?? pod} ${container} ${restart} ${offset ?? message.slice(0, 80)}`

/** Makes keys that were given before other ones. */
export function uniqueKeys(): (key: string) => string {
  const timesByKey = new Map<string, number>()
  return (key) => {
    const times = timesByKey.get(key) ?? 0
    timesByKey.set(key, times + 1)
    return times === 0 ? key : `${key} ${times}`
  }
}
