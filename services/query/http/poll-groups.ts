// Tails and watches that ask for the same poll at the same times, so that one statement serves all of them
// (read-shared.ts).
export interface PollGroups {
  /** How many groups there are. */
  readonly size: number
  /** `name`: of those that ask for the same. */
  join(name: string): GroupMember
}

export interface GroupMember extends Disposable {
  /** ms until the group polls next, but at least `pauseMs`. It may poll every `intervalMs`. */
  untilPoll(pauseMs: number, intervalMs: number): number
}

interface Group {
  members: number
  /** By the monotonic clock. */
  begunMs: number
}

export function createPollGroups(now: () => number): PollGroups {
  const groups = new Map<string, Group>()
  return {
    get size() {
      return groups.size
    },
    join(name) {
      const group = groups.get(name) ?? { members: 0, begunMs: now() }
      groups.set(name, group)
      group.members++
      return {
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
