// The messages of a run: what the speakers say, in every form that producers use, with poison between. Pure, and the
// same for the same seed: what must be shown in the end is settled before anything is sent.
import { gzipSync } from 'node:zlib'
import { createRandom, type Random } from '../../storage/random.ts'
import { createSpeakers, recordOf, type Speaker, type SpokenLine } from './lines.ts'
import { badRecord, poisonOf } from './poison.ts'

/** `committed` and `aborted`: by a transactional producer. `http`: posted to an ingest process. */
export type Way = 'kafka' | 'http' | 'committed' | 'aborted'

export interface Message {
  number: number
  way: Way
  value: Buffer | null
  /** Of the topic; a post is keyed by whoever publishes it. */
  partition: number
  /** Of the message, or of the post. */
  headers: Record<string, string>
  lines: number
  /** Records of it that must become dead letters, by index. */
  poison: readonly number[]
}

export interface Spoken {
  /** In the order in which they are to be sent. */
  messages: Message[]
  speakers: Speaker[]
  said: SpokenLine[]
}

export interface SpokenOptions {
  seed: number
  lines: number
  partitions: number
  untilMs: number
}

type Form = 'batch' | 'ndjson' | 'single'

export function speak({ seed, lines, partitions, untilMs }: SpokenOptions): Spoken {
  const random = createRandom(seed)
  const speakers = createSpeakers({ seed, random, untilMs })
  const messages: Message[] = []
  let total = 0
  let poisons = 0

  const add = (way: Way, value: Buffer | null, of: Partial<Message> = {}): void => {
    const partition = random.int(partitions)
    messages.push({
      number: messages.length,
      way,
      value,
      partition,
      headers: { 'x-afterlog-node': 'node-7' },
      lines: 0,
      poison: [],
      ...of,
    })
  }
  const hear = (way: Way, form: Form, size: number): void => {
    const chosen = pickSome(speakers, random)
    const from = way === 'aborted' ? chosen.map(muted) : chosen
    const records: string[] = []
    for (let turn = 0; records.length < size; turn++) {
      const speaker = from[turn % from.length]!
      records.push(...speaker.say(messages.length, form === 'single').map((line) => recordOf(line, speaker.cri)))
      if (form === 'single') {
        // Equal lines of a producer that sends each record by itself: each has its own message, and each is a line.
        for (const record of records.splice(0)) add(way, Buffer.from(record), { lines: 1 })
        if (--size === 0) break
      }
    }
    if (form === 'single') return
    const count = records.length
    const bad = way !== 'http' && way !== 'aborted' && random.int(10) === 0 ? [random.int(count)] : []
    for (const index of bad) records.splice(index, 0, badRecord(poisons++))
    if (way === 'http') post(form, records, count)
    else add(way, body(form, records), { lines: count, poison: bad })
  }
  const post = (form: Form, records: string[], count: number): void => {
    const zipped = random.int(3) === 0
    const plain = body(form, records)
    const headers = {
      'content-type': form === 'batch' ? 'application/json' : 'application/x-ndjson',
      'x-afterlog-node': 'node-7',
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    }
    add('http', zipped ? gzipSync(plain, { level: 1 }) : plain, { headers, lines: count })
  }

  while (total < lines) {
    const at = messages.length
    const dice = random.int(100)
    if (dice < 40) hear('kafka', 'batch', 150 + random.int(100))
    else if (dice < 62) hear('kafka', 'ndjson', 2 + random.int(150))
    else if (dice < 76) hear('kafka', 'single', 60)
    else if (dice < 84) add('kafka', poisonOf(poisons++, random).value, { poison: [0] })
    else if (dice < 94) hear('http', random.int(2) === 0 ? 'batch' : 'ndjson', random.int(4) === 0 ? 1500 : 30 + random.int(300))
    else hear(random.int(2) === 0 ? 'committed' : 'aborted', random.pick(['batch', 'ndjson', 'single']), 1 + random.int(60))
    for (const message of messages.slice(at)) if (message.way !== 'aborted') total += message.lines
  }
  return { messages, speakers, said: speakers.flatMap((speaker) => speaker.lines) }
}

const body = (form: Form, records: readonly string[]): Buffer =>
  Buffer.from(form === 'batch' ? `{"node":"node-7","records":[${records.join(',')}]}` : records.join('\n'))

function pickSome(speakers: readonly Speaker[], random: Random): Speaker[] {
  return Array.from({ length: 1 + random.int(3) }, () => random.pick(speakers))
}

/** Says what nobody may ever see, and does not count. */
function muted(speaker: Speaker): Speaker {
  const last = speaker.lines.at(-1)
  const say = (message: number): SpokenLine[] => [
    {
      time: last?.time ?? '2026-11-23T10:00:00.000000000Z',
      message: `aborted in m${message}`,
      container: speaker.container,
      offset: 1,
      restart: 0,
    },
  ]
  return { ...speaker, say }
}
