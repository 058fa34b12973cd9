// Pure: whose lines a rejected payload had. A life of which lines were refused is not sealed (decision 0009). A record
// that is right names its life, or nobody. One that is broken may have named anybody whose name is in it, and where none
// surely is, any life of the tenant.
import { bareContainerId, containerKey } from '#shared/container-id.ts'
import { isName } from '#shared/kubelet-path.ts'
import { hasRecordInside, isOneRecord } from './broken-record.ts'
import { isUid, longId, noNames, percentDecoded, textOf, uuid, wholeNumber, type RecordNames } from './life-names.ts'
import { textOfPayload } from './payload-text.ts'
import { addNamesIn, namesOf, otherNamesOf } from './record-names.ts'
import { isNamed, noPlace, unnamedLife, type RefusedLife } from './refused-life.ts'
import { isObject, jsonPieces, type JsonObject, type JsonPiece, type JsonValue } from './tolerant-json.ts'

/** Lives of further records of one body that are remembered by their names, which have so many characters at most. */
const furtherMax = 20_000
const furtherCharsMax = 2048
/** The lives of one payload that are remembered by their names: a letter has them beside it. */
const livesMax = 1000
/** A payload may be a message that nothing was read of. */
const bytesMax = 2 * 1024 * 1024
/** So many characters of what is no JSON are looked through for names. */
const brokenCharsMax = 256 * 1024
/** Strings that hold JSON which holds strings. */
const depthMax = 8

/**
 * Whose lines a payload had: a record, a batch of records, or an array or lines of them; empty where it names no pod.
 * `cluster`: of records that name none, null where nobody can say. `isCut`: the payload went on.
 */
export function livesOfPayload(payload: Buffer, cluster: string | null, isCut = false): RefusedLife[] {
  const begin = payload.subarray(0, bytesMax)
  const { lives, isSureBeginning } = livesOfText(textOfPayload(begin), cluster, { brokenChars: brokenCharsMax }, 0)
  const mayGoOn = isCut || payload.length > bytesMax
  return together(mayGoOn && !isSureBeginning ? [...lives, unnamedLife(1)] : lives)
}

/** The records of a payload, as far as they can be read, and whether that is all of it. */
export function recordsOfPayload(payload: Buffer): { records: JsonObject[]; isWhole: boolean } {
  const pieces = [...jsonPieces(textOfPayload(payload))]
  return {
    records: pieces.flatMap(({ value }) =>
      sentIn(value, '').flatMap(({ record }) => (isObject(record) && batchesOf(record).length === 0 ? [record] : [])),
    ),
    isWhole: pieces.every(({ brokenAt }) => brokenAt === undefined),
  }
}

/** What may still be spent on a payload. */
interface Reading {
  brokenChars: number
}

interface Sent {
  record: JsonObject | string
  /** The cluster of its batch, null where nobody can say what was meant. */
  inherited: Inherited
}

type Inherited = string | null

/** `isSureBeginning`: the text is the beginning of one record, whose life is named there. */
function livesOfText(
  text: string,
  cluster: Inherited,
  reading: Reading,
  depth: number,
): { lives: RefusedLife[]; isSureBeginning: boolean } {
  const livesByPiece: RefusedLife[][] = []
  let isSureBeginning = false
  let hasLives = false
  for (const piece of jsonPieces(text)) {
    const isEnd = piece.brokenAt !== undefined && !/[^\s\]},;]/.test(text.slice(piece.start, piece.stop))
    // An end without a beginning, such as `3}`, may be of any record.
    if (isEnd && hasLives) continue
    const lives =
      piece.brokenAt === undefined
        ? sentIn(piece.value, cluster)
            .flatMap((sent) => livesOfSent(sent, reading, depth))
            .concat(piece.isLoose === true ? [unnamedLife(1)] : [])
        : livesOfBroken(text, piece, cluster, reading, depth)
    isSureBeginning = livesByPiece.length === 0 && piece.isCut === true && lives.every(isNamed)
    livesByPiece.push(lives)
    hasLives ||= lives.length > 0
    if (reading.brokenChars <= 0) break
  }
  return { lives: livesByPiece.flat(), isSureBeginning }
}

/** Records and strings in their place, at any depth of arrays and batches. */
function sentIn(value: JsonValue | undefined, cluster: Inherited): Sent[] {
  const sent: Sent[] = []
  const waiting: [JsonValue | undefined, Inherited][] = [[value, cluster]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [each, inherited] = next
    if (typeof each === 'string') sent.push({ record: each, inherited })
    else if (Array.isArray(each)) for (const inner of each.toReversed()) waiting.push([inner, inherited])
    else if (isObject(each)) {
      sent.push({ record: each, inherited })
      const [, named = ''] = each.entries.findLast(([key, name]) => key === 'cluster' && name !== null) ?? []
      const own = typeof named === 'string' ? named || inherited : null
      for (const [, records] of batchesOf(each).toReversed()) waiting.push([records, own])
    }
  }
  return sent
}

