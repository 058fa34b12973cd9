// Rows of facts as statements give them: what Kubernetes reported, what agents sent, and what was counted of it. Times are RFC 3339 UTC
// with nine digits, so that they compare as strings.
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
  /** The earliest that any version of the object told. */
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
  /** Of its fact: services/ingest/normalise/fact-version.ts. */
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
  /** -1 unknown. */
  restart: number
  containerId: string
  node: string
  firstLine: string
  lastLine: string
  /** 1: the lines themselves carry no pod uid. */
  nameless: number
  /** As the lines carry them, where a container id led to others. */
  sentContainer: string
  sentRestart: number
  /** 1: a fragment stands among its lines. */
  fragments: number
}

/** Whose lines a row tells of. The container id is there only where the restart does not name the life. */
export interface LineLife {
  /** '' of lines that came without one. */
  uid: string
  cluster: string
  namespace: string
  pod: string
  container: string
  restart: number
  containerId: string
}

export interface LineCountRow extends LineLife {
  /** Distinct lines, as decimal text, also of days of which lines have expired since. */
  lines: string
  /** Those that are stored now, as decimal text. */
  stored: string
  /** Of a life that runs: `lines` is an estimate, and nobody looked at what they cover of their files. */
  estimate?: boolean
  /** Which span of time its lines lie in, from 1; 0 where there are no spans. Only where spans were given. */
  slot?: number
  /** Where spans were given or sizes asked for. */
  firstLine?: string
  lastLine?: string
  /** Of messages, and lines of severity error or fatal, as decimal text; only where sizes were asked for. */
  bytes?: string
  errors?: string
}

/** Bytes of one file in which no line is missing. */
export interface Stretch {
  /** '' where the agent does not name it. */
  file: string
  /** Where its first line starts; -1 for lines that came without an offset. */
  from: number
  /** Behind its last line. */
  to: number
  /** Times of those two lines. */
  firstAt: string
  lastAt: string
  /** The earliest of all its lines, which a clock that stepped back may put elsewhere. */
  earliest: string
  /** Places at which a line starts. */
  places: number
  /** The last line is marked as the last of its file. */
  ended: boolean
  /** Lines that are marked so with others behind them. */
  endsInside: number
  /** Lines whose length nobody told. */
  unmeasured: number
  /** Places with two different lines. */
  clashes: number
  /** Lines that start within another one. */
  overlaps: number
}

export interface StretchRow extends Stretch, LineLife {}

export interface LossRow {
  time: string
  reason: string
  /** Of a refused record; '' where it does not say. */
  podUid: string
  path: string
  container: string
  /** -1 where it does not say. */
  restart: number
  offset: number
  /** Of a range on Kafka. */
  topic: string
  partition: number
  messages: number
}

export interface PodObjectRow {
  labels: Record<string, string>
  annotations: Record<string, string>
  /** The Pod as JSON. */
  object: string
  /** The ownerReference as it stands. */
  controllerKind: string
  controllerName: string
}

export interface ReplacementRow {
  uid: string
  name: string
  node: string
  startedAt: string | null
}

/** `since`: when a controller may have replaced it first. */
export interface ReplacedPod extends Pick<PodRow, 'uid' | 'cluster' | 'namespace' | 'name' | 'node' | 'ownerKind' | 'ownerName'> {
  since: string
}

/** Of one life: where there are as many, there may be more. */
export const stretchesMax = 1000

/** Seconds before and after a container's end within which an OOM kill in it has to do with that end. */
export const oomWithin = { beforeS: 10, afterS: 2 }
