// A bounded load beside what is measured: one post after another, at a set rate of records. What a slow service does
// not take within a second is left out, so it is never sent more to make up for it.
import { setTimeout as sleep } from 'node:timers/promises'
import { postOnce } from './post.ts'

export interface SteadyLoadOptions {
  url: string
  cluster: string
  path: '/v1/batches' | '/v1/lifecycle'
  /** Records a second; 0 posts nothing. */
  rate: number
  /** The next `count` records, each with its newline. */
  make(count: number): string
  /** Called with the time of the answer to the post that `make` made last. */
  acknowledged?(atMs: number): void
}

export interface SteadyLoad {
  /** Ends it, and says what was accepted and how long the posts took. */
  stop(): Promise<{ accepted: number; refused: number; ackMs: number[]; seconds: number }>
}

const tickMs = 100

export function startSteadyLoad({ url, cluster, path, rate, make, acknowledged }: SteadyLoadOptions): SteadyLoad {
  let [isOver, accepted, refused, due] = [false, 0, 0, 0]
  const ackMs: number[] = []
  const startedMs = performance.now()
  const run = async (): Promise<void> => {
    for (let lastMs = startedMs; !isOver && rate > 0;) {
      const nowMs = performance.now()
      due = Math.min(due + ((nowMs - lastMs) * rate) / 1000, rate)
      lastMs = nowMs
      if (due >= 1) {
        const count = Math.floor(due)
        const { status } = await postOnce(url, Buffer.from(make(count)), { 'x-afterlog-cluster': cluster }, path)
        ackMs.push(performance.now() - nowMs)
        if (status === 200) accepted += count
        else refused += 1
        if (status === 200) acknowledged?.(performance.now())
        due -= count
      }
      await sleep(Math.max(0, tickMs - (performance.now() - nowMs)))
    }
  }
  const running = run()
  return {
    async stop() {
      isOver = true
      await running
      return { accepted, refused, ackMs, seconds: (performance.now() - startedMs) / 1000 }
    },
  }
}
