// Several senders at once, each posting batch after batch until the service dies or enough is said. A sender remembers
// what was acknowledged; after a crash it sends everything else again, and some of what was acknowledged too, as an
// agent does whose answer was lost on the way.
import { createRandom } from '../storage/random.ts'
import { createPostingSender, type Batch, type SaidLine } from './posted-lines.ts'

export interface PostingOptions {
  seed: number
  senders: number
  /** Said by all senders together, at most. */
  linesMax: number
  tenant: string
  untilMs: number
}

export interface Posting {
  /** Posts new batches until `linesMax` is reached or a post fails; resolves when every sender has stopped. */
  run(url: string): Promise<void>
  /** Posts again what has no acknowledgement, and a tenth of what has. Rejects where anything is refused. */
  retry(url: string): Promise<{ batches: number; again: number }>
  /** Lines of acknowledged batches. */
  acknowledged(): SaidLine[]
  /** Every line that was ever sent, acknowledged or not, in the order of its container. */
  said(): SaidLine[]
  readonly acknowledgedLines: number
  /** Batches that were sent and have no acknowledgement. */
  readonly openBatches: number
  /** Resolves once so many lines are acknowledged, or `run` is over. */
  reached(lines: number): Promise<void>
}

export function createPosting({ seed, senders: count, linesMax, tenant, untilMs }: PostingOptions): Posting {
  const random = createRandom(seed)
  const senders = Array.from({ length: count }, (_, index) => ({
    sender: createPostingSender({ seed, index, untilMs }),
    open: [] as Batch[],
    stored: [] as Batch[],
    said: [] as SaidLine[],
  }))
  let saidLines = 0
  let acknowledgedLines = 0
  const goals: { lines: number; resolve(): void }[] = []
  type State = (typeof senders)[number]

  async function runSender(state: State, url: string): Promise<void> {
    while (saidLines < linesMax) {
      const batch = state.sender.next()
      saidLines += batch.lines.length
      state.open.push(batch)
      state.said.push(...batch.lines)
      if (!(await post(url, tenant, batch).catch(() => false))) return
      acknowledge(state, batch)
    }
  }

  function acknowledge(state: State, batch: Batch): void {
    state.open.splice(state.open.indexOf(batch), 1)
    state.stored.push(batch)
    acknowledgedLines += batch.lines.length
    for (const { lines, resolve } of goals) if (acknowledgedLines >= lines) resolve()
  }

  async function retrySender(state: State, url: string): Promise<{ batches: number; again: number }> {
    const again = state.stored.filter(() => random.int(10) === 0)
    const [known, unknown] = [state.open.filter(hasOffsets), state.open.filter((batch) => !hasOffsets(batch))]
    const resent = [
      ...state.sender.rechunk(known.flatMap(({ lines }) => lines)),
      ...unknown,
      ...again,
      ...again.filter(hasOffsets).flatMap(({ lines }) => state.sender.rechunk(lines)),
    ]
    for (const batch of resent)
      if (!(await post(url, tenant, batch))) throw new Error('a batch was refused when it was sent again')
    state.stored.push(...state.open)
    state.open = []
    return { batches: resent.length, again: again.length }
  }

  return {
    async run(url) {
      await Promise.all(senders.map((state) => runSender(state, url)))
      for (const { resolve } of goals) resolve()
    },
    reached: (lines) => new Promise((resolve) => goals.push({ lines, resolve })),
    async retry(url) {
      const done = await Promise.all(senders.map((state) => retrySender(state, url)))
      return done.reduce((sum, { batches, again }) => ({ batches: sum.batches + batches, again: sum.again + again }))
    },
    acknowledged: () => senders.flatMap(({ stored }) => stored.flatMap(({ lines }) => lines)),
    said: () => senders.flatMap(({ said }) => said),
    get openBatches() {
      return senders.reduce((sum, { open }) => sum + open.length, 0)
    },
    get acknowledgedLines() {
      return acknowledgedLines
    },
  }
}

const hasOffsets = ({ lines }: Batch): boolean => lines.every(({ offset }) => offset !== undefined)

/** True when every record was acknowledged; false for an answer that is none; rejects where the connection breaks. */
async function post(url: string, tenant: string, { body, headers, lines }: Batch): Promise<boolean> {
  for (;;) {
    const response = await fetch(`${url}/v1/batches`, {
      method: 'POST',
      body: body as Buffer<ArrayBuffer>,
      headers: { ...headers, 'x-scope-orgid': tenant },
    })
    if (response.status === 429) {
      await response.arrayBuffer()
      continue
    }
    if (response.status !== 200) {
      await response.arrayBuffer()
      return false
    }
    const { accepted, rejected } = (await response.json()) as { accepted: number; rejected: number }
    if (accepted !== lines.length || rejected !== 0)
      throw new Error(`of ${lines.length} records ${accepted} were accepted and ${rejected} rejected`)
    return true
  }
}
