// Formats of agents, whose records become native records before they are decoded: so a line is the same line, and a bad
// record the same dead letter, whatever brought it. A new format adds one entry here. Pure.
import type { AgentFormat, TopicFormat } from '#shared/kafka/settings.ts'
import type { BatchOutcome } from '../normalise/decoded.ts'
import type { Origin } from '../normalise/origin.ts'
import { bulk } from './bulk.ts'
import { criLines } from './cri-lines.ts'
import { jsonDocuments } from './fluent.ts'
import { msgpackRecords } from './fluent-msgpack.ts'
import { lokiJson } from './loki-json.ts'
import { lokiProto } from './loki-proto.ts'
import { journalEntries } from './journald.ts'
import type { Translate } from './native-lines.ts'
import { otlpJson, otlpProto } from './otlp.ts'
import { syslogMessages } from './syslog.ts'

const translations: Record<AgentFormat, Translate> = {
  'otlp-proto': otlpProto,
  'otlp-json': otlpJson,
  fluent: jsonDocuments,
  filebeat: jsonDocuments,
  vector: jsonDocuments,
  logstash: jsonDocuments,
  cri: criLines,
  'loki-proto': lokiProto,
  'loki-json': lokiJson,
  bulk,
  journald: journalEntries,
  syslog: syslogMessages,
  'fluent-msgpack': msgpackRecords,
}

export const isTranslated = (format: TopicFormat): format is AgentFormat => format in translations

/** The format of what is published and of dead letters: records of agents are native ones by then. */
export const storedFormat = (format: TopicFormat): TopicFormat => (isTranslated(format) ? 'native' : format)

export interface NativeBody {
  /** One native record per line. */
  lines: Buffer
  /** How many these are. */
  count: number
  /** Sentences about records that could not be translated, by their index. */
  problems: ReadonlyMap<number, string>
  /** What agents called times that are none, by the index of the record. */
  timeNames: ReadonlyMap<number, string>
  /** Objects of Kubernetes, one per line. */
  objects: Buffer
  /** Where they stand among all that the body has. */
  places: readonly number[]
}

/** A body as native records and objects. */
export function nativeBody(body: Buffer, format: AgentFormat, origin: Origin): NativeBody {
  const lines = translations[format](body, origin)
  const { count, problems, timeNames, places } = lines
  return { lines: lines.take(), count, problems, timeNames, objects: lines.takeObjects(), places }
}

/** What became of the records, with the sentences of those that could not be translated. */
export function withProblems<Outcome extends BatchOutcome>(
  outcome: Outcome,
  { problems, timeNames, places }: Pick<NativeBody, 'problems' | 'timeNames' | 'places'>,
): Outcome {
  if (outcome.rejects.length === 0) return outcome
  const rejects = outcome.rejects.map((reject) => {
    const timeName = reject.reason === 'bad-time' ? timeNames.get(reject.index) : undefined
    const named = timeName === undefined ? undefined : reject.detail.replace(/^time /, () => `${timeName} `)
    const detail = problems.get(reject.index) ?? named ?? reject.detail
    return { ...reject, detail, index: placeOf(reject.index, places) }
  })
  return { ...outcome, rejects }
}

/** Where a line stands in a body in which objects have these places. */
function placeOf(line: number, places: readonly number[]): number {
  // Before the object at places[i] stand places[i] - i lines.
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]! - middle <= line) low = middle + 1
    else high = middle
  }
  return line + low
}

/** What became of the objects. Of a list each is counted, so that what stands behind it has a later index. */
export const amongLines = <Outcome extends BatchOutcome>(outcome: Outcome, { count, places }: NativeBody): Outcome => ({
  ...outcome,
  rejects: outcome.rejects.map((reject) => ({ ...reject, index: places[reject.index] ?? reject.index + count })),
})
