// What the containers of a run say: numbered lines, in the order that answers must show. Pure, and the same for the
// same seed. Times of one container never go back. Lines of one instant differ in offset, or stand in one message, or
// are equal.
import type { Random } from '../../storage/random.ts'
import { type Container, type SaidLine, sayings, uuidOf } from '../posted-lines.ts'

export interface SpokenLine extends SaidLine {
  restart: number
}

export interface Speaker {
  container: Container
  /** Sends paths and CRI lines instead of records with fields. */
  cri: boolean
  lines: SpokenLine[]
  /**
   * What it says next: one line, or several equal ones of one instant. `message` numbers what carries it; `alone`: in a
   * message of its own.
   */
  say(message: number, alone: boolean): SpokenLine[]
}

const namespaces = ['shop', 'payments', 'search']
const kinds = ['offset', 'ordinal', 'equal', 'offset'] as const
const speakers = 12

/**
 * Speakers of several pods, hours apart, in namespaces of several retention classes: an insert writes several parts.
 */
export function createSpeakers({ seed, random, untilMs }: { seed: number; random: Random; untilMs: number }): Speaker[] {
  return Array.from({ length: speakers }, (_, i) => {
    const pod = i >> 1
    const container: Container = {
      namespace: namespaces[pod % namespaces.length]!,
      pod: `pod-${pod}`,
      podUid: uuidOf(`${seed}/${pod}`),
      container: `c${i}`,
      kind: kinds[i % kinds.length]!,
    }
    return createSpeaker(container, i % 4 === 3, untilMs - (44 - 3 * i) * 3_600_000, random)
  })
}

function createSpeaker(container: Container, cri: boolean, fromMs: number, random: Random): Speaker {
  const lines: SpokenLine[] = []
  let ns = BigInt(fromMs) * 1_000_000n
  let offset = 0
  let restart = 0
  let within = -1
  return {
    container,
    cri,
    lines,
    say(message, alone) {
      const restarts = lines.length > 0 && random.int(400) === 0
      if (restarts) {
        restart++
        offset = 0
      }
      const mayStay = container.kind === 'offset' || (within === message && !alone)
      if (restarts || !mayStay || random.int(8) > 0) ns += BigInt(1 + random.int(10_000_000)) * 1_000n
      within = message
      const twins = container.kind === 'equal' && random.int(4) === 0 ? 2 + random.int(3) : 1
      const text = container.kind === 'equal' ? sayings[0]! : `${random.pick(sayings)} request=${random.hex(24)}`
      const line: SpokenLine = {
        time: rfc3339(ns),
        message: `#${lines.length} m${message} ${text} took ${random.int(5000)} ms`,
        container,
        offset: container.kind === 'offset' ? offset : undefined,
        restart,
      }
      offset += line.message.length + 45
      const said = Array.from({ length: twins }, () => line)
      lines.push(...said)
      return said
    },
  }
}

/** The record of a line, as its agent sends it. */
export function recordOf({ time, message, container, offset, restart }: SpokenLine, cri: boolean): string {
  const { namespace, pod, podUid } = container
  const path = `/var/log/pods/${namespace}_${pod}_${podUid}/${container.container}/${restart}.log`
  if (cri) return JSON.stringify({ path, offset, file: '77', cri: `${time} stdout F ${message}` })
  const place = offset === undefined ? {} : { offset, file: '77' }
  return JSON.stringify({
    time,
    namespace,
    pod,
    podUid,
    container: container.container,
    restart,
    stream: 'stdout',
    message,
    ...place,
  })
}

function rfc3339(ns: bigint): string {
  return `${new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`
}
