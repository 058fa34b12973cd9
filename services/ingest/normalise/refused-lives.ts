// Pure: whose lines a rejected payload had. A life of which lines were refused is not sealed (decision 0009). What a
// record names is read as formats/native-record.ts does, but from a record that need not be right, nor even JSON.
import { bareContainerId, containerKey } from '#shared/container-id.ts'
import { parseLogPath } from '#shared/kubelet-path.ts'
import { isFromText } from '../formats/json-escape.ts'

/** Refused lines of one life at one place. */
export interface RefusedLife {
  /**
   * As in refused_lines: a uid, unresolved:<cluster>/<namespace>/<pod>, or container:<12 digits>. '' where nobody knows
   * whose lines they were: no life of the tenant that had begun by then is sealed.
   */
  podKey: string
  container: string
  /** -1 where it is not named, like offset and length. */
  restart: number
  /** Without its scheme. */
  containerId: string
  file: string
  offset: number
  length: number
  /** How many records. */
  lines: number
}

/** Lines of lives that nobody can name. */
export const unnamedLife = (lines: number): RefusedLife => ({
  podKey: '',
  container: '',
  restart: -1,
  containerId: '',
  file: '',
  offset: -1,
  length: -1,
  lines,
})

/** Lives of further records of one body that are remembered by their names, which have so many characters at most. */
const furtherMax = 20_000
const furtherCharsMax = 2048
/** The longest text of a field that counts. */
const textMax = 4096

/**
 * Whose lines a payload had: a record, a batch of records, or an array or lines of them; empty where it names no pod.
 * `cluster`: of records that name none.
 */
export function livesOfPayload(payload: Buffer, cluster: string): RefusedLife[] {
  return [...together(recordsOf(payload, cluster).flatMap(lifeOf)).values()]
}

/** The fields of a record, which need not be right. */
export type RecordFields = Readonly<Record<string, unknown>>

/** The records of a payload, as far as they can be read. */
export const recordsOfPayload = (payload: Buffer): RecordFields[] => recordsOf(payload, '').map(({ fields }) => fields)

interface SentRecord {
  fields: RecordFields
  /** Of its batch. */
  inherited: string
}

function recordsOf(payload: Buffer, cluster: string): SentRecord[] {
  if (!payload.includes('"')) return []
  const text = payload.toString()
  const whole = parsed(text)
  if (whole !== undefined) return recordsIn(whole, cluster)
  return text.split('\n').flatMap((line) => recordsIn(parsed(line) ?? quotedFields(line), cluster))
}

/** Adds the lives of a payload to those of the records before it, a life without places. */
export function addFurther(further: Map<string, RefusedLife>, payload: Buffer, cluster: string): void {
  for (const life of livesOfPayload(payload, cluster)) {
    const key = keyOf(withoutPlace(life))
    const mayAdd = further.has(key) || (further.size < furtherMax && key.length <= furtherCharsMax)
    const [name, added] = mayAdd ? [key, withoutPlace(life)] : ['', unnamedLife(life.lines)]
    const known = further.get(name)
    if (known === undefined) further.set(name, added)
    else known.lines += life.lines
  }
}

function recordsIn(value: unknown, cluster: string, depth = 0): SentRecord[] {
  if (typeof value !== 'object' || value === null || depth > depthMax) return []
  if (Array.isArray(value)) return value.flatMap((one) => recordsIn(one, cluster, depth + 1))
  const fields = value as RecordFields
  const { records } = fields
  return Array.isArray(records)
    ? recordsIn(records, textOf(fields['cluster']) || cluster, depth + 1)
    : [{ fields, inherited: cluster }]
}

/** Of arrays and batches in each other, which nest without end where somebody means harm. */
const depthMax = 4

