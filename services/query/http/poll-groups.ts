// Tails and watches that ask for the same poll at the same times, and tails from the same place, so that one statement
// serves all of them (read-shared.ts).
export interface PollGroups {
  /** How many groups there are. */
  readonly size: number
  /** `name`: of those that ask for the same. `startMs`: a tail follows what arrives from then on, epoch ms. */
  join(name: string, startMs: number): GroupMember
}

export interface GroupMember extends Disposable {
  /** Since when the next poll reads arrivals, epoch ms. `newest`: of those that the tail has read. */
  since(newest: number, overlapMs: number): number
  /** Notes the newest arrival that the tail has read, epoch ms. */
  reached(newest: number): void
  /** ms until the group polls next, but at least `pauseMs`. It may poll every `intervalMs`. */
  untilPoll(pauseMs: number, intervalMs: number): number
}

interface Group {
  members: number
  startMs: number
  newest: number
  /** By the monotonic clock. */
  begunMs: number
}

export function createPollGroups(now: () => number): PollGroups {
  const groups = new Map<string, Group>()
  return {
    get size() {
      return groups.size
    },
    join(name, startMs) {
      const group = groups.get(name) ?? { members: 0, startMs, newest: startMs, begunMs: now() }
      groups.set(name, group)
      group.members++
      return {
        since(newest, overlapMs) {
          // If nothing has arrived since the tail began, it reads no more from where the others do.
          const floor = group.newest < startMs ? group.startMs : startMs
          return Math.max(floor, Math.min(newest, group.newest) - overlapMs)
        },
        reached(newest) {
          group.newest = Math.max(group.newest, newest)
        },
        untilPoll(pauseMs, intervalMs) {
          const passedMs = now() - group.begunMs
          return Math.ceil((passedMs + pauseMs) / intervalMs) * intervalMs - passedMs
        },
        [Symbol.dispose]() {
          group.members--
          if (group.members === 0) groups.delete(name)
        },
      }
    },
  }
}
