// Pure: the instances of containers, from any number of reported objects in any order. A restart number does not
// identify an instance: a kubelet whose runtime lost its state counts from 0 again (kubernetes/kubernetes#99748), and
// an end that the kubelet made up may have the number of an instance that never ran (docs/decisions/0014-instances.md).
import { compare } from '#shared/compare.ts'
import { madeUpBy } from './made-up.ts'

/** The newest report of one instance under one number, or of an instance without a known container id. */
export interface InstanceReport {
  container: string
  restart: number
  /** Without scheme; '' where it is not known. */
  containerId: string
  /** As factVersion makes it: facts that cannot be undone rank first, then the API server's order counts. */
  version: string
  state: 'running' | 'terminated'
  reason: string
  exitCode: number | null
  startedAt: string | null
  finishedAt: string | null
  image: string
  imageId: string
}

/** Returns one report for each instance. Those of one container stand together, in the order of the instances. */
export function instancesOf<Report extends InstanceReport>(reports: readonly Report[]): Report[] {
  const timed = reports.map(withoutEpoch)
  const containers = [...Map.groupBy(timed, ({ container }) => container)].toSorted(([a], [b]) => compare(a, b))
  return containers.flatMap(([, ofOne]) => {
    const instances = reportsByInstance(ofOne).map(together)
    return instances.toSorted(countsAgain(instances) ? byStart : byNumber)
  })
}

// A runtime's 0 for "never" is the epoch in a status: of a container that could not be started
// (kubernetes/kubernetes#120331).
function withoutEpoch<Report extends InstanceReport>(report: Report): Report {
  const { startedAt, finishedAt } = report
  if (!isEpoch(startedAt) && !isEpoch(finishedAt)) return report
  return {
    ...report,
    startedAt: isEpoch(startedAt) ? null : startedAt,
    finishedAt: isEpoch(finishedAt) ? null : finishedAt,
  }
}

const isEpoch = (time: string | null): boolean => time !== null && time.startsWith('1970-01-01')

/** Another instance of the container has its number too. */
export const sharesNumber = (
  life: { container: string; restart: number | null },
  lives: readonly { container: string; restart: number | null }[],
): boolean =>
  lives.some((other) => other !== life && other.container === life.container && other.restart === life.restart)

function reportsByInstance<Report extends InstanceReport>(reports: readonly Report[]): Report[][] {
  const instances: Report[][] = []
  const best = reports.toSorted((a, b) => compare(BigInt(b.version), BigInt(a.version)) || byNumber(a, b))
  // Reports whose number is made up come last, and join the instance with their container id.
  const named = best
    .filter(({ containerId }) => containerId !== '')
    .toSorted((a, b) => Number(isLost(a)) - Number(isLost(b)))
  for (const report of named) {
    const own = instances.find(([first]) => isSame(first!, report))
    if (own === undefined) instances.push([report])
    else own.push(report)
  }
  for (const report of best.filter(({ containerId }) => containerId === '')) {
    // Where several instances have the number, the report is about the last one.
    const own = instances.filter(([first]) => first!.restart === report.restart).toSorted(([a], [b]) => byStart(a!, b!))
    if (own.length === 0) instances.push([report])
    else own.at(-1)!.push(report)
  }
  return instances
}

function isSame(a: InstanceReport, b: InstanceReport): boolean {
  if (a.containerId !== b.containerId) return false
  const oneEnd = a.finishedAt !== null && a.finishedAt === b.finishedAt && a.exitCode === b.exitCode
  return a.restart === b.restart || isLost(b) || oneEnd
}

// Fills what the report of the highest version lacks from other reports of the instance: a made-up end has no start.
function together<Report extends InstanceReport>(reports: readonly Report[]): Report {
  const [best, ...others] = reports.toSorted((a, b) => compare(BigInt(b.version), BigInt(a.version))) as [
    Report,
    ...Report[],
  ]
  const first = (of: (report: Report) => string): string =>
    of(best) || of(others.find((other) => of(other) !== '') ?? best)
  return {
    ...best,
    restart: ([best, ...others].find((report) => !isLost(report)) ?? best).restart,
    containerId: first(({ containerId }) => containerId),
    startedAt: best.startedAt ?? others.find(({ startedAt }) => startedAt !== null)?.startedAt ?? null,
    image: first(({ image }) => image),
    imageId: first(({ imageId }) => imageId),
  }
}

const isLost = (report: InstanceReport): boolean => madeUpBy(report) === 'kubelet'

/**
 * Whether a number occurs twice, or a later status of a container has a lower number. Then numbers do not order
 * instances, and start times do.
 */
function countsAgain(instances: readonly InstanceReport[]): boolean {
  if (new Set(instances.map(({ restart }) => restart)).size < instances.length) return true
  const numbers = instances
    .filter(({ version }) => ownRanks.has(BigInt(version) >> orderBits))
    .toSorted((a, b) => compare(orderOf(a), orderOf(b)) || a.restart - b.restart)
    .map(({ restart }) => restart)
  return numbers.some((number, i) => i > 0 && number < numbers[i - 1]!)
}

/**
 * The parts of a version, as factVersion makes it: the ranks of an instance's own status, and the API server's order.
 */
const orderBits = 61n
const ownRanks: ReadonlySet<bigint> = new Set([1n, 4n])
const orderOf = ({ version }: InstanceReport): bigint => BigInt(version) & ((1n << orderBits) - 1n)

const byNumber = (a: InstanceReport, b: InstanceReport): number => a.restart - b.restart

const byStart = (a: InstanceReport, b: InstanceReport): number =>
  compare(a.startedAt ?? a.finishedAt ?? '', b.startedAt ?? b.finishedAt ?? '') ||
  compare(orderOf(a), orderOf(b)) ||
  byNumber(a, b) ||
  compare(a.containerId, b.containerId)