/** The fields that make a record a batch of others. */
const batchesOf = ({ entries }: JsonObject): [string, JsonValue][] =>
  entries.filter(([key, value]) => key === 'records' && Array.isArray(value))

function livesOfSent({ record, inherited }: Sent, reading: Reading, depth: number): RefusedLife[] {
  if (typeof record === 'object') return livesOfRecord(record, inherited, reading)
  if (depth >= depthMax || reading.brokenChars <= 0) return [unnamedLife(1)]
  return livesOfText(record, inherited, reading, depth + 1).lives
}

/** Of a record that is right. One that names nobody is nobody's. */
function livesOfRecord(record: JsonObject, inherited: Inherited, reading: Reading): RefusedLife[] {
  if (record.entries.length === 0) return []
  const own = livesOfNames(namesOf(record), placeOf(record), inherited)
  if (batchesOf(record).length > 0 || (own.length > 0 && own.every(isNamed))) return own
  const { names, isSure, chars } = otherNamesOf(record, reading.brokenChars)
  reading.brokenChars -= chars
  const known = new Set(own.map(({ podKey }) => podKey))
  const others = livesOfNames(names, noPlace, inherited, true).filter(({ podKey }) => !known.has(podKey))
  return [...(isSure && own.length === 1 ? own.filter(isNamed) : own), ...others]
}

/** Of the beginning of a record, and of whatever else may be a name in what is broken. */
function livesOfBroken(
  text: string,
  { value, start, stop, brokenAt = start, isCut = false, isLoose = false }: JsonPiece,
  cluster: Inherited,
  reading: Reading,
  depth: number,
): RefusedLife[] {
  const rest = text.slice(start, stop)
  const sent = sentIn(value, cluster)
  const last = sent.at(-1)
  const begun = typeof last?.record === 'object' && last.record.isOpen ? last.record : undefined
  const lives = (begun === undefined ? sent : sent.slice(0, -1)).flatMap((each) => livesOfSent(each, reading, depth))
  const names = begun === undefined ? noNames() : namesOf(begun)
  const isBegunNamed = names.podUid.size + names.containerId.size > 0
  // What was right until it ended has its names where it has them. In a batch, others may have followed.
  const isAfterComma = brokenAt >= stop || /,\s*$/.test(text.slice(Math.max(brokenAt - 16, 0), brokenAt))
  const isOneBeginning = begun !== undefined && begun === value && !hasRecordInside(begun, rest)
  if (isCut && !isLoose && isAfterComma && isBegunNamed && isOneBeginning)
    return livesOfNames(names, placeOf(begun), cluster)
  const isSure = addNamesIn(names, rest.slice(0, Math.max(reading.brokenChars, 0)))
  const isAllRead = rest.length <= reading.brokenChars
  reading.brokenChars -= rest.length + pieceChars
  // Which container and number belong to which name nobody can tell.
  names.container.clear()
  names.restart.clear()
  for (const life of livesOfNames(names, noPlace, last === undefined ? cluster : last.inherited, true)) lives.push(life)
  return isSure && isAllRead && !isCut && isOneRecord(rest) ? lives : [...lives, unnamedLife(1)]
}

/** What each broken piece costs beside its characters. */
const pieceChars = 64

type Place = Pick<RefusedLife, 'file' | 'offset' | 'length'>

/** Where a record says that its line is; nowhere, where it says so twice. */
function placeOf({ entries }: JsonObject): Place {
  const one = (name: string): JsonValue | undefined => {
    const values = entries.flatMap(([key, value]) => (key === name ? [value] : []))
    return values.length === 1 ? values[0] : undefined
  }
  return { file: textOf(one('file')), offset: wholeNumber(one('offset')), length: wholeNumber(one('length')) }
}

/**
 * A life for each uid, else for each name, else for each container id, or, where `all` may be meant, for each of them.
 * A uid that may be what is wrong with the record does not keep its name from being one.
 */
