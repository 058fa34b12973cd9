// What the program sends: new batches, and old lines again, whole batches or lines of several in other groups. Times,
// texts and labels are of few values, so that lines of one time and equal lines are frequent.
import type { Random } from '../../storage/random.ts'
import type { Batch, ProgramLine } from './model.ts'

const podCount = 12
export const secondNs = 1_000_000_000n

export interface Batches {
  next(): Batch
}

export function createBatches(random: Random, beginNs: bigint): Batches {
  const oldBatches: Batch[] = []
  const offsets = Array.from({ length: podCount }, () => 0)
  let step = 0

  const newLine = (pod: number): ProgramLine => {
    const withOffset = pod % 2 === 0
    const message = `${random.pick(['alpha', 'beta', 'gamma', 'delta'])} ${random.int(withOffset ? 1000 : 6)}`
    const offset = withOffset ? offsets[pod]! : -1
    if (withOffset) offsets[pod] = offset + 40
    return {
      pod,
      time: beginNs + BigInt(Math.floor(step / 40)) * secondNs,
      stream: random.pick(['stdout', 'stderr']),
      message,
      offset,
      file: withOffset ? `f${Math.floor(offset / 40_000)}` : '',
      label: random.pick(['', 'a', 'b']),
    }
  }
  /** Of one pod, so that all of it is one message on Kafka. */
  const newBatch = (): Batch => {
    const pod = random.int(podCount)
    const lines = Array.from({ length: 1 + random.int(120) }, () => newLine(pod))
    return { lines, id: random.int(4) === 0 ? `batch-${step}` : '' }
  }
  /** Lines of several old batches of one pod, in any order; those without offset keep the id of their batch. */
  const regrouped = (): Batch => {
    const first = random.pick(oldBatches)
    const ofPod = oldBatches.filter(({ lines, id }) => lines[0]!.pod === first.lines[0]!.pod && id === first.id).slice(-6)
    const lines = ofPod.flatMap((batch) => batch.lines).filter(() => random.int(3) === 0)
    return lines.length === 0 ? first : { lines: random.shuffled(lines), id: first.id }
  }
  return {
    next() {
      step++
      const kind = oldBatches.length === 0 ? 0 : random.int(10)
      if (kind >= 6) return kind >= 8 ? regrouped() : random.pick(oldBatches)
      const batch = newBatch()
      oldBatches.push(batch)
      return batch
    },
  }
}
