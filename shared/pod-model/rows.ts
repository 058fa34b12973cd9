// The rows of facts that statements return: what Kubernetes reported, what agents sent, and counts of both. Times are
// RFC 3339 UTC with nine digits, so that they compare as strings.
export interface PodRow {
  cluster: string
  namespace: string
  name: string
  uid: string
  mirrorUid: string
  node: string
  phase: string
  reason: string
  message: string
  disruption: string
  disruptionMessage: string
  disruptionAt: string | null
  waiting: Record<string, string>
  ip: string
  ownerKind: string
  ownerName: string
  createdAt: string | null
  startedAt: string | null
  /** The earliest time in any version of the object. */
  deletedAt: string | null
  gone: number
  statusAt: string | null
  readyAt: string | null
}

export interface LifeRow {
  cluster: string
  namespace: string
  pod: string
  uid: string
  container: string
  kind: 'container' | 'init' | 'sidecar' | 'ephemeral'
  restart: number
  containerId: string
  node: string
  state: 'running' | 'terminated'
  startedAt: string | null
  finishedAt: string | null
  reason: string
  message: string
  exitCode: number | null
  signal: number | null
  image: string
  imageId: string
  /** The version of its fact: services/ingest/normalise/fact-version.ts. */
  version: string
}

export interface EventRow {
  uid: string
  cluster: string
  namespace: string
  pod: string
  type: string
  reason: string
  message: string
  fieldPath: string
  firstTime: string
  lastTime: string
  count: number
  component: string
  host: string
}

export interface LifeLinesRow {
  uid: string
  cluster: string
  namespace: string
  pod: string
  container: string
  /** -1 where it is not known. */
  restart: number
  containerId: string
  node: string
  firstLine: string
  lastLine: string
  /** 1 for unattributed lines, which have no pod uid themselves. */
  nameless: number
  /** Container and restart in the lines themselves, where a container id led to others. */
  sentContainer: string
  sentRestart: number
  /** 1 where its lines have a fragment among them. */
  fragments: number
  /** Names of files whose first line ever came; left out where there is none. */
  heads?: readonly string[]
  /** Distinct lines that ever came, estimated; as decimal text. Left out where it is not of one life. */
  estimate?: string
}

/** A day whose lines of a class were dropped before all of them were counted. */
export interface UncountedDay {
  /** Such as 2026-11-23. */
  day: string
  /** The namespace of its lines, or `default`. */
  class: string
}

/** The life whose lines a row counts. It has a container id only where the restart does not name the life. */
export interface LineLife {
  /** '' for unattributed lines. */
  uid: string
  cluster: string
  namespace: string
  pod: string
  container: string
  restart: number
  containerId: string
}

export interface LineCountRow extends LineLife {
  /** Distinct lines as decimal text, with those that have expired since. */
  lines: string
  /** Lines that are stored now, as decimal text. */
  stored: string
  /** Set for a running life: `lines` is an estimate, and its stretches were not loaded. */
  estimate?: boolean
  /** How many of its lines neither a number nor a container id places in this life. */
  byTime?: number
  /** The number of the time span in which its lines lie, from 1, or 0 without spans. Only where spans were given. */
  slot?: number
  /** Only where spans were given or sizes requested. */
  firstLine?: string
  lastLine?: string
  /** The bytes of messages, and lines of severity error or fatal, as decimal text. Only where sizes were requested. */
  bytes?: string
  errors?: string
}

/** A stretch of one file in which no line is missing. */
export interface Stretch {
  /** '' where the agent does not name the file. */
  file: string
  /** The offset of its first line; -1 for lines without offsets. */
  from: number
  /** The offset behind its last line. */
  to: number
  /** The times of those two lines. */
  firstAt: string
  lastAt: string
  /** The earliest time of all its lines, which need not be the first line's where a clock stepped back. */
  earliest: string
  /** How many offsets have a line. */
  places: number
  /** Whether its last line is marked as the last of the file. */
  ended: boolean
  /** How many lines have that mark and others behind them. */
  endsInside: number
  /** How many lines have no known length. */
  unmeasured: number
  /** How many offsets have two different lines. */
  clashes: number
  /** How many lines start inside another one. */
  overlaps: number
  /** The line of each stream that starts last. */
  stdoutEnd?: StreamEnd
  stderrEnd?: StreamEnd
}

export interface StreamEnd {
  /** Where the line starts; -1 where its offset is not known, and without a line. */
  offset: number
  /** Whether the line's end came; false without a line. */
  isWhole: boolean
}

export interface StretchRow extends Stretch, LineLife {}

/** Where a line is stored that begins where a refused one did. */
export interface StoredPlace {
  file: string
  offset: number
  /** -1 where it is not known. */
  length: number
}

export interface StoredPlaceRow extends StoredPlace, LineLife {
  /** When the line was written, twice, as a stretch has the times of two. */
  earliest: string
  lastAt: string
}

/** Of one pod so many refused lines are read at most. */
export const refusedMax = 10_000

export interface LossRow {
  /** When the lines of the letter had been written: when it came, or was stored. */
  time: string
  reason: string
  /** The pod of a refused line, as refused_lines names it. */
  podKey: string
  container: string
  /** -1 where the record has none, like offset and length. */
  restart: number
  /** Without its scheme. */
  containerId: string
  /** Id of the dead letter. */
  letter: string
  /** 1: of records for which the letter stands beside its own. */
  further: number
  /** How many refused lines. */
  lines: number
  file: string
  offset: number
  length: number
  /** The range on Kafka that was lost. */
  topic: string
  partition: number
  messages: number
}

export interface PodObjectRow {
  labels: Record<string, string>
  annotations: Record<string, string>
  /** The Pod as JSON. */
  object: string
  /** The ownerReference, unchanged. */
  controllerKind: string
  controllerName: string
}

export interface ReplacementRow {
  uid: string
  name: string
  node: string
  startedAt: string | null
}

/** `since` is the earliest time at which a controller may have replaced it. */
export interface ReplacedPod extends Pick<
  PodRow,
  'uid' | 'cluster' | 'namespace' | 'name' | 'node' | 'ownerKind' | 'ownerName'
> {
  since: string
}

/** The most stretches that are loaded for one life: with so many, there may be more. */
export const stretchesMax = 1000

/** Seconds before and after a container's end in which an OOM kill in it counts for that end. */
export const oomWithin = { beforeS: 10, afterS: 2 }
