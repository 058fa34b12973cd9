import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCommitter, type Commit } from '#ingest/delivery/committer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A committer of one partition, and what became of it. */
function setup(commit: (commits: readonly Commit[]) => Promise<void> = () => Promise.resolve()) {
  const state = { prefix: 0n, committed: 0n, asked: [] as bigint[], failures: 0 }
  const committer = createCommitter({
    due: () => (state.prefix > state.committed ? [{ topic: 't', partition: 0, offset: state.prefix }] : []),
    commit: (commits) => {
      state.asked.push(commits[0]!.offset)
      return commit(commits)
    },
    onCommitted: (commits) => {
      state.committed = commits[0]!.offset
    },
    onFailed: () => state.failures++,
    intervalMs: 100,
    retryMs: 1000,
  })
  return { state, committer }
}

test('what is acknowledged within an interval is one commit, of all of it', async () => {
  const { state, committer } = setup()
  for (const prefix of [1n, 2n, 3n]) {
    state.prefix = prefix
    committer.wake()
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(state.asked).toEqual([3n])
})

test('nothing is committed where nothing is due, and nothing goes on asking', async () => {
  const { state, committer } = setup()
  committer.wake()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state.asked).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('one commit is under way at a time; what comes meanwhile is the next one', async () => {
  const answers: (() => void)[] = []
  const { state, committer } = setup(() => new Promise((resolve) => answers.push(resolve)))
  state.prefix = 1n
  committer.wake()
  await vi.advanceTimersByTimeAsync(100)
  state.prefix = 2n
  committer.wake()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state.asked).toEqual([1n])
  answers[0]!()
  await vi.advanceTimersByTimeAsync(100)
  expect(state.asked).toEqual([1n, 2n])
})

test('a commit that fails is made again, with what is due by then, without being woken', async () => {
  let away = true
  const { state, committer } = setup(() => (away ? Promise.reject(new Error('away')) : Promise.resolve()))
  state.prefix = 1n
  committer.wake()
  await vi.advanceTimersByTimeAsync(100)
  expect(state).toMatchObject({ failures: 1, committed: 0n })
  away = false
  state.prefix = 5n
  await vi.advanceTimersByTimeAsync(1000)
  expect(state).toMatchObject({ asked: [1n, 5n], committed: 5n, failures: 1 })
})

test('closing waits for the commit under way, makes the last one, and no more after', async () => {
  const answers: (() => void)[] = []
  const { state, committer } = setup(() => new Promise((resolve) => answers.push(resolve)))
  state.prefix = 1n
  committer.wake()
  await vi.advanceTimersByTimeAsync(100)
  state.prefix = 2n
  const closed = committer.close()
  expect(state.asked).toEqual([1n])
  answers[0]!()
  await vi.advanceTimersByTimeAsync(0)
  expect(state.asked).toEqual([1n, 2n])
  answers[1]!()
  await closed
  state.prefix = 3n
  committer.wake()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state.asked).toEqual([1n, 2n])
  expect(vi.getTimerCount()).toBe(0)
})

test('closing ends where the last commit fails', async () => {
  const { state, committer } = setup(() => Promise.reject(new Error('away')))
  state.prefix = 1n
  await committer.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state).toMatchObject({ asked: [1n], failures: 1 })
})
