// Whose word counts where a record says in several ways whose line it is. Agents put what a container printed beside
// what they know themselves, so each word has a level: the smaller, the less can a container have written it. The best
// level that names an owner names it alone, and what other levels say of owners is the application's.
// docs/decisions/0020-whose-word-counts.md
import { parseLogPath, type LogPath } from '#shared/kubelet-path.ts'
import type { LineField, NamedField } from './agent-fields.ts'

/**
 * Where a part of a record stands: what the protocol has for the agent (a resource, the labels of a stream, a tag, a
 * key), structured metadata of Loki, the fields of the record, or the text of the line that was read as fields.
 */
export type Source = 'agent' | 'metadata' | 'record' | 'text'

const level = { agent: 0, metadata: 1, nested: 2, flat: 3, path: 4, record: 5, text: 6 } as const
const levelsOfRecord = level.text - level.nested

/** Ranks of the names of a field, which are many fewer. */
const ranksOfLevel = 10_000

/** The rank of a value among all that a record says of a field: its level first. */
export const rankOf = (source: Source, { field, rank }: NamedField, name: string, isNested: boolean): number =>
  ownerFields.has(field) ? levelOf(source, field, name, isNested) * ranksOfLevel + rank : rank

export const levelOfRank = (rank: number): number => Math.floor((rank + 1) / ranksOfLevel)

/** Within a record an object `kubernetes` is the word of an agent's filter, then names that are made of it, and a path. */
function levelOf(source: Source, field: LineField, name: string, isNested: boolean): number {
  if (source === 'agent' || source === 'metadata') return level[source]
  const ofName = name.startsWith('kubernetes.') && isNested ? level.nested : nameLevel(field, name)
  return source === 'text' ? ofName + levelsOfRecord : ofName
}

function nameLevel(field: LineField, name: string): number {
  if (name.startsWith('kubernetes.') || name.startsWith('kubernetes_')) return level.flat
  return field === 'path' ? level.path : level.record
}

/** Any of these names an owner. */
const naming = ['pod', 'podUid', 'path', 'containerId', 'unit'] as const
/** Only the level of the owner says these. */
const names = ['namespace', 'pod', 'podUid', 'container', 'unit'] as const
/** Other levels of the record may add these, and the text may not. */
const places = [
  'containerId',
  'restart',
  'node',
  'cluster',
  'offset',
  'length',
  'file',
  'device',
  'ordinal',
  'cri',
] as const

const ownerFields: ReadonlySet<LineField> = new Set([...naming, ...names, ...places])

/** What a record says so far. */
export interface Said {
  valueOf(field: LineField): string | undefined
  /** Infinite for what is not said. */
  levelOf(field: LineField): number
  /** Whether metadata names another owner than the labels do. */
  isTorn: boolean
}

interface Owner {
  level: number
  namespace: string | undefined
  pod: string | undefined
  podUid: string | undefined
  container: string | undefined
}

/** The fields that are the application's. */
export function fieldsOfOthers(said: Said): LineField[] {
  const owner = ownerOf(said)
  if (owner === undefined) return []
  const isBehind = (field: LineField, than: number): boolean => {
    const at = said.levelOf(field)
    return at > than && at !== Infinity
  }
  const others: LineField[] = names.filter((field) => isBehind(field, owner.level) && !says(said, owner, field))
  if (isBehind('path', owner.level) && !isOwnPath(said, owner)) others.push('path')
  if (owner.level < level.text) others.push(...places.filter((field) => isBehind(field, level.text - 1)))
  return others
}

/** Whether a path names the owner that the record has; a record with an owner of less weight has none. */
export function isOfPath(said: Said, text: string): boolean {
  const owner = ownerOf(said)
  const path = parseLogPath(text)
  if (owner === undefined || path === undefined || owner.pod === undefined || !fits(owner, path)) return false
  if (owner.level < level.path) return true
  const own = owner.level === level.path ? parseLogPath(said.valueOf('path') ?? '') : undefined
  return own !== undefined && own.kind === path.kind && idOf(own) === idOf(path)
}

const idOf = (path: LogPath): string => (path.kind === 'pods' ? path.podUid : path.containerId)

function ownerOf(said: Said): Owner | undefined {
  let best = Infinity
  for (const field of naming) best = Math.min(best, said.levelOf(field))
  if (best === Infinity) return undefined
  const path = said.levelOf('path') === best ? parseLogPath(said.valueOf('path')!) : undefined
  const own = (field: LineField): string | undefined => (said.levelOf(field) === best ? said.valueOf(field) : undefined)
  return {
    level: best,
    namespace: own('namespace') ?? path?.namespace,
    pod: own('pod') ?? path?.pod,
    podUid: own('podUid') ?? (path?.kind === 'pods' ? path.podUid : undefined),
    container: own('container') ?? path?.container,
  }
}

/** Whether the owner says the same, or does not say it and the labels' metadata may. */
function says(said: Said, owner: Owner, field: (typeof names)[number]): boolean {
  const own = field === 'unit' ? undefined : owner[field]
  if (own !== undefined) return own === said.valueOf(field)
  return said.levelOf(field) === level.metadata && !isTorn(said, owner)
}

function isTorn(said: Said, owner: Owner): boolean {
  return (
    said.isTorn ||
    (['namespace', 'pod', 'podUid', 'container'] as const).some(
      (field) =>
        said.levelOf(field) === level.metadata && owner[field] !== undefined && owner[field] !== said.valueOf(field),
    )
  )
}

/** A path beside the owner's names is the owner's where it says the same; a uid that the agent does not say may be any. */
function isOwnPath(said: Said, owner: Owner): boolean {
  const path = parseLogPath(said.valueOf('path')!)
  const at = said.levelOf('path')
  if (path === undefined || (at >= level.text && owner.level < level.text) || !fits(owner, path)) return false
  if (at === level.metadata) return !isTorn(said, owner)
  const isNamed = owner.pod !== undefined && owner.namespace !== undefined
  if (path.kind === 'containers') return isNamed
  return owner.podUid === path.podUid || (isNamed && owner.podUid !== undefined)
}

/** Whether labels and metadata name two owners. */
export const areOfTwoOwners = (field: LineField, one: number, other: number): boolean =>
  one !== other && Math.max(one, other) === level.metadata && (names as readonly LineField[]).includes(field)

/** Whether two files are of different pods. */
export function areOfTwoPods(one: string, other: string): boolean {
  const [first, second] = [parseLogPath(one), parseLogPath(other)]
  return first?.namespace !== second?.namespace || first?.pod !== second?.pod
}

/** Whether a record names an owner. */
export const isOwned = (said: Said): boolean => naming.some((field) => said.valueOf(field) !== undefined)

/** Whether nothing better than its path names the owner of a record. */
export const isOwnedByPath = (said: Said): boolean => ownerOf(said)?.level === said.levelOf('path')

/** Whether a path contradicts none of the names. */
const fits = (owner: Owner, { namespace, pod, container }: LogPath): boolean =>
  (owner.namespace ?? namespace) === namespace &&
  (owner.pod ?? pod) === pod &&
  (owner.container ?? container) === container