function livesOfNames(names: RecordNames, place: Place, inherited: Inherited, all = false): RefusedLife[] {
  const uids = [...names.podUid].flatMap((uid) => [...spellings(uid), ...(uid.match(uuid) ?? [])])
  const containerIds = [...new Set([...names.containerId].map(containerIdIn))].filter((id) => id !== '')
  const keys = new Set(uids)
  let isKnown = uids.some(isUid) && !names.isUidUnclear
  if (all || !isKnown) {
    const clusters = names.cluster.size === 0 ? [inherited ?? ''] : [...names.cluster].flatMap(spellings)
    const namespaces = names.namespace.size === 0 ? [''] : [...names.namespace].flatMap(spellings)
    const pods = [...names.pod].flatMap(spellings)
    for (const pod of pods)
      for (const namespace of namespaces)
        for (const cluster of clusters) if (keys.size < keysMax) keys.add(`unresolved:${cluster}/${namespace}/${pod}`)
    const isUnclear = names.isNameUnclear || (inherited === null && names.cluster.size === 0)
    isKnown ||= pods.length > 0 && !isUnclear && areClear(names)
  }
  if (all || keys.size === 0) {
    for (const id of containerIds) keys.add(containerKey(id))
    isKnown ||= containerIds.some(isContainerId)
  }
  const life = {
    container: onlyOf(names.container, isName) ?? '',
    restart: onlyOf(names.restart) ?? -1,
    containerId: onlyOf(new Set(containerIds), (id) => hexDigits.test(id)) ?? '',
    ...place,
    lines: 1,
  }
  const lives = [...keys].map((podKey) => ({ podKey, ...life }))
  return (!isKnown && names.isNaming) || names.isFull || keys.size >= keysMax ? [...lives, unnamedLife(1)] : lives
}

/** The value, where all say the same. */
function onlyOf<T>(values: ReadonlySet<T>, isRight: (value: T) => boolean = () => true): T | undefined {
  const [value] = values
  return values.size === 1 && value !== undefined && isRight(value) ? value : undefined
}

/** Whether each name by which a pod may be known could be the one that it has. */
const areClear = ({ pod, namespace, cluster }: RecordNames): boolean =>
  [...pod, ...namespace].every((name) => isName(name.toLowerCase())) &&
  [...cluster].every((name) => clusterForm.test(name))

const clusterForm = /^[\p{L}\p{N}][\p{L}\p{N} ._:/@-]*$/u

const hexDigits = /^[\da-f]+$/

/** A runtime may have ids of another form, but not one with more around it. */
const isContainerId = (id: string): boolean =>
  id.length >= 12 && isUid(id) && (hexDigits.test(id) || !/[\da-f]{12}/.test(id))

/** Without scheme and capitals, and without what its runtime puts around it in names of its own. */
const containerIdIn = (id: string): string => longId.exec(plainText(id))?.[0] ?? bareContainerId(plainText(id))

const keysMax = 256

/** A name as it was sent, and without what may have come to it on its way. */
const spellings = (name: string): string[] => [...new Set([name, plainText(name)])].filter((each) => each !== '')

const plainText = (text: string): string =>
  percentDecoded(text.slice(0, 513))
    .replaceAll(/^[\s"'`]+|[\s"'`]+$/g, '')
    .toLowerCase()

/**
 * Adds the lives of a payload to those of the records before it, a life without places. Once any life may be meant, each
 * further record is of any.
 */
export function addFurther(
  further: Map<string, RefusedLife>,
  record: () => { payload: Buffer; cluster: string },
): void {
  const unnamed = further.get('')
  if (unnamed !== undefined) return void unnamed.lines++
  const { payload, cluster } = record()
  for (const life of livesOfPayload(payload, cluster)) {
    const key = nameOf(life)
    const mayAdd = further.has(key) || (further.size < furtherMax && key.length <= furtherCharsMax)
    const [name, added] = mayAdd ? [key, withoutPlace(life)] : ['', unnamedLife(life.lines)]
    const known = further.get(name)
    if (known === undefined) further.set(name, added)
    else known.lines += life.lines
  }
}

/** Sums the lines of one life. Where they are of several places, or of none, only the letter as a whole is a place. */
function together(lives: readonly RefusedLife[]): RefusedLife[] {
  const byName = new Map<string, RefusedLife>()
  for (const each of lives) {
    const life = byName.size < livesMax || byName.has(nameOf(each)) ? each : unnamedLife(each.lines)
    const name = nameOf(life)
    const known = byName.get(name)
    if (known === undefined) byName.set(name, { ...life })
    else if (life.offset < 0 || placeKey(known) !== placeKey(life))
      byName.set(name, { ...withoutPlace(life), lines: known.lines + life.lines })
  }
  return [...byName.values()]
}

const withoutPlace = (life: RefusedLife): RefusedLife => ({ ...life, ...noPlace })

/** '' of a life that nobody can name. */
const nameOf = ({ podKey, container, restart, containerId }: RefusedLife): string =>
  podKey === '' ? '' : [podKey, container, restart, containerId].join('\n')

const placeKey = ({ file, offset, length }: RefusedLife): string => [offset, length, file].join('\n')