/** One, or the same one under two names where its uid may be what is wrong with the record. */
function lifeOf({ fields, inherited }: SentRecord): RefusedLife[] {
  const inPath = namesInPath(endOf(fields['path']))
  const inMetadata = namesInMetadata(fields['kubernetes'])
  const named = (field: keyof NamesInRecord): string =>
    textOf(fields[field]) || inPath?.[field] || inMetadata?.[field] || ''
  const [uid, namespace, pod] = [named('podUid'), named('namespace'), named('pod')]
  const containerId = bareContainerId(named('containerId'))
  const byName = pod === '' ? '' : `unresolved:${textOf(fields['cluster']) || inherited}/${namespace}/${pod}`
  const keys = uid === '' ? [byName] : uidForm.test(uid) ? [uid] : [uid, byName]
  const known = keys.filter((key) => key !== '')
  if (known.length === 0 && containerId !== '') known.push(containerKey(containerId))
  return known.map((podKey) => ({
    podKey,
    container: named('container'),
    restart: numberOf(fields['restart'], inPath?.restart, restartMax),
    containerId,
    file: textOf(fields['file']),
    offset: numberOf(fields['offset']),
    length: numberOf(fields['length']),
    lines: 1,
  }))
}

const uidForm = /^[0-9A-Za-z][0-9A-Za-z.-]{0,127}$/
const restartMax = 2_147_483_647

interface NamesInRecord {
  podUid?: string
  namespace?: string
  pod?: string
  container?: string
  containerId?: string
}

/** As much as a path names, also one that is not the kubelet's. */
function namesInPath(path: string): (NamesInRecord & { restart?: number }) | undefined {
  const parsedPath = parseLogPath(path)
  if (parsedPath !== undefined) return parsedPath
  const parts = path.split('/')
  const at = parts.findLastIndex((part) => threeNames.test(part))
  const [, first = '', second = '', third = ''] = threeNames.exec(parts[at] ?? '') ?? []
  if (at < 0) {
    const [podUid] = uuid.exec(path) ?? []
    return podUid === undefined ? undefined : { podUid }
  }
  const link = /^(.+)-([0-9a-f]{6,128})(?:\.|$)/.exec(third)
  if (at === parts.length - 1 && link !== null && !uuid.test(third))
    return { pod: first, namespace: second, container: link[1]!, containerId: link[2]! }
  const [, restart] = /^(\d{1,9})(?:\.|$)/.exec(parts[at + 2] ?? '') ?? []
  return {
    namespace: first,
    pod: second,
    podUid: third,
    container: parts[at + 1] ?? '',
    ...(restart === undefined ? {} : { restart: Number(restart) }),
  }
}

const threeNames = /^([^_/]*)_([^_/]+)_([^_/]*)$/
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** As agents that read the API server add it; a record may have nothing else. */
function namesInMetadata(value: unknown): NamesInRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as RecordFields
  return {
    podUid: textOf(fields['pod_id']),
    namespace: textOf(fields['namespace_name']),
    pod: textOf(fields['pod_name']),
    container: textOf(fields['container_name']),
    containerId: textOf(fields['docker_id']),
  }
}

/** Sums the lines of one life. Where they are of several places, or of none, only the letter as a whole is a place. */
function together(lives: readonly RefusedLife[]): Map<string, RefusedLife> {
  const byKey = new Map<string, RefusedLife>()
  for (const life of lives) {
    const key = keyOf(withoutPlace(life))
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, { ...life })
    else if (life.offset < 0 || keyOf(known) !== keyOf(life))
      byKey.set(key, { ...withoutPlace(life), lines: known.lines + life.lines })
  }
  return byKey
}

const withoutPlace = (life: RefusedLife): RefusedLife => ({ ...life, file: '', offset: -1, length: -1 })

const keyOf = (life: RefusedLife): string => JSON.stringify({ ...life, lines: 0 })

/** Numbers are text too. What is no text of the record's sender, such as bytes that are not UTF-8, names nothing. */
function textOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.length <= textMax && isFromText(text) ? text : ''
}

/** A path that is too long still ends with what it names. */
const endOf = (path: unknown): string =>
  typeof path === 'string' && isFromText(path.slice(-textMax)) ? path.slice(-textMax) : ''

/** A whole number from 0 to `most`, also as text; -1 for anything else. */
function numberOf(value: unknown, otherwise = -1, most = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : (value ?? otherwise)
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most ? number : -1
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The fields of a record that is cut, or broken otherwise. */
function quotedFields(text: string): RecordFields {
  const fields: Record<string, unknown> = {}
  for (const [, name, value, number] of text.matchAll(field)) fields[name!] = number ?? parsed(`"${value!}"`)
  return fields
}

const names = 'path|podUid|namespace|pod|container|containerId|cluster|file|restart|offset|length|time|message|cri'
const field = new RegExp(`"(${names})"\\s*:\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(\\d+))`, 'g')
